"""The live page of all runs in a real browser, from the real server, under its content security policy."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from report_runs import a_run, some_trials, write_run

from worker.cli.run_lookup import runs
from worker.processes import birth
from worker.report.data.importance import NoImportanceError
from worker.report.live import overview, watched
from worker.report.live.overview import Overview
from worker.report.pages import report
from worker.report.pages.dashboard import Server
from worker.store.outbox_messages import OUTBOX, NewValue
from worker.store.paths import Home
from worker.trial import Status, Trial


def no_importance(_: object) -> None:
    """The importance takes half a minute on a busy machine, and is no part of this."""
    raise NoImportanceError("left out")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The runs "ended" and "alive"; of the latter, evaluation 31 runs and has printed three results."""
    monkeypatch.setattr(overview, "POLL", 0.2)
    monkeypatch.setattr(overview, "_LIST_EVERY", 0.0)
    monkeypatch.setattr(watched, "_GOING_ON", 0.0)
    write_run(tmp_path, a_run(run__name="ended"), some_trials())
    monkeypatch.setattr(report, "importance_of", no_importance)
    start = time.time() - 100
    going = Trial(31, {"lr": 0.5, "kind": "a"}, Status.RUNNING, agent="1", host="n1", attempt=1, start=start)
    driver = {"host": socket.gethostname(), "pid": os.getpid(), "pid_start": birth(os.getpid())}
    alive = a_run(run__name="alive")
    paths = write_run(tmp_path, alive, [*some_trials(), going], ended=False, **driver)
    outbox = paths.agent("1").outbox
    outbox.parent.mkdir(parents=True)
    outbox.write_bytes(OUTBOX.encode(NewValue(trial=31, attempt=1, value=0.2, step=3, earlier=(0.9, 0.4))))
    with Server(Overview(lambda: runs(Home.in_workdir(tmp_path))), 0) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def opened(browser: Browser, server: Server, complaints: list[str], **options: object) -> Page:
    page = browser.new_page(**options)  # type: ignore[arg-type]
    page.set_default_timeout(45_000)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.url)
    page.locator(".runs tbody tr").nth(1).wait_for()
    return page


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_all_runs_are_seen_with_the_curves_of_what_runs(
    browser: Browser, server: Server, width: int, scheme: str
) -> None:
    complaints: list[str] = []
    page = opened(browser, server, complaints, viewport={"width": width, "height": 900}, color_scheme=scheme)
    rows = page.locator(".runs tbody tr")
    assert rows.nth(0).inner_text().split()[:2] == ["alive", "running"]  # those that go on come first
    assert "29 of" in rows.nth(1).inner_text()
    assert "RESULT -0.5 (evaluation 12)" in rows.nth(1).inner_text()
    page.locator("#going-on figure .series").nth(1).wait_for(state="attached")
    assert page.locator("#going-on .charts .key").inner_text() == "Evaluation 31"
    cells = page.locator("#going-on tbody td").all_inner_texts()
    assert cells[:2] == ["1", "n1"]
    assert cells[2].startswith("evaluation 31 since")
    assert page.locator("#going-on .workers path.span").count() == 1
    page.get_by_label("Workers over").select_option("run")
    expect(page.locator("#going-on th").nth(3)).to_have_text("Busy over the whole run")
    page.locator("#going-on summary").click()  # stays as it is when news come
    page.wait_for_timeout(600)
    assert page.locator("#going-on details").get_attribute("open") is None
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="ended").click()
    page.get_by_role("heading", name="ended").first.wait_for()
    page.close()
    assert complaints == []


def test_a_new_run_appears_and_a_server_that_is_gone_is_said_to_be(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    page = opened(browser, server, [])
    write_run(tmp_path, a_run(run__name="newer"), some_trials()[:3])
    page.get_by_role("link", name="newer").wait_for()
    shutil.rmtree(Home.in_workdir(tmp_path).run("newer").root)
    expect(page.get_by_role("link", name="newer")).to_have_count(0)
    server.shutdown()
    server.server_close()
    page.get_by_text("No answer since").wait_for()
    assert page.locator(".runs tbody tr").count() == 2
    page.close()


def test_a_page_at_which_nobody_looks_asks_less_often_until_somebody_does(
    browser: Browser, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overview, "POLL", 5)
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "state.json" in request.url else None)
    page.clock.install()
    page.goto(server.url)
    page.locator(".runs tbody tr").nth(1).wait_for()
    page.clock.fast_forward(360_000)  # six minutes
    page.wait_for_timeout(50)
    asked.clear()
    for _ in range(60):
        page.clock.run_for(1000)
    assert len(asked) <= 3
    with page.expect_request("**/state.json"):
        page.mouse.move(50, 50)
        for _ in range(6):
            page.clock.run_for(1000)
    page.close()
