"""A real Chromium and the real page for the tests in this folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from page_server import running_page
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)
from plot_pages import OpenFile, read, some_trials, wait_until_begun, wait_until_drawn

from worker.report.data.plot_columns import make_plot_data
from worker.report.pages import plots
from worker.report.pages.answer import sentence

# The first is the same browser without windows: it opens a page in half the time.
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), ""
)
# The last three keep Chromium from asking anyone on the internet.
OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Someone who types before the page is laid out keeps the field they type in: that is how it should be, and a test on a
# busy machine is such a person.
NO_COMPLAINTS = ("Autofocus processing was blocked because a document already has a focused element.",)
PATIENCE = 45_000  # ms; no test waits so long, unless the machine is busy with something else


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here, and skip it where there is no Chromium."""
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if not CHROMIUM:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium here"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with running_page() as page:
        yield page


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """`open_page(path, **options)` opens the page; whatever the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_it(path: str = "/", **options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: _note(message, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: _own(request.url, address, complaints))
        page.goto(address + path)
        if options.get("java_script_enabled", True):
            page.locator("html.js").wait_for()
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    if message.text not in NO_COMPLAINTS:
        complaints.append(f"{message.type}: {message.text}")


def _own(url: str, address: str, complaints: list[str]) -> None:
    if not url.startswith((address, "data:")):
        complaints.append(f"the page asked for {url}")


@pytest.fixture
def open_file(browser: Browser, tmp_path: Path) -> Iterator[OpenFile]:
    """`open_file(html, **options)` opens a page from a file; a complaint of the browser or a request fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_it(html: str, **options: object) -> Page:
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: _note(message, complaints))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: _from_files(request.url, path, complaints))
        page.goto(path.as_uri())
        wait_until_begun(page)
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def _from_files(url: str, path: Path, complaints: list[str]) -> None:
    if url != path.as_uri() and not url.startswith(("data:", "blob:")):
        complaints.append(f"the page asked for {url}")


@pytest.fixture
def plot(open_file: OpenFile, tmp_path: Path) -> Page:
    """A parallel plot of 120 evaluations, 12 of them failed."""
    results = read(tmp_path, some_trials())
    page = open_file(plots.parallel(make_plot_data(results.run, results.trials), sentence(results)))
    wait_until_drawn(page)
    return page
