"""How the form is drawn in a real browser: nothing lies on top of what is to be read."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

# Pixels at the right end of a choice that its text leaves free, and those that its arrow takes.
_MEASURE = """one => {
  const style = getComputedStyle(one);
  const arrow = parseFloat(style.backgroundPositionX.match(/[\\d.]+px/)[0]) + parseFloat(style.backgroundSize);
  return [parseFloat(style.paddingRight), arrow];
}"""


def test_no_chosen_word_lies_under_the_arrow(open_page: Callable[..., Page]) -> None:
    page = open_page()
    choices = page.locator("#form select:visible").all()
    assert choices
    for choice in choices:
        free, taken = choice.evaluate(_MEASURE)
        assert free >= taken, choice.get_attribute("id")
