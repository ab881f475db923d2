"""What is taken away can be brought back, by the button beside what was said and by Ctrl+Z."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
THREE = "/?param_0_name=a&param_1_name=b&param_2_name=c"


def names(page: Page) -> list[str]:
    return [box.input_value() for box in page.locator("#parameters > li:visible input[name$=_name]").all()]


def undo(page: Page, by_key: bool) -> None:
    if by_key:
        page.locator("#status").focus()
        page.keyboard.press("Control+z")
    else:
        page.get_by_role("button", name="Undo").click()


@pytest.mark.parametrize("by_key", [True, False], ids=["by key", "by button"])
def test_parameters_and_forms_come_back(by_key: bool, open_page: Open) -> None:
    page = open_page(THREE)
    page.get_by_role("button", name="Remove parameter 2").click()
    expect(page.locator("#parameters > li:visible")).to_have_count(2)
    undo(page, by_key)
    expect(page.locator("#announcer")).to_contain_text("Parameter 2 is back.")
    number = page.get_by_label("Number of parameters")
    number.fill("1")
    number.press("Tab")
    expect(page.locator("#parameters > li:visible")).to_have_count(1)
    undo(page, by_key)
    expect(page.locator("#parameters > li:visible")).to_have_count(3)
    assert names(page) == ["a", "b", "c"]
    page.get_by_label("Seed").fill("77")
    page.get_by_text("Open a config or a link").click()
    page.get_by_label("Config", exact=True).fill("?projectname=other")
    page.get_by_role("button", name="Fill in the form").click()
    expect(page.get_by_label("Optimization run name")).to_have_value("other")
    undo(page, by_key)
    expect(page.locator("#announcer")).to_contain_text("The form is as it was before.")
    expect(page.get_by_label("Seed")).to_have_value("77")
    assert names(page) == ["a", "b", "c"]


@pytest.mark.parametrize("label", ["Optimization run name", "Objective program"])
def test_in_a_text_field_the_key_is_the_browsers(label: str, open_page: Open) -> None:
    page = open_page(THREE)
    page.get_by_role("button", name="Remove parameter 2").click()
    field = page.get_by_label(label)
    field.focus()
    page.keyboard.insert_text("typed")  # as one: the browser may take back typed letters one by one
    page.keyboard.press("Control+z")
    expect(field).to_have_value("")
    page.keyboard.press("Control+Shift+z")
    expect(field).to_have_value("typed")
    # Nor when there is nothing of the field's own to take back.
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.wait_for_timeout(200)
    assert names(page) == ["a", "c"]
    page.locator("#status").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#announcer")).to_contain_text("Parameter 2 is back.")
