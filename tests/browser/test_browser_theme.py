"""Light and dark: as the system has it, or as it was chosen in this browser, on every page and from its first moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
GROUND = {"light": "rgb(244, 245, 242)", "dark": "rgb(15, 21, 19)"}
OTHER = {"light": "dark", "dark": "light"}


def expect_ground(page: Page, scheme: str) -> None:
    expect(page.locator("body")).to_have_css("background-color", GROUND[scheme])


@pytest.mark.parametrize("system", ["light", "dark"])
def test_what_was_chosen_holds_everywhere_and_can_be_given_up(system: str, open_page: Open) -> None:
    page = open_page(color_scheme=system)
    expect_ground(page, system)
    colors = page.get_by_label("Colors")
    expect(colors).to_have_value("auto")
    colors.select_option(OTHER[system])
    expect_ground(page, OTHER[system])
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    here = page.url
    page.goto(here.rstrip("/") + "/docs/page")
    expect(colors).to_have_value(OTHER[system])
    expect_ground(page, OTHER[system])
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    colors.select_option("auto")
    page.goto(here)
    expect_ground(page, system)


def test_another_tab_follows(open_page: Open) -> None:
    page = open_page(color_scheme="light")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Colors").select_option("dark")
    expect_ground(page, "dark")
    expect(page.get_by_label("Colors")).to_have_value("dark")


def test_it_is_chosen_before_the_page_is_there(open_page: Open) -> None:
    page = open_page(color_scheme="light")
    page.get_by_label("Colors").select_option("dark")
    # What is at the first moment at which there is a body to draw.
    page.add_init_script(
        "new MutationObserver((_, watcher) => { if (!document.body) return; watcher.disconnect();"
        " window.first = getComputedStyle(document.body).backgroundColor; })"
        ".observe(document, { childList: true, subtree: true })"
    )
    page.reload()
    assert page.evaluate("window.first") == GROUND["dark"]


def test_without_the_script_there_is_no_choice_and_the_system_decides(open_page: Open) -> None:
    page = open_page(java_script_enabled=False, color_scheme="dark")
    expect_ground(page, "dark")
    expect(page.get_by_label("Colors")).to_be_hidden()


def test_paper_is_white(open_page: Open) -> None:
    page = open_page(color_scheme="light")
    page.get_by_label("Colors").select_option("dark")
    page.emulate_media(media="print")
    expect_ground(page, "light")
