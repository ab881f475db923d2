"""The pages of results in a real browser: from files, without any request, usable by pointer and keyboard, for everybody."""

from __future__ import annotations

import csv
import dataclasses
import re
import statistics
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from report_runs import START, a_run, a_trial, write_run

from worker.report.data import results as source
from worker.report.data.gpu_usage import Usage
from worker.report.data.plot_columns import make_plot_data
from worker.report.data.table import evaluated
from worker.report.pages import compare, gpu, plots, report, video
from worker.report.pages.answer import sentence
from worker.spec.parameters import Value
from worker.store.claim import Claim, Standing
from worker.trial import Status, Trial

OpenFile = Callable[..., Page]
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
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: _from_files(request.url, path, complaints))
        page.goto(path.as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


def _from_files(url: str, path: Path, complaints: list[str]) -> None:
    if url != path.as_uri() and not url.startswith(("data:", "blob:")):
        complaints.append(f"the page asked for {url}")


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
        "compare": compare.page("both", [results, other]),
        "gpu": gpu.page("first", [usage, dataclasses.replace(usage, gpu="1")]),
    }


def wait_until_drawn(page: Page) -> None:
    """Everything that is drawn when it comes into view, is."""
    for identity in ("parallel", "slices", "scatter"):
        if (holder := page.locator(f"#{identity}")).count():
            holder.scroll_into_view_if_needed()
            holder.locator("canvas").first.wait_for(state="attached")
    if page.locator(".stage").count():
        page.locator(".stage[data-drawn]").first.wait_for(state="attached")


@pytest.fixture
def plot(open_file: OpenFile, tmp_path: Path) -> Page:
    """A parallel plot of 120 evaluations, 12 of them failed."""
    results = read(tmp_path, some_trials())
    page = open_file(plots.parallel(make_plot_data(results.run, results.trials), sentence(results)))
    wait_until_drawn(page)
    return page


def count(page: Page) -> str:
    """What the plot says about its selection."""
    return page.locator(".count").inner_text()


def drag(page: Page, axis: int, start: float, end: float) -> None:
    """Draw a range on an axis, from and to these shares of its length, counted from its top."""
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


def test_ranges_on_several_axes_are_combined_and_a_click_takes_one_away(plot: Page) -> None:
    assert count(plot) == "120 of 120 evaluations selected"
    drag(plot, 0, 0.0, 0.5)
    assert count(plot) == "60 of 120 evaluations selected"
    drag(plot, 1, 0.02, 0.48)
    assert count(plot) == "30 of 120 evaluations selected"
    plot.locator(".catcher").nth(0).click()
    assert count(plot) == "60 of 120 evaluations selected"
    plot.get_by_role("button", name="Restore").click()
    assert count(plot) == "120 of 120 evaluations selected"


def test_a_range_is_moved_and_resized(plot: Page) -> None:
    drag(plot, 0, 0.0, 0.25)
    assert count(plot) == "30 of 120 evaluations selected"
    drag(plot, 0, 0.25, 0.5)  # its lower end
    assert count(plot) == "60 of 120 evaluations selected"
    drag(plot, 0, 0.25, 0.5)  # its middle
    assert count(plot) == "60 of 120 evaluations selected"
    drag(plot, 0, 0.25, 1.0)  # its upper end, over the lower one
    assert count(plot) in ("29 of 120 evaluations selected", "30 of 120 evaluations selected")


def test_selected_rows_are_kept_excluded_and_restored(plot: Page) -> None:
    drag(plot, 0, 0.0, 0.5)
    plot.get_by_role("button", name="Keep").click()
    assert count(plot) == "60 of 60 evaluations selected, 60 put away"
    drag(plot, 1, 0.02, 0.48)
    plot.get_by_role("button", name="Exclude").click()
    assert count(plot) == "30 of 30 evaluations selected, 90 put away"
    plot.get_by_role("button", name="Restore").click()
    assert count(plot) == "120 of 120 evaluations selected"


