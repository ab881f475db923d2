"""Selecting evaluations in the parallel plot: by ranges, categories, search and finger, and what is said of them."""

from __future__ import annotations

import csv
import re
import statistics
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from plot_pages import OpenFile, axis, axis_names, count, drag, marked, opened, some_trials, ticks


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
    assert count(plot) == "60 of 60 evaluations selected, 60 removed"
    drag(plot, 1, 0.02, 0.48)
    plot.get_by_role("button", name="Exclude").click()
    assert count(plot) == "30 of 30 evaluations selected, 90 removed"
    plot.get_by_role("button", name="Restore").click()
    assert count(plot) == "120 of 120 evaluations selected"


def test_the_best_ones_alone_and_failed_ones_hidden(plot: Page) -> None:
    plot.get_by_role("spinbutton", name="Best: number").fill("10")
    assert count(plot) == "10 of 10 evaluations selected, 110 removed"
    plot.get_by_role("button", name="Restore").click()
    plot.get_by_label("Without result (12)").uncheck()
    assert count(plot) == "108 of 108 evaluations selected, 12 removed"


def test_categories_are_chosen_one_by_one(plot: Page) -> None:
    axis(plot, "kind").click()
    plot.get_by_role("dialog").get_by_label("a", exact=True).uncheck()
    assert count(plot) == "60 of 120 evaluations selected"


def test_the_selection_is_exported_as_csv(plot: Page) -> None:
    plot.get_by_role("spinbutton", name="Best: number").fill("2")
    plot.wait_for_function("document.querySelectorAll('tbody tr').length === 2")
    with plot.expect_download() as download:
        plot.get_by_role("button", name="Export csv").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    assert [row["trial"] for row in rows] == ["7", "13"]
    assert rows[0]["RESULT"] == "1e-05"
    assert rows[0]["kind"] == "b"


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


def test_search_selects_and_says_so(plot: Page) -> None:
    plot.get_by_role("searchbox").fill("failed")
    expect(plot.locator(".count")).to_have_text("12 of 120 evaluations selected")
    with plot.expect_download() as download:
        plot.get_by_role("button", name="Export csv").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text().splitlines()))
    assert len(rows) == 12 and {row["status"] for row in rows} == {"failed"}
    plot.get_by_role("button", name="Exclude").click()
    expect(plot.locator(".count")).to_have_text("108 of 108 evaluations selected, 12 removed")
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
    assert float(shown.split("median ")[1].rstrip(".")) == pytest.approx(wanted, rel=1e-5)


def test_an_axis_tells_what_the_selected_evaluations_have_there(plot: Page) -> None:
    plot.get_by_role("spinbutton", name="Best: number").fill("3")
    axis(plot, "lr").click()
    dialog = plot.get_by_role("dialog")
    three = [7 / 121, 13 / 121, 26 / 121]
    expect(dialog).to_contain_text(
        f"3 selected evaluations: from {three[0]:.6g} to {three[2]:.6g}, median {three[1]:.6g}."
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
