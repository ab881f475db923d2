"""The form of the page in a browser: filled in, and the run that its command starts."""

from __future__ import annotations

import shlex

from playwright.sync_api import Page, expect

from worker.spec.check import check
from worker.spec.formats import token
from worker.spec.run import Run


def fill_in(page: Page) -> None:
    """A small run that has nothing wrong."""
    page.get_by_label("Optimization run name").fill("my_run")
    page.get_by_label("Objective program").fill("python3 train.py --lr ($lr)")
    page.get_by_label("Partition", exact=True).select_option("romeo")
    row = page.get_by_role("group", name="Parameter 1")
    row.get_by_label("Name").fill("lr")
    row.get_by_label("Type").select_option("hp.uniform")
    row.get_by_label("Min").fill("0.1")
    row.get_by_label("Max").fill("0.5")
    expect(page.locator("#status-title")).to_have_text("Ready to start")


def have_read(page: Page) -> None:
    """Say so of what somebody else has filled in, so that the command is shown."""
    page.get_by_role("button", name="I have read it").click()
    expect(page.locator("#foreign")).to_have_count(0)
    expect(page.locator("#command")).not_to_be_empty()


def run_in(page: Page) -> Run:
    """The run that the shown command starts."""
    words = shlex.split(page.locator("#command").inner_text())
    run = check(token.decode(next(word for word in words if token.looks_like_token(word))).draft).run
    assert run is not None
    return run
