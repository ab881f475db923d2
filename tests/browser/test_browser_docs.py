"""Help and documentation in a real browser: searched, copied, read with the keyboard, on small screens, without script."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

Open = Callable[..., Page]


def test_the_form_leads_to_help_and_help_to_all_pages(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("link", name="Help", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Help")
    page.get_by_role("link", name="All the rules").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The objective program")
    contents = page.get_by_role("navigation", name="On this page")
    contents.get_by_role("link", name="A wrapper script").click()
    expect(page.get_by_role("heading", name="A wrapper script")).to_be_in_viewport()


@pytest.mark.parametrize("script", [True, False])
def test_words_are_found_with_and_without_the_script(open_page: Open, script: bool) -> None:
    page = open_page("/docs/results", java_script_enabled=script)
    page.get_by_role("searchbox").fill("infeasible csv")
    page.get_by_role("searchbox").press("Enter")
    expect(page).to_have_url(re.compile(r"/docs\?q=infeasible\+csv$"))
    expect(page.locator("mark").first).to_be_visible()
    page.get_by_role("link", name="The csv").click()
    expect(page.get_by_role("heading", name="The csv")).to_be_in_viewport()


def test_code_is_copied_as_it_stands(open_page: Open) -> None:
    page = open_page("/help", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy: code 3 of this page").click()
    expect(page.get_by_role("status")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == "python3 program.py --x=1.5 --layers=2"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("path", ["/help", "/docs", "/docs/configuration", "/docs?q=memory"])
def test_nothing_is_wrong_for_screen_readers_or_small_screens(
    open_page: Open, path: str, width: int, scheme: str
) -> None:
    page = open_page(path, viewport={"width": width, "height": 800}, color_scheme=scheme)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
