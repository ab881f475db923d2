"""The scatter plots in a real browser: which panels there are, linked with each other, and failed evaluations."""

from __future__ import annotations

import re
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from plot_pages import OpenFile, next_frame, pages, some_trials
from report_runs import a_run, a_trial, write_run

from worker.report.data import results as source
from worker.report.data.plot_columns import make_plot_data
from worker.report.pages import plots
from worker.report.pages.answer import sentence
from worker.trial import Status


def test_scatter_panels_are_limited_and_linked(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials())["scatter"])
    expect(page.locator(".count")).to_have_text(
        "120 evaluations, 12 of them without a result (crosses). The star is the best."
    )
    page.get_by_label("RESULT at most").fill("0.5")
    expect(page.locator(".count")).not_to_contain_text("120 evaluations")
    expect(page.locator("canvas[role=img]").first).to_have_attribute(
        "aria-label", re.compile("kind against lr, .* The best has lr")
    )


def test_the_scatter_plots_are_accessible_with_their_dialog_open(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials())["scatter"])
    page.get_by_label("RESULT at most").fill("x")
    page.get_by_role("button", name="Logarithmic axes …").click()
    page.get_by_role("dialog").get_by_label("lr").check()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_scatter_plots_have_all_of_many_parameters_and_those_that_are_chosen(
    open_file: OpenFile, tmp_path: Path
) -> None:
    names = [f"p{number}" for number in range(22)]
    trials = [a_trial(1, {name: "a" if index else 0.5 for index, name in enumerate(names)}, 1.0)]
    results = source.read(write_run(tmp_path, a_run(names), trials))
    plot_data = make_plot_data(results.run, results.trials).with_all_parameters()
    page = open_file(plots.scatter(plot_data, sentence(results)))
    expect(page.locator(".panels figure")).to_have_count(15)
    page.get_by_role("button", name="Show 15 more of 216 further pairs").click()
    expect(page.locator(".panels figure")).to_have_count(30)
    page.get_by_role("button", name="Parameters …").click()
    for name in names[:20]:
        page.get_by_role("dialog").get_by_label(name, exact=True).uncheck()
    panel = page.locator("canvas[role=img]")
    expect(panel).to_have_count(1)
    expect(panel).to_have_attribute("aria-label", re.compile("^p21 against p20, "))
    expect(page.get_by_role("button", name="further pairs")).to_be_hidden()
    page.get_by_role("dialog").get_by_label("p21", exact=True).uncheck()
    expect(panel).to_have_attribute("aria-label", re.compile("^RESULT against p20, "))
    assert Axe().run(page).violations_count == 0


def test_failed_evaluations_stand_above_the_results_of_one_parameter(
    open_file: OpenFile, tmp_path: Path
) -> None:
    trials = [a_trial(number, {"lr": number / 10}, float(number)) for number in range(1, 9)]
    trials.append(a_trial(9, {"lr": 0.5}, None, Status.FAILED))
    results = source.read(write_run(tmp_path, a_run(("lr",)), trials))
    page = open_file(plots.scatter(make_plot_data(results.run, results.trials), sentence(results)))
    panel = page.locator("canvas[role=img]")
    box = panel.bounding_box()
    assert box
    for x in range(80, int(box["width"]), 8):
        page.mouse.move(box["x"] + x, box["y"] + 22)
        next_frame(page)
        if page.locator(".tip b").first.inner_text() == "9":
            break
    expect(page.locator(".tip b").first).to_have_text("9")
