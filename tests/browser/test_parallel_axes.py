"""The axes of the parallel plot: moved, turned, set by keyboard, and with values of every kind."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from plot_pages import (
    OpenFile,
    axis,
    axis_names,
    count,
    drag,
    opened,
    read,
    some_trials,
    ticks,
    wait_until_drawn,
)
from report_runs import a_run, a_trial
from run_kinds import results_of

from worker.report.data import results as source
from worker.report.data.plot_columns import make_plot_data
from worker.report.pages import plots
from worker.report.pages.answer import sentence
from worker.trial import Status


def test_an_axis_is_set_by_keyboard_alone(plot: Page) -> None:
    axis(plot, "lr").focus()
    plot.keyboard.press("Enter")
    dialog = plot.get_by_role("dialog", name="lr")
    dialog.get_by_label("From").fill("0.5")
    assert count(plot) == "60 of 120 evaluations selected"
    dialog.get_by_label("to", exact=True).fill("not a number")
    expect(dialog.get_by_label("to", exact=True)).to_have_attribute("aria-invalid", "true")
    plot.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(axis(plot, "lr")).to_be_focused()
    assert plot.locator(".range[visibility=visible]").count() == 1


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
    plot.get_by_label("Colour").select_option("kind")
    assert plot.locator(".legend").inner_text().split() == ["a", "b"]
    plot.get_by_label("Colour").select_option("RESULT")
    assert plot.locator(".legend").inner_text().split()[0] == "1e-05"


def test_far_outliers_are_folded_at_the_end_of_their_axis(open_file: OpenFile, tmp_path: Path) -> None:
    trials = [a_trial(number, {"lr": number / 50, "kind": "a"}, float(number)) for number in range(1, 49)]
    trials += [a_trial(number, {"lr": number / 50, "kind": "b"}, 1e30) for number in (49, 50)]
    results = read(tmp_path, trials)
    plot = open_file(plots.parallel(make_plot_data(results.run, results.trials), sentence(results)))
    wait_until_drawn(plot)
    result = plot.locator(".axis").nth(2).locator("text:not(.end)")
    assert result.all_text_contents()[-1] == "> 48"
    assert plot.locator(".legend").inner_text().split() == ["1", "≥", "48", "logarithmic"]
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


def test_an_axis_is_moved_by_arrow_keys(plot: Page) -> None:
    axis(plot, "lr").focus()
    plot.keyboard.press("ArrowRight")
    plot.keyboard.press("ArrowRight")
    assert axis_names(plot)[:3] == ["kind", "RESULT", "lr"]
    expect(axis(plot, "lr")).to_be_focused()
    expect(plot.get_by_role("status").filter(has_text="lr is axis 3 of 6 now")).to_have_count(1)
    for _ in range(4):
        plot.keyboard.press("ArrowLeft")
    assert axis_names(plot)[0] == "lr"


def test_what_is_always_the_same_is_a_line_and_no_axis(open_file: OpenFile, tmp_path: Path) -> None:
    page = opened(
        open_file, tmp_path, [a_trial(number, {"lr": 0.5, "kind": "a"}, 1e-05) for number in (1, 2)]
    )
    assert axis_names(page) == ["lr", "kind"]
    expect(page.get_by_text("Always the same:")).to_have_text(
        "Always the same: RESULT 1e-05, Duration (s) 2."
    )
    expect(page.locator(".legend").first).to_have_text("RESULT 1e-05 everywhere")
    page.get_by_role("button", name=re.compile("^Axes")).click()
    page.get_by_role("dialog").get_by_label("RESULT").check()
    assert ticks(page, 2) == ["1e\u221205"]


def test_axes_cover_what_was_searched_and_say_how_far_the_evaluations_reach(
    open_file: OpenFile, tmp_path: Path
) -> None:
    trials = [a_trial(number, {"lr": 0.3 + number / 100, "kind": "a"}, number) for number in range(1, 20)]
    page = opened(open_file, tmp_path, trials)
    assert [ticks(page, 0)[end] for end in (0, -1)] == ["0", "1"]
    assert ticks(page, 1) == ["a", "b"]
    whole, part = (page.locator(f".axis >> nth=0 >> .{kind}").bounding_box() for kind in ("rule", "extent"))
    assert whole and part
    assert part["height"] == pytest.approx(0.18 * whole["height"], abs=5)
    drag(page, 0, 0.5, 0.6)
    page.get_by_role("button", name="Keep").click()
    assert page.locator(".axis >> nth=0 >> .extent").count() == 0


def test_integers_in_steps_have_their_ticks_on_values(open_file: OpenFile, tmp_path: Path) -> None:
    results = results_of("conditional", tmp_path)
    page = open_file(plots.parallel(make_plot_data(results.run, results.trials), sentence(results)))
    wait_until_drawn(page)
    assert axis_names(page) == [
        *("optimizer", "momentum", "layers", "lr", "RESULT", "accuracy"),  # not what is always 3
    ]
    assert ticks(page, 2) == ["2", "5", "8", "11", "14"]


def test_long_names_of_axes_lose_whole_words(open_file: OpenFile, tmp_path: Path) -> None:
    results = results_of("hostile", tmp_path)
    page = open_file(plots.parallel(make_plot_data(results.run, results.trials), sentence(results)))
    wait_until_drawn(page)
    name = page.locator(".axis-name span").first.inner_text().replace("\n", "")
    begin, end = name.split("…")
    assert len(name) > 50  # as much as fits into some lines
    assert set(begin.split("-")) | set(end.split("-")) <= {
        *[
            "a",
            "very",
            "long",
            "parameter",
            "name",
            "that",
            "somebody",
            "made",
            "up",
            "for",
            "the",
            "sake",
            "of",
            "it",
        ],
        "",
    }


def test_names_of_axes_break_between_words_where_there_is_little_room(
    open_file: OpenFile, tmp_path: Path
) -> None:
    trials = [
        dataclasses.replace(trial, outputs={"accuracy-of_folds": trial.number}) for trial in some_trials()
    ]
    page = opened(open_file, tmp_path, trials, viewport={"width": 390, "height": 900})
    name = page.locator(".axis-name span", has_text="accuracy-of_folds")
    lines = name.evaluate(
        "(node) => { const text = node.firstChild; return [...'accuracy-'].map((_, at) => { const part ="
        " document.createRange(); part.setStart(text, at); part.setEnd(text, at + 1);"
        " return part.getBoundingClientRect().top; }); }"
    )
    assert len(set(lines)) == 1


def test_the_scale_is_said_and_can_be_changed(open_file: OpenFile, tmp_path: Path) -> None:
    results = results_of("hugerange", tmp_path)
    page = open_file(plots.parallel(make_plot_data(results.run, results.trials), sentence(results)))
    wait_until_drawn(page)
    expect(page.locator(".legend")).to_contain_text("by rank, median 0.0004786")
    axis(page, "RESULT, by rank").wait_for()
    page.get_by_label("Scale").select_option("linear")
    axis(page, "RESULT").wait_for()
    expect(page.locator(".legend")).not_to_contain_text("by rank")


def test_an_axis_without_any_value_has_no_range(open_file: OpenFile, tmp_path: Path) -> None:
    trials = [a_trial(number, {"lr": 0.5, "kind": "a"}, None, Status.FAILED) for number in (1, 2)]
    page = opened(open_file, tmp_path, trials)
    assert page.locator(".catcher").count() == 2  # of lr and kind
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
    page.get_by_label("Colour").select_option("kind")
    page.get_by_role("button", name="Exclude").click()
    page.get_by_role("button", name="Exclude").click()
    assert count(page) == "0 of 0 evaluations selected, 120 removed"
    page.get_by_role("searchbox").fill("nothing")
    fine("nothing selected")