def test_the_best_ones_alone_and_failed_ones_hidden(plot: Page) -> None:
    plot.get_by_role("spinbutton", name="Best: number").fill("10")
    assert count(plot) == "10 of 10 evaluations selected, 110 put away"
    plot.get_by_role("button", name="Restore").click()
    plot.get_by_label("Without result (12)").uncheck()
    assert count(plot) == "108 of 108 evaluations selected, 12 put away"


def test_an_axis_is_set_by_keyboard_alone(plot: Page) -> None:
    axis(plot, "lr").focus()
    plot.keyboard.press("Enter")
    dialog = plot.get_by_role("dialog", name="lr")
    dialog.get_by_label("From").fill("0.5")
    assert count(plot) == "60 of 120 evaluations selected"
    dialog.get_by_label("to", exact=True).fill("no number")
    expect(dialog.get_by_label("to", exact=True)).to_have_attribute("aria-invalid", "true")
    plot.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(axis(plot, "lr")).to_be_focused()
    assert plot.locator(".range[visibility=visible]").count() == 1


def test_categories_are_chosen_one_by_one(plot: Page) -> None:
    axis(plot, "kind").click()
    plot.get_by_role("dialog").get_by_label("a", exact=True).uncheck()
    assert count(plot) == "60 of 120 evaluations selected"


def test_axes_are_moved_by_drag_and_by_words(plot: Page) -> None:
    assert axis_names(plot)[:3] == ["lr", "kind", "RESULT"]
    name = axis(plot, "lr")
    box = name.bounding_box()
    target = axis(plot, "kind").bounding_box()
    assert box
    assert target
    plot.mouse.move(box["x"] + 10, box["y"] + 10)
    plot.mouse.down()
    plot.mouse.move(target["x"] + target["width"] + 60, box["y"] + 10, steps=5)
    plot.mouse.up()
    assert axis_names(plot)[:3] == ["kind", "lr", "RESULT"]
    expect(plot.get_by_role("dialog")).to_have_count(0)
    name.click()
    plot.get_by_role("button", name="Move left").click()
    assert axis_names(plot)[:3] == ["lr", "kind", "RESULT"]


def test_axes_are_inverted_made_logarithmic_hidden_and_shown(plot: Page) -> None:
    def set_axis(action: str, name: str = "lr") -> None:
        plot.locator(".axis-name").filter(has=plot.locator("span", has_text=re.compile(f"^{name}$"))).click()
        plot.get_by_role("dialog").get_by_role("button", name=action).click()

    before = ticks(plot, 0)
    set_axis("Invert")
    assert ticks(plot, 0) == before[::-1]
    set_axis("Logarithmic scale")
    assert "0.01" in ticks(plot, 0)
    set_axis("Hide")
    assert axis_names(plot)[0] == "kind"
    plot.get_by_role("button", name=re.compile("^Axes")).click()
    plot.get_by_role("dialog").get_by_label("Host").check()
    plot.get_by_role("dialog").get_by_label("lr", exact=True).check()
    plot.get_by_role("button", name="Close").click()
    assert axis_names(plot)[-2:] == ["Host", "lr"]


def test_colours_follow_the_chosen_column(plot: Page) -> None:
    plot.locator(".tools select").select_option("kind")
    assert plot.locator(".legend").inner_text().split() == ["a", "b"]
    plot.locator(".tools select").select_option("RESULT")
    assert plot.locator(".legend").inner_text().split()[0] == "1e-05"


def test_the_selection_is_exported_as_csv(plot: Page) -> None:
    plot.get_by_role("spinbutton", name="Best: number").fill("2")
    plot.wait_for_function("document.querySelectorAll('tbody tr').length === 2")
    with plot.expect_download() as download:
        plot.get_by_role("button", name="Export csv").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    assert [row["trial"] for row in rows] == ["7", "13"]
    assert rows[0]["RESULT"] == "1e-05"
    assert rows[0]["kind"] == "b"


def marked(page: Page) -> Locator:
    """The row of the table that is marked."""
    return page.locator("tr.marked")


