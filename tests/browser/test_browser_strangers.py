"""A link from somebody in a real browser: read first, then the command; remembered here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_form import fill_in, have_read, run_in
from page_client import GOOD
from playwright.sync_api import Page, expect

Open = Callable[..., Page]

LINK = "/?" + urlencode(
    {**GOOD, "objective_program": "python3 trаin.py ($lr)" + " " * 30 + "; id", "on_end": "mail me"}
)


@pytest.mark.parametrize("script", [True, False], ids=["with the script", "without"])
def test_a_strangers_link_is_read_before_its_command_is_shown(script: bool, open_page: Open) -> None:
    page = open_page(LINK, java_script_enabled=script)
    facts = page.locator("#facts")
    expect(facts).to_contain_text("U+0430, looks like a")
    expect(facts).to_contain_text("30 blanks")
    expect(facts).to_contain_text("mail me")
    expect(page.locator("#command-block")).to_be_hidden()
    expect(page.locator("#command")).to_have_text("")
    have_read(page)
    expect(page.locator("#command-block")).to_be_visible()
    assert run_in(page).name == "first"
    if script:
        expect(page.get_by_role("heading", name="Command", exact=True)).to_be_focused()


def test_what_was_read_is_remembered_for_these_values_alone(open_page: Open) -> None:
    page = open_page(LINK)
    have_read(page)
    page.reload()
    expect(page.locator("#command")).not_to_be_empty()
    expect(page.locator("#foreign")).to_have_count(0)
    page.goto(page.url.replace("mail%20me", "mail%20you"))
    expect(page.locator("#foreign")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#command")).to_have_text("")


def test_what_it_would_do_follows_the_form(open_page: Open) -> None:
    page = open_page(LINK)
    page.get_by_label("Objective program").fill("python3 other.py ($lr)")
    expect(page.locator("#facts")).to_contain_text("python3 other.py ($lr)")
    expect(page.locator("#facts")).not_to_contain_text("U+0430")
    expect(page.locator("#command")).to_have_text("")


def test_what_was_typed_in_this_browser_is_nobody_elses(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    expect(page).to_have_url(re.compile("param_0_value_max=0.5"))
    expect(page.locator("#command")).not_to_be_empty()
    page.reload()
    expect(page.locator("#command")).not_to_be_empty()
    expect(page.locator("#foreign")).to_have_count(0)


def test_a_token_in_the_address_is_somebodys(open_page: Open) -> None:
    page = open_page()
    fill_in(page)
    word = page.locator("#command").inner_text().split()[-1]
    stranger = open_page(f"/#c={word}")
    expect(stranger.locator("#foreign")).to_be_visible()
    expect(stranger.locator("#command")).to_have_text("")
    have_read(stranger)
    assert run_in(stranger).name == "my_run"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_it(scheme: str, open_page: Open) -> None:
    page = open_page(LINK, color_scheme=scheme, viewport={"width": 360, "height": 740})
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
