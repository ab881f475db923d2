"""What the page says of a run before it starts: what it may use."""

from __future__ import annotations

import re
from collections.abc import Callable

from browser_form import fill_in
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


def test_the_cost_reacts_to_the_duration_of_one_evaluation(open_page: Open) -> None:
    page = open_page()
    expect(page.locator("#cost")).to_be_hidden()
    fill_in(page)
    expect(page.locator("#cost-limits")).to_contain_text(re.compile("fit if one takes at most"))
    address = page.url
    page.get_by_label("One evaluation takes about").fill("2 s")
    expect(page.locator("#cost-estimate")).to_contain_text("At 2 s for one")
    page.get_by_label("One evaluation takes about").fill("2")
    expect(page.locator("#cost-estimate")).to_contain_text("has no unit")
    assert page.url == address
