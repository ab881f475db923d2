"""The front of several results in the report, linked with the parallel plot both ways."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from plot_pages import OpenFile, axis, drag, wait_until_drawn
from report_runs import a_run, a_trial, write_run

from worker.report.data import results as source
from worker.report.pages import report

# The results of evaluation n are n, 60 - n, and n modulo 7: all of them are on the front.
COUNT = 59


def opened(open_file: OpenFile, tmp_path: Path, goals: str, **options: object) -> Page:
    trials = [
        a_trial(
            number,
            {"lr": number / 60, "kind": "a"},
            float(number),
            outputs={"loss": number, "size": 60 - number, "time": number % 7},
        )
        for number in range(1, COUNT + 1)
    ]
    results = source.read(write_run(tmp_path, a_run(search__results=goals), trials))
    page = open_file(
        report.page(results, report.Options(with_importance=False), datetime.now(timezone.utc)), **options
    )
    wait_until_drawn(page)
    return page


def canvas(page: Page) -> Locator:
    return page.locator(".front-plot canvas")


def said(page: Page) -> Locator:
    return page.locator("figure.linked .count")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_three_results_are_a_cube_that_turns_by_keys_and_is_accessible(
    open_file: OpenFile, tmp_path: Path, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 900}
    page = opened(open_file, tmp_path, "loss=min, size=min, time=min", viewport=size, color_scheme=scheme)
    expect(said(page)).to_have_text("59 of 59 evaluations selected, 59 of them on the front")
    before = canvas(page).screenshot()
    canvas(page).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(100)
    assert canvas(page).screenshot() != before
    assert Axe().run(page).violations_count == 0


def test_what_is_drawn_around_is_selected_in_the_parallel_plot(open_file: OpenFile, tmp_path: Path) -> None:
    page = opened(open_file, tmp_path, "loss=min, size=min")
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    assert box
    # The left half of the picture: losses up to about the middle of 1 to 59.
    page.mouse.move(box["x"] + 40, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 62 + (box["width"] - 76) / 2, box["y"] + box["height"] - 30, steps=4)
    page.mouse.up()
    expect(page.locator("#parallel .count")).to_have_text("30 of 59 evaluations selected")
    expect(said(page)).to_have_text("30 of 59 evaluations selected, 30 of them on the front")
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.locator("#parallel .count")).to_have_text("59 of 59 evaluations selected")


def test_what_is_selected_in_the_parallel_plot_is_told_beside_the_front(
    open_file: OpenFile, tmp_path: Path
) -> None:
    page = opened(open_file, tmp_path, "loss=min, size=min")
    axis(page, "lr").scroll_into_view_if_needed()
    drag(page, 0, 0.0, 0.5)
    expect(page.locator("#parallel .count")).not_to_have_text("59 of 59 evaluations selected")
    chosen = page.locator("#parallel .count").inner_text().split()[0]
    expect(said(page)).to_have_text(f"{chosen} of 59 evaluations selected, {chosen} of them on the front")
