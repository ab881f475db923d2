"""Pages of plots in a real browser: of some evaluations, and where to find what on them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from report_runs import START, a_run, a_trial, write_run

from worker.report.data import results as source
from worker.report.data.gpu_usage import Usage
from worker.report.data.plot_columns import make_plot_data
from worker.report.data.standings import Comparison
from worker.report.pages import compare, gpu, plots, report, video
from worker.report.pages.answer import sentence
from worker.spec.parameters import Value
from worker.trial import Status, Trial

OpenFile = Callable[..., Page]


def some_trials(count: int = 120) -> list[Trial]:
    """Evaluations with everything that pages show: outputs, curves, failures, several workers, two results."""
    trials = []
    for number in range(1, count + 1):
        values: dict[str, Value] = {"lr": number / (count + 1), "kind": "ab"[number % 2]}
        failed = number % 10 == 0
        loss = 1e-05 if number == 7 else (number % 13) / 13 + 0.1
        trials.append(
            a_trial(
                number,
                values,
                None if failed else loss,
                Status.FAILED if failed else Status.OK,
                outputs={} if failed else {"accuracy": 1 - loss, "RESULT1": loss, "RESULT2": number / count},
                curve=((0.1, loss + 1), (0.2, loss)),
                reason="It ended with exit code 1." if failed else "",
                agent=str(number % 3),
                peak_memory=100.0 + number,
            )
        )
    return trials


def read(tmp_path: Path, trials: list[Trial], name: str = "first") -> source.Results:
    """A run with these evaluations."""
    return source.read(write_run(tmp_path / name, a_run(run__name=name), trials))


def pages(tmp_path: Path, trials: list[Trial]) -> dict[str, str]:
    """Every kind of page."""
    results = read(tmp_path, trials)
    other = read(tmp_path, trials[:20], "second")
    plot_data = make_plot_data(results.run, results.trials)
    usage = Usage("1", "0", [START, START + 10, START + 20], [10.0, 90.0, 50.0], [20.0, 30.0, 40.0])
    made = datetime(2026, 11, 23, tzinfo=timezone.utc)
    return {
        "parallel": plots.parallel(plot_data, sentence(results)),
        "scatter": plots.scatter(plot_data, sentence(results)),
        "report": report.page(results, report.Options(), made),
        "video": video.page(results),
        "compare": compare.page("both", Comparison([results, other])),
        "gpu": gpu.page("first", [usage, dataclasses.replace(usage, gpu="1")]),
    }


def wait_until_begun(page: Page) -> None:
    """Everything that is drawn at once, is."""
    expect(page.locator("[aria-busy]")).to_have_count(0)


def wait_until_drawn(page: Page) -> None:
    """Everything that is drawn when it comes into view, is."""
    for identity in ("parallel", "slices", "scatter"):
        if (holder := page.locator(f"#{identity}")).count():
            holder.scroll_into_view_if_needed()
            holder.locator("canvas").first.wait_for(state="attached")
    if page.locator(".stage").count():
        page.locator(".stage[data-drawn]").first.wait_for(state="attached")


def next_frame(page: Page) -> None:
    """What was to be drawn with the next frame, is."""
    page.evaluate("() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))")


def count(page: Page) -> str:
    """What the plot says about its selection."""
    return page.locator(".count").inner_text()


def drag(page: Page, axis: int, start: float, end: float) -> None:
    """Draw a range on an axis, from and to these shares of its length, counted from its top."""
    next_frame(page)  # what was changed before may draw the axes anew
    box = page.locator(".catcher").nth(axis).bounding_box()
    assert box
    x, top, length = box["x"] + box["width"] / 2, box["y"] + 10, box["height"] - 20
    page.mouse.move(x, top + start * length)
    page.mouse.down()
    page.mouse.move(x, top + (start + end) / 2 * length, steps=3)
    page.mouse.move(x, top + end * length, steps=3)
    page.mouse.up()


def axis(page: Page, name: str) -> Locator:
    """The button with the name of an axis."""
    return page.locator(".names").get_by_role("button", name=name, exact=True)


def axis_names(page: Page) -> list[str]:
    """The axes from left to right."""
    names = page.locator(".axis-name")
    texts = [names.nth(index).locator("span").inner_text() for index in range(names.count())]
    places = [(names.nth(index).bounding_box() or {"x": 0})["x"] for index in range(names.count())]
    return [text for _, text in sorted(zip(places, texts, strict=True))]


def opened(open_file: OpenFile, tmp_path: Path, trials: list[Trial], **options: object) -> Page:
    """The parallel plot of these evaluations."""
    results = read(tmp_path, trials)
    page = open_file(
        plots.parallel(make_plot_data(results.run, results.trials), sentence(results)), **options
    )
    wait_until_drawn(page)
    return page


def ticks(page: Page, place: int) -> list[str]:
    """The labels of an axis, from bottom to top."""
    return page.locator(".axis").nth(place).locator("text:not(.end)").all_text_contents()


def marked(page: Page) -> Locator:
    """The row of the table that is marked."""
    return page.locator("tr.marked")