def test_table_and_lines_point_at_each_other(plot: Page) -> None:
    expect(marked(plot).locator("th")).to_have_text("7")  # the best one, at first
    plot.locator("tbody tr").nth(3).hover()
    number = plot.locator("tbody tr").nth(3).locator("th").inner_text()
    expect(plot.locator(".tip b").first).to_have_text(number)
    plot.mouse.move(5, 5)
    expect(marked(plot).locator("th")).to_have_text("7")
    plot.get_by_role("button", name=f"Mark the line of evaluation {number}", exact=True).click()
    plot.mouse.move(5, 5)
    expect(plot.locator(".tip b").first).to_have_text(number)
    lines = plot.locator(".drawing svg").bounding_box()
    assert lines
    plot.mouse.move(lines["x"] + 150, lines["y"] + 150)
    expect(plot.locator(".tip b").first).not_to_have_text(number)


def test_the_table_is_sorted_and_searched(plot: Page) -> None:
    first = plot.locator("tbody tr").first
    expect(first.locator("th")).to_have_text("7")
    plot.locator("thead").get_by_role("button", name="lr", exact=True).click()
    expect(first.locator("th")).to_have_text("1")
    plot.locator("thead").get_by_role("button", name="lr", exact=True).click()
    expect(first.locator("th")).to_have_text("120")
    plot.get_by_role("searchbox").fill("failed")
    expect(plot.locator("tbody tr")).to_have_count(12)
    plot.get_by_role("searchbox").fill("FAILED n1 nowhere")
    expect(plot.locator("tbody tr")).to_have_count(0)


def test_far_outliers_are_folded_at_the_end_of_their_axis(open_file: OpenFile, tmp_path: Path) -> None:
    trials = [a_trial(number, {"lr": number / 50, "kind": "a"}, float(number)) for number in range(1, 49)]
    trials += [a_trial(number, {"lr": number / 50, "kind": "b"}, 1e30) for number in (49, 50)]
    results = read(tmp_path, trials)
    plot = open_file(plots.parallel(make_plot_data(results.run, results.trials), sentence(results)))
    wait_until_drawn(plot)
    result = plot.locator(".axis").nth(2).locator("text:not(.end)")
    assert result.all_text_contents()[-1] == "> 48"
    assert plot.locator(".legend").inner_text().split() == ["1", "≥", "48"]
    drag(plot, 2, 0.0, 0.04)
    assert count(plot) == "2 of 50 evaluations selected"
    axis(plot, "RESULT, log").click()
    plot.get_by_role("dialog").get_by_role("button", name="Unfold outliers").click()
    assert "> 48" not in result.all_text_contents()
    assert count(plot) == "2 of 50 evaluations selected"


def test_help_says_what_one_can_do(plot: Page) -> None:
    plot.get_by_role("button", name="Help").click()
    expect(plot.get_by_role("dialog", name="Help")).to_contain_text("Drag along an axis")


def test_a_change_of_theme_is_followed(plot: Page) -> None:
    pixel = "document.querySelectorAll('canvas')[1].getContext('2d').getImageData(0, 0, 1440, 400).data.reduce((sum, value) => sum + value, 0)"
    light = plot.evaluate(pixel)
    plot.emulate_media(color_scheme="dark")
    plot.wait_for_function(f"({pixel}) !== {light}")


def test_scatter_panels_are_limited_and_linked(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials())["scatter"])
    expect(page.locator(".count")).to_have_text(
        "120 evaluations, 12 of them without a result (crosses); the star is the best."
    )
    page.get_by_label("RESULT at most").fill("0.5")
    expect(page.locator(".count")).not_to_contain_text("120 evaluations")
    expect(page.locator("canvas[role=img]").first).to_have_attribute(
        "aria-label", re.compile("kind against lr, .* the best has lr")
    )


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
    page = open_file(compare.page("many", runs))
    page.locator("#bands svg").wait_for()
    looks = page.eval_on_selector_all(
        "#bands .series.step",
        "all => all.map((one) => one.style.cssText + getComputedStyle(one).strokeDasharray)",
    )
    assert len(set(looks)) == len(runs)


