"""The scales of the charts of results: chosen so that most is seen, said beside their axes, and changed by the reader."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime, timezone
from pathlib import Path

from playwright.sync_api import Page, expect
from plot_pages import OpenFile
from run_kinds import results_of

from worker.report.data import results as source
from worker.report.data.standings import Comparison
from worker.report.pages import compare, report


def opened_report(open_file: OpenFile, results: source.Results) -> Page:
    """Without what takes long to compute."""
    made = datetime(2026, 11, 23, tzinfo=timezone.utc)
    return open_file(report.page(results, report.Options(with_importance=False), made))


def names(page: Page, part: str) -> list[str]:
    """The names of the axes of the first chart in a part of the page, across and up."""
    found = page.locator(f"#{part} .chart svg").first.locator("text.name")
    return [" ".join(found.nth(at).locator("tspan").all_text_contents()) for at in range(found.count())]


def test_curves_and_progress_say_their_scale_which_can_be_changed(
    open_file: OpenFile, tmp_path: Path
) -> None:
    results = results_of("conditional", tmp_path)
    for trial in results.trials:  # what the first lines say is far above all others
        steep = tuple((at, loss + 10 ** (6 - 2 * at)) for at, loss in trial.curve)
        results.state.trials[trial.number] = dataclasses.replace(trial, curve=steep)
    changed = dataclasses.replace(results, trials=list(results.state.trials.values()))
    page = opened_report(open_file, changed)
    assert names(page, "curves") == ["RESULT line", "RESULT (by rank)"]
    path = page.locator("#curves .series").first
    before = path.get_attribute("d")
    page.get_by_label("Scale of RESULT").nth(1).select_option("linear")
    page.wait_for_function(f"document.querySelector('#curves .series').getAttribute('d') !== '{before}'")
    assert names(page, "curves") == ["RESULT line", "RESULT"]
    chart = page.locator("#progress svg").first
    assert re.match("Best RESULT so far against evaluations: from ", chart.get_attribute("aria-label") or "")
    page.get_by_label("Scale of RESULT").first.select_option("distance")
    expect(page.locator("#progress svg").first).to_contain_text("(log distance from the best)")


def test_the_results_of_a_front_share_their_scales(open_file: OpenFile, tmp_path: Path) -> None:
    page = opened_report(open_file, results_of("several", tmp_path))
    assert names(page, "pareto") == ["loss (min)", "accuracy (max)"]
    page.get_by_label("Scale of loss (min)").select_option("log")
    expect(page.locator("#pareto .chart svg").first).to_contain_text("loss (min, logarithmic)")
    expect(page.locator("#pareto .chart svg").nth(1)).to_contain_text("loss (min, logarithmic)")
    kinds = page.get_by_label("Scale of accuracy (max)").locator("option").all_text_contents()
    assert kinds == ["linear", "by rank"]  # some are negative
    page.get_by_label("Scale of hypervolume").select_option("distance")
    expect(page.locator("#pareto")).to_contain_text(re.compile(r"hypervolume\s*\(log distance from"))


def test_the_curves_of_a_comparison_say_their_scale(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(compare.page("both", Comparison([results_of("negative", tmp_path)])))
    page.locator("#bands svg").first.wait_for()
    assert names(page, "bands") == ["evaluations (logarithmic)", "RESULT"]
    page.get_by_label("Scale of RESULT").select_option("rank")
    expect(page.locator("#bands svg").first).to_contain_text("RESULT (by rank)")


def test_where_the_result_is_always_the_same_the_report_says_so(open_file: OpenFile, tmp_path: Path) -> None:
    page = opened_report(open_file, results_of("constant", tmp_path))
    expect(page.locator("#slices-part p")).to_have_text(
        "RESULT is 1.5 in all evaluations, whatever the parameters are."
    )
    expect(page.get_by_label("Scale of RESULT")).to_have_count(0)
