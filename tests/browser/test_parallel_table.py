"""The table below the parallel plot: each row and its line point at each other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from plot_pages import OpenFile, marked, next_frame, opened
from report_runs import a_trial


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
    kind = plot.locator(".catcher").nth(1).bounding_box()
    assert kind
    # Where the lines meet whose kind is the other one.
    share = 0.25 if int(number) % 2 else 0.75
    plot.mouse.move(kind["x"] + kind["width"] / 2, kind["y"] + 10 + (1 - share) * (kind["height"] - 20))
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
        next_frame(page)
        lit.append(page.locator(".tip b").first.inner_text())
        page.mouse.down()
        page.mouse.move(box["x"] + (60.4 if step % 2 else 91.3) + step / 7, box["y"] + 61.9 + step * 21.21)
        page.mouse.up()
        page.mouse.move(5, 5)
        next_frame(page)
        held.append(page.locator(".tip b").first.inner_text())
    assert held == lit
    assert len(set(lit)) > 6


def test_the_table_has_the_result_beside_the_evaluation(plot: Page) -> None:
    heads = plot.locator("thead th").all_inner_texts()
    assert [re.sub("[^A-Za-z]", "", head) for head in heads[:3]] == ["Evaluation", "RESULT", "lr"]
    assert plot.locator("tbody tr").first.locator("td").first.inner_text() == "1e-05"
