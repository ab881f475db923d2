"""The recent forms of a browser: what was taken to a shell can be opened again there, and nobody else learns of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_form import fill_in, have_read, run_in
from page_client import GOOD
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
CLIPBOARD = ["clipboard-read", "clipboard-write"]
LONG = {**GOOD, "objective_program": "python3 train.py ($lr) " + "x" * 2500}


def take(page: Page, name: str) -> None:
    """Copy the command of the form under another name."""
    page.get_by_label("Optimization run name").fill(name)
    page.get_by_role("button", name="Copy: command for the first time").click()
    expect(page.locator("#recent-list a").first).to_have_text(name)


def names(page: Page) -> list[str]:
    return page.locator("#recent-list a").all_text_contents()


@pytest.mark.parametrize("query", [GOOD, LONG], ids=["short", "behind the #"])
def test_what_was_taken_opens_again_without_being_asked_about(query: dict[str, str], open_page: Open) -> None:
    page = open_page("/?" + urlencode(query), permissions=CLIPBOARD)
    expect(page.locator("#recent")).to_be_hidden()
    have_read(page)
    take(page, "older")
    take(page, "newer")
    page.goto(page.url.partition("?")[0].partition("#")[0])
    for name in ("older", "newer"):
        page.get_by_text("Recent", exact=True).click()
        page.get_by_role("link", name=name).click()
        expect(page.get_by_label("Optimization run name")).to_have_value(name)
        expect(page.locator("#command")).not_to_be_empty()
        expect(page.locator("#foreign")).to_have_count(0)
    assert run_in(page).name == "newer"


def test_the_example_is_no_strangers(open_page: Open) -> None:
    page = open_page("/example", permissions=CLIPBOARD)
    page.get_by_role("button", name="Copy: command for the first time").click()
    page.get_by_text("Recent", exact=True).click()
    page.locator("#recent-list a").click()
    expect(page.locator("#command")).not_to_be_empty()


def test_a_download_and_a_selection_count(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    page.get_by_label("Optimization run name").fill("downloaded")
    with page.expect_download():
        page.get_by_role("button", name="config.toml").click()
    expect(page.locator("#recent-list a")).to_have_text(["downloaded"])
    page.get_by_label("Optimization run name").fill("selected")
    expect(page.locator("#config-text")).to_contain_text("selected")
    page.locator("#command").select_text()
    page.keyboard.press("Control+c")
    expect(page.locator("#recent-list a")).to_have_text(["selected", "downloaded"])


def test_a_strangers_form_that_nobody_has_read_is_still_to_be_read(open_page: Open) -> None:
    page = open_page("/?" + urlencode(GOOD))
    with page.expect_download():
        page.get_by_role("button", name="config.toml").click()
    page.get_by_text("Recent", exact=True).click()
    page.locator("#recent-list a").click()
    expect(page.locator("#foreign")).to_be_visible()
    expect(page.locator("#command")).to_have_text("")


def test_ten_are_kept_each_once_and_can_be_removed(open_page: Open) -> None:
    page = open_page(permissions=CLIPBOARD)
    fill_in(page)
    for number in [*range(11), 5]:
        take(page, f"run{number}")
    kept = ["run5", *(f"run{number}" for number in (10, 9, 8, 7, 6, 4, 3, 2, 1))]
    assert names(page) == kept
    page.get_by_text("Recent", exact=True).click()
    page.get_by_role("button", name="Remove “run9”").click()
    expect(page.get_by_role("button", name="Remove “run8”")).to_be_focused()
    assert names(page) == [name for name in kept if name != "run9"]
    page.get_by_role("button", name="Undo").click()
    assert names(page) == kept
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator("#recent")).to_be_hidden()
    page.reload()
    expect(page.locator("#recent")).to_be_hidden()


def test_it_is_there_in_the_form_of_an_opened_config(open_page: Open) -> None:
    page = open_page(permissions=CLIPBOARD)
    fill_in(page)
    take(page, "first")
    page.get_by_text("Open a config or a link").click()
    page.get_by_label("Config", exact=True).fill("?projectname=other")
    page.get_by_role("button", name="Fill in the form").click()
    expect(page.get_by_label("Optimization run name")).to_have_value("other")
    expect(page.get_by_text("Recent", exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(scheme: str, open_page: Open) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, color_scheme=scheme, permissions=CLIPBOARD)
    fill_in(page)
    take(page, "a_name_as_long_as_people_give_their_runs_when_they_want_to_find_them_again")
    page.get_by_text("Recent", exact=True).click()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