def test_the_report_of_a_run_that_goes_on_loads_itself_again_until_its_reader_has_used_it(
    open_file: OpenFile, tmp_path: Path
) -> None:
    results = read(tmp_path, some_trials())
    vars(results)["claim"] = Claim(Standing.ALIVE)
    made = datetime(2026, 11, 23, tzinfo=timezone.utc)
    page = open_file(report.page(results, report.Options(refresh=2), made))
    with page.expect_event("load", timeout=60_000):
        pass
    page.locator("[data-copy=best-command]").click()
    page.get_by_role("button", name="There may be newer results: load them").click(timeout=60_000)


def test_what_is_put_away_leaves_the_background(plot: Page) -> None:
    grey = "document.querySelector('.drawing canvas').getContext('2d').getImageData(0, 0, 1440, 300).data.filter((value) => value).length"
    drag(plot, 1, 0.02, 0.48)
    plot.wait_for_function(f"{grey} > 200000")  # sixty lines
    plot.get_by_role("spinbutton", name="Best: number").fill("3")
    plot.wait_for_function(f"{grey} < 60000")  # three, or not drawn yet


def test_the_best_ones_are_seen_on_the_axes_of_all(plot: Page) -> None:
    before = ticks(plot, 2)
    plot.get_by_role("spinbutton", name="Best: number").fill("12")
    expect(plot.get_by_role("group", name="Best", exact=True)).to_contain_text("11 %")
    axis(plot, "kind").click()
    plot.get_by_role("button", name="Invert").click()
    assert ticks(plot, 2) == before
    plot.get_by_role("button", name="Keep").click()
    assert ticks(plot, 2) != before


def test_a_click_on_a_line_turns_to_the_page_of_its_row(plot: Page) -> None:
    plot.locator("thead").get_by_role("button", name="lr", exact=True).click()
    expect(plot.locator("tbody tr").first.locator("th")).to_have_text("1")
    box = plot.locator(".drawing svg").bounding_box()
    top = plot.locator(".catcher").first.bounding_box()
    assert box
    assert top
    plot.mouse.click(box["x"] + 54 + 25, top["y"] + 26)  # near the largest value of lr
    number = plot.locator(".tip b").first.inner_text()
    expect(marked(plot).locator("th")).to_have_text(number)
    assert int(number) > 100


