"""The pages of results in a real browser, opened from their files: accessible, printable, and nothing in them is executed."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from plot_pages import OpenFile, pages, read, some_trials, wait_until_begun, wait_until_drawn
from report_runs import START, a_run, a_trial, write_run

from worker.report.data import results as source
from worker.report.data.gpu_usage import Usage
from worker.report.data.plot_columns import make_plot_data
from worker.report.data.standings import Comparison
from worker.report.data.table import evaluated
from worker.report.pages import compare, gpu, plots, report, video
from worker.report.pages.answer import sentence
from worker.store.claim import Claim, Standing
from worker.trial import Status

HOSTILE = [
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "'\"><svg onload=window.hacked=1>",
    "=cmd|' /C calc'!A0",
    "x" * 400,
    "javascript:window.hacked=1",
    "\u202eevil\u0000\u001b[31m",
    "{{7*7}}${window.hacked=1}",
]


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["parallel", "scatter", "report", "video", "compare", "gpu"])
def test_pages_open_from_files_and_are_accessible(
    open_file: OpenFile, tmp_path: Path, kind: str, scheme: str, width: int
) -> None:
    html = pages(tmp_path, some_trials())[kind]
    page = open_file(html, color_scheme=scheme, viewport={"width": width, "height": 900})
    wait_until_drawn(page)
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_pages_without_evaluations_open_too(open_file: OpenFile, tmp_path: Path) -> None:
    for kind, html in pages(tmp_path, []).items():
        if kind != "gpu":
            open_file(html).locator("h1").wait_for()


def test_the_film_plays_to_its_end(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials())["video"])
    slider = page.get_by_role("slider", name="Evaluations shown")
    slider.fill("118")
    expect(page.locator(".film output")).to_contain_text("118 of 120")
    page.get_by_role("button", name="Play").click()
    expect(page.locator(".film output")).to_contain_text("120 of 120")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_the_report_copies_the_command(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials())["report"])
    assert page.locator("#best-command").inner_text() == "./objective 0.05785123966942149 b"
    page.locator("[data-copy=best-command]").click()
    expect(page.locator("[data-copy=best-command]")).to_have_text(re.compile("Copied|Selected"))


def test_a_printed_report_has_all_its_plots_and_none_is_cut_off(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials())["report"])
    page.locator("#progress svg").first.wait_for()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for identity in ("parallel", "slices", "scatter"):
        assert page.locator(f"#{identity} canvas").count()
    stage = page.locator("#parallel .stage")
    printed = stage.bounding_box()
    assert printed is not None
    assert printed["width"] == pytest.approx(690, abs=1)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    shown = stage.bounding_box()
    assert shown is not None
    assert shown["width"] > 1000


def test_lines_that_share_a_colour_are_told_apart_by_dashes(open_file: OpenFile, tmp_path: Path) -> None:
    trials = some_trials(20)
    runs = [
        source.read(
            write_run(tmp_path / str(number), a_run(run__name=f"n{number}", search__max_evals=number), trials)
        )
        for number in range(1, 19)
    ]
    page = open_file(compare.page("many", Comparison(runs)))
    page.locator("#bands svg").first.wait_for()
    looks = page.eval_on_selector_all(
        "#bands figure:first-of-type .series.step",
        "all => all.map((one) => one.style.cssText + getComputedStyle(one).strokeDasharray)",
    )
    assert len(set(looks)) == len(runs)


def test_the_axes_of_a_comparison_are_logarithmic_until_told_otherwise(
    open_file: OpenFile, tmp_path: Path
) -> None:
    runs = [read(tmp_path, some_trials(100)), read(tmp_path, some_trials(60), "second")]
    page = open_file(compare.page("both", Comparison(runs)))
    path = page.locator("#bands figure .series.step").first
    path.wait_for(state="attached")
    assert page.locator("#bands figure").count() == 3
    logarithmic = path.get_attribute("d")
    page.get_by_label("Logarithmic horizontal axes").uncheck()
    path.wait_for(state="attached")
    assert page.locator("#bands figure").count() == 3
    assert path.get_attribute("d") != logarithmic


def test_the_report_of_a_run_that_goes_on_loads_itself_again_until_its_reader_has_used_it(
    open_file: OpenFile, tmp_path: Path
) -> None:
    results = read(tmp_path, some_trials())
    vars(results)["claim"] = Claim(Standing.ALIVE)
    made = datetime(2026, 11, 23, tzinfo=timezone.utc)
    page = open_file(report.page(results, report.Options(refresh=2), made))
    with page.expect_event("load", timeout=60_000):
        pass
    wait_until_begun(page)
    page.locator("[data-copy=best-command]").click()
    page.get_by_role("button", name="There may be newer results: load them").click(timeout=60_000)


@pytest.mark.parametrize("kind", ["parallel", "scatter", "report", "video", "compare", "gpu"])
def test_hostile_texts_are_shown_and_never_executed(open_file: OpenFile, tmp_path: Path, kind: str) -> None:
    run = a_run()
    trials = []
    for number in range(1, 41):
        text = HOSTILE[number % len(HOSTILE)]
        trial = a_trial(
            number,
            {"lr": number / 50, "kind": text, f"p{text}": 1},
            number / 7,
            outputs={text: 1.0, "b": 2.0},
        )
        if number % 4 == 0:
            trial = dataclasses.replace(trial, status=Status.FAILED, loss=None, reason=f"It said {text}.")
        trials.append(dataclasses.replace(trial, host=text, agent=text))
    names = {parameter.name: parameter for parameter in run.parameters}
    hostile = [dataclasses.replace(names["lr"], name=f"p{text}") for text in HOSTILE]
    kinds = dataclasses.replace(names["kind"], settings={"values": tuple(HOSTILE)})
    hostile_run = dataclasses.replace(run, parameters=(names["lr"], kinds, *hostile))
    honest = read(tmp_path, [])
    results = source.Results(honest.paths, hostile_run, evaluated(trials), honest.state)
    plot_data = make_plot_data(hostile_run, results.trials)
    usage = Usage(HOSTILE[0], HOSTILE[1], [START, START + 10], [10.0, 90.0], [20.0, 30.0])
    html = {
        "parallel": lambda: plots.parallel(plot_data, sentence(results)),
        "scatter": lambda: plots.scatter(plot_data, sentence(results)),
        "report": lambda: report.page(results, report.Options(), datetime.now(timezone.utc)),
        "video": lambda: video.page(results),
        "compare": lambda: compare.page(HOSTILE[0], Comparison([results, honest])),
        "gpu": lambda: gpu.page(HOSTILE[0], [usage]),
    }[kind]()
    for width in (390, 1440):
        page = open_file(html, viewport={"width": width, "height": 900})
        wait_until_drawn(page)
        for dialog in (re.compile("^Axes"), "Help"):
            if (button := page.get_by_role("button", name=dialog)).count():
                button.first.click()
                page.get_by_role("button", name="Close").click()
        assert page.evaluate("window.hacked") is None
        assert page.evaluate("document.documentElement.scrollWidth") <= width
