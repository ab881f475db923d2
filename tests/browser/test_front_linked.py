"""The front of several results in the report, linked with the parallel plot both ways."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from plot_pages import OpenFile, drag, wait_until_drawn
from report_runs import a_run, a_trial, write_run

from worker.report.data import results as source
from worker.report.pages import report

# The results of evaluation n are n, 60 - n, and n modulo 7: all of them are on the front.
COUNT = 59
PICTURE = "document.querySelector('.front-plot canvas').toDataURL()"


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


def opened_of_points(open_file: OpenFile, tmp_path: Path) -> Page:
    """Twenty points with three evaluations each: results n - 1, n and n + 1 of the point n, and against it 20 - n, ever the same."""
    trials = [
        a_trial(
            20 * repeat + number,
            {"lr": number / 21, "kind": "a"},
            float(number + repeat - 1),
            outputs={"loss": number + repeat - 1, "size": 20 - number},
            point=number if repeat else 0,
            repeat=repeat + 1,
        )
        for repeat in range(3)
        for number in range(1, 21)
    ]
    run = a_run(search__results="loss=min, size=min", search__repeats=3)
    results = source.read(write_run(tmp_path, run, trials))
    page = open_file(report.page(results, report.Options(with_importance=False), datetime.now(timezone.utc)))
    wait_until_drawn(page)
    return page


def drag_over(page: Page, shares: tuple[float, float, float, float]) -> None:
    """From one place to another in the picture, told as shares of its width and height."""
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    assert box
    left, top, right, bottom = shares
    page.mouse.move(box["x"] + left * box["width"], box["y"] + top * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + right * box["width"], box["y"] + bottom * box["height"], steps=4)
    page.mouse.up()


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
    before = page.evaluate(PICTURE)
    canvas(page).focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"(before) => {PICTURE} !== before", arg=before)
    assert Axe().run(page).violations_count == 0


def test_what_is_drawn_around_is_selected_in_the_parallel_plot(open_file: OpenFile, tmp_path: Path) -> None:
    page = opened(open_file, tmp_path, "loss=min, size=min")
    canvas(page).scroll_into_view_if_needed()
    box = canvas(page).bounding_box()
    assert box
    # A finger that begins to draw, and then scrolls.
    page.mouse.move(box["x"] + 70, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 170, box["y"] + 140, steps=4)
    canvas(page).dispatch_event("pointercancel")
    page.mouse.up()
    expect(page.locator("#parallel .count")).to_have_text("59 of 59 evaluations selected")
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
    page.locator("#parallel .stage").scroll_into_view_if_needed()
    drag(page, 0, 0.0, 0.5)
    expect(page.locator("#parallel .count")).not_to_have_text("59 of 59 evaluations selected")
    chosen = page.locator("#parallel .count").inner_text().split()[0]
    expect(said(page)).to_have_text(f"{chosen} of 59 evaluations selected, {chosen} of them on the front")


def test_in_the_cube_evaluations_are_drawn_around_by_choice_or_with_shift(
    open_file: OpenFile, tmp_path: Path
) -> None:
    page = opened(open_file, tmp_path, "loss=min, size=min, time=min")
    count = page.locator("#parallel .count")
    page.keyboard.down("Shift")
    drag_over(page, (0.0, 0.0, 0.45, 1.0))
    page.keyboard.up("Shift")
    expect(count).to_contain_text("selected by the plot of the front")
    first = int(count.inner_text().split()[0])
    assert 0 < first < COUNT / 2
    expect(said(page)).to_have_text(f"{first} of 59 evaluations selected, {first} of them on the front")
    page.get_by_label("Drag").select_option("selects")
    drag_over(page, (0.45, 0.0, 1.0, 1.0))  # all others
    expect(said(page)).not_to_contain_text(f"{first} of 59 evaluations selected")
    assert int(said(page).inner_text().split()[0]) - (COUNT - first) in (0, 1)  # one may lie on both edges
    page.get_by_role("button", name="Restore").click()
    expect(count).to_have_text("59 of 59 evaluations selected")
    expect(said(page)).to_contain_text("59 of 59 evaluations selected")
    page.get_by_label("Drag").select_option("turns")
    drag_over(page, (0.2, 0.5, 0.4, 0.5))
    expect(count).to_have_text("59 of 59 evaluations selected")


def test_the_keyboard_selects_by_ranges_as_numbers(open_file: OpenFile, tmp_path: Path) -> None:
    page = opened(open_file, tmp_path, "loss=min, size=min, time=min")
    page.get_by_text("Ranges as numbers").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("20")  # the loss, up to 20
    expect(page.locator("#parallel .count")).to_have_text("20 of 59 evaluations selected")
    page.keyboard.press("Tab")
    page.keyboard.type("50")  # the size, from 50: a loss up to 10
    expect(said(page)).to_have_text("10 of 59 evaluations selected, 10 of them on the front")
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.locator("#parallel .count")).to_have_text("59 of 59 evaluations selected")
    expect(page.locator(".front-ranges input").nth(1)).to_have_value("")
    assert Axe().run(page).violations_count == 0


def test_points_of_several_evaluations_are_drawn_by_their_means_and_linked_with_all_of_these(
    open_file: OpenFile, tmp_path: Path
) -> None:
    page = opened_of_points(open_file, tmp_path)
    expect(said(page)).to_have_text("20 of 20 points selected, 20 of them on the front")
    page.get_by_text("Ranges as numbers").click()
    page.locator(".front-ranges input").nth(1).fill("5")  # a mean loss up to 5: points 1 to 5
    expect(said(page)).to_have_text("5 of 20 points selected, 5 of them on the front")
    expect(page.locator("#parallel .count")).to_have_text(
        "15 of 60 evaluations selected by the plot of the front"
    )
    page.locator(".front-ranges input").nth(1).fill("")
    drag_over(page, (0.0, 0.0, 0.55, 0.99))
    expect(page.locator("#parallel .count")).to_have_text(
        "30 of 60 evaluations selected by the plot of the front"
    )
    page.get_by_role("button", name="All", exact=True).click()
    page.locator("#parallel .stage").scroll_into_view_if_needed()
    drag(page, 0, 0.0, 0.5)
    expect(page.locator("#parallel .count")).not_to_contain_text("60 of 60")
    evaluations = int(page.locator("#parallel .count").inner_text().split()[0])
    expect(said(page)).to_contain_text(f"{evaluations // 3} of 20 points selected")