def frame_drawn(page: Page) -> None:
    """What the pointer has changed is drawn."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_a_click_holds_the_line_that_is_lit(open_file: OpenFile, tmp_path: Path, ratio: float) -> None:
    # So many lines that another one is nearest half a pixel further.
    trials = [
        a_trial(n, {"lr": (n * 37 % 400) / 400, "kind": "ab"[n % 2]}, float(n % 7)) for n in range(1, 400)
    ]
    page = opened(open_file, tmp_path, trials, device_scale_factor=ratio)
    box = page.locator(".drawing svg").bounding_box()
    assert box
    lit, held = [], []
    for step in range(12):
        # Between two axes, and where one of them is.
        page.mouse.move(box["x"] + (60.4 if step % 2 else 91.3) + step / 7, box["y"] + 60.37 + step * 21.21)
        frame_drawn(page)
        lit.append(page.locator(".tip b").first.inner_text())
        page.mouse.down()
        page.mouse.move(box["x"] + (60.4 if step % 2 else 91.3) + step / 7, box["y"] + 61.9 + step * 21.21)
        page.mouse.up()
        page.mouse.move(5, 5)
        frame_drawn(page)
        held.append(page.locator(".tip b").first.inner_text())
    assert held == lit
    assert len(set(lit)) > 6


def test_search_selects_and_says_so(plot: Page) -> None:
    plot.get_by_role("searchbox").fill("failed")
    expect(plot.locator(".count")).to_have_text("12 of 120 evaluations selected")
    with plot.expect_download() as download:
        plot.get_by_role("button", name="Export csv").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    assert len(rows) == 12 and {row["status"] for row in rows} == {"failed"}
    plot.get_by_role("button", name="Exclude").click()
    expect(plot.locator(".count")).to_have_text("108 of 108 evaluations selected, 12 put away")
    expect(plot.get_by_role("searchbox")).to_have_value("")
    plot.get_by_role("searchbox").fill("ok b")
    selected = int(count(plot).split()[0])
    assert 0 < selected < 108
    expect(plot.get_by_role("region", name="Table, scrollable")).to_be_visible()
    expect(plot.locator(".rows .bar span[role=status]")).to_contain_text(f"{selected} evaluations, ")
    plot.get_by_role("button", name="Restore").click()
    expect(plot.locator(".count")).to_have_text("120 of 120 evaluations selected")


@pytest.mark.parametrize(("best", "place"), [(1, "7"), (2, "10"), (3, "13"), (4, "19.5")])
def test_the_median_lies_between_the_two_middle_values(plot: Page, best: int, place: str) -> None:
    plot.get_by_role("spinbutton", name="Best: number").fill(str(best))
    chosen = [7, 13, 26, 39][:best]
    axis(plot, "lr").click()
    wanted = statistics.median([number / 121 for number in chosen])
    assert wanted == pytest.approx(float(place) / 121)
    shown = plot.get_by_role("dialog").locator("p").first.inner_text()
    assert float(shown.split("median ")[1].rstrip(".")) == pytest.approx(wanted)


def test_an_axis_is_moved_by_arrow_keys(plot: Page) -> None:
    axis(plot, "lr").focus()
    plot.keyboard.press("ArrowRight")
    plot.keyboard.press("ArrowRight")
    assert axis_names(plot)[:3] == ["kind", "RESULT", "lr"]
    expect(axis(plot, "lr")).to_be_focused()
    expect(plot.get_by_role("status").filter(has_text="lr is axis 3 of 7 now")).to_have_count(1)
    for _ in range(4):
        plot.keyboard.press("ArrowLeft")
    assert axis_names(plot)[0] == "lr"


def test_an_axis_tells_what_the_selected_evaluations_have_there(plot: Page) -> None:
    plot.get_by_role("spinbutton", name="Best: number").fill("3")
    axis(plot, "lr").click()
    dialog = plot.get_by_role("dialog")
    three = [7 / 121, 13 / 121, 26 / 121]
    expect(dialog).to_contain_text(
        f"3 selected evaluations: from {three[0]} to {three[2]}, median {three[1]}."
    )
    plot.keyboard.press("Escape")
    axis(plot, "kind").click()
    expect(dialog).to_contain_text("3 selected evaluations: b (2), a (1).")


def test_the_best_of_the_selection_is_marked(plot: Page) -> None:
    expect(plot.locator(".tip")).to_have_text(re.compile("^Best selected:Evaluation 7lr "))
    drag(plot, 1, 0.52, 0.98)  # a; evaluation 7 has b
    expect(plot.locator(".tip b").first).to_have_text("26")
    expect(marked(plot).locator("th")).to_have_text("26")


def test_the_ends_of_a_range_are_named(plot: Page) -> None:
    ends = plot.locator(".axis").first.locator("text.end")
    expect(ends).to_have_text(["", ""])
    axis(plot, "lr").click()
    plot.get_by_role("dialog").get_by_label("From").fill("0.25")
    plot.get_by_role("dialog").get_by_label("to", exact=True).fill("0.75")
    plot.keyboard.press("Escape")
    expect(ends).to_have_text(["0.75", "0.25"])


def test_an_axis_with_one_value_says_it(open_file: OpenFile, tmp_path: Path) -> None:
    page = opened(
        open_file, tmp_path, [a_trial(number, {"lr": 1e-05, "kind": "a"}, 2.5) for number in (1, 2)]
    )
    assert [ticks(page, place) for place in range(4)] == [["1e\u221205"], ["a"], ["2.5"], ["2"]]


def test_an_axis_without_any_value_has_no_range(open_file: OpenFile, tmp_path: Path) -> None:
    trials = [a_trial(number, {"lr": 0.5, "kind": "a"}, None, Status.FAILED) for number in (1, 2)]
    page = opened(open_file, tmp_path, trials)
    assert page.locator(".catcher").count() == 3  # of lr, kind and seconds
    axis(page, "RESULT").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("The selected evaluations have no value here.")
    expect(dialog.locator("input")).to_have_count(0)
    dialog.get_by_role("button", name="Logarithmic scale").click()


def test_long_categories_are_told_apart_where_there_is_little_room(
    open_file: OpenFile, tmp_path: Path
) -> None:
    names = [f"a-long-beginning-{middle}-and-the-same-end" for middle in ("one", "two")]
    run = a_run()
    kind = dataclasses.replace(run.parameters[1], settings={"values": tuple(names)})
    longer = dataclasses.replace(run, parameters=(run.parameters[0], kind))
    trials = [a_trial(number, {"lr": number / 9, "kind": names[number % 2]}, number) for number in (1, 2)]
    honest = read(tmp_path, [])
    results = source.Results(honest.paths, longer, trials, honest.state)
    html = plots.parallel(make_plot_data(longer, trials), sentence(results))
    page = open_file(html, viewport={"width": 390, "height": 900})
    wait_until_drawn(page)
    assert ticks(page, 1) == ["…one…", "…two…"]


def test_the_table_has_the_result_beside_the_evaluation(plot: Page) -> None:
    heads = plot.locator("thead th").all_inner_texts()
    assert [re.sub("[^A-Za-z]", "", head) for head in heads[:3]] == ["Evaluation", "RESULT", "lr"]
    assert plot.locator("tbody tr").first.locator("td").first.inner_text() == "1e-05"


def touch(page: Page, points: list[tuple[float, float]]) -> None:
    """A finger that goes down at the first point, over the others, and up at the last."""
    session = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(points):
        kind = "touchMove" if number else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_finger_selects_a_range_and_moves_an_axis(open_file: OpenFile, tmp_path: Path) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = opened(open_file, tmp_path, some_trials(), **phone)
    page.locator(".stage").scroll_into_view_if_needed()
    box = page.locator(".catcher").first.bounding_box()
    assert box
    x, top, length = box["x"] + box["width"] / 2, box["y"] + 10, box["height"] - 20
    touch(page, [(x, top + share * length) for share in (0.0, 0.2, 0.4, 0.5)])
    expect(page.locator(".count")).to_have_text("60 of 120 evaluations selected")
    name, target = axis(page, "lr").bounding_box(), axis(page, "kind").bounding_box()
    assert name
    assert target
    y = name["y"] + 10
    touch(page, [(name["x"] + 10 + step, y) for step in (0, 30, 60, target["x"] - name["x"] + 30)])
    expect(page.locator(".axis-name span").first).to_have_text("kind")
    assert axis_names(page)[:2] == ["kind", "lr"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_parallel_plot_is_accessible_in_every_state(
    open_file: OpenFile, tmp_path: Path, scheme: str
) -> None:
    page = opened(open_file, tmp_path, some_trials(), color_scheme=scheme)

    def fine(state: str) -> None:
        results = Axe().run(page)
        assert results.violations_count == 0, f"{state}: {results.generate_report()}"

    drag(page, 0, 0.0, 0.5)
    page.locator("tbody tr").nth(3).hover()
    fine("a range and a row that is pointed at")
    for name in ("lr", "kind"):
        axis(page, name).click()
        fine(f"the settings of {name}")
        page.get_by_role("button", name="Close").click()
    for button in (re.compile("^Axes"), "Help"):
        page.get_by_role("button", name=button).click()
        fine(f"the dialog of {button}")
        page.get_by_role("button", name="Close").click()
    page.locator(".tools select").select_option("kind")
    page.get_by_role("button", name="Exclude").click()
    page.get_by_role("button", name="Exclude").click()
    assert count(page) == "0 of 0 evaluations selected, 120 put away"
    page.get_by_role("searchbox").fill("nothing")
    fine("nothing selected")


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
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        if page.locator(".tip b").first.inner_text() == "9":
            break
    expect(page.locator(".tip b").first).to_have_text("9")


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
        "compare": lambda: compare.page(HOSTILE[0], [results, honest]),
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
