"""Thousands of lines in the parallel plot: how dense they are is seen, the best stand out, and nothing is left half drawn."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from plot_pages import OpenFile, drag

from worker.report.data.colours import CATEGORIES, RAMP_DARK, RAMP_LIGHT
from worker.report.data.plot_columns import PlotColumn, PlotData
from worker.report.pages import plots

BEST = 45  # more than are drawn one by one on top
# The bytes of the coloured lines in a column of pixels or a row of them: [[red, green, blue, alpha], ...].
PIXELS = """([x, y, width, height]) => {
  const bytes = document.querySelectorAll(".drawing canvas")[1].getContext("2d").getImageData(x, y, width, height).data;
  return Array.from({length: bytes.length / 4}, (_, pixel) => [...bytes.slice(4 * pixel, 4 * pixel + 4)]);
}"""
# One number for all that is drawn in colour, and one for all that is grey behind it.
WHOLE = """() => [1, 0].map((place) => {
  const canvas = document.querySelectorAll(".drawing canvas")[place];
  const words = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return words.reduce((sum, word) => (Math.imul(sum, 31) + word) | 0, 0);
})"""


def crowds(count: int) -> PlotData:
    """So many level lines from a to b: most near 0.5, a tenth near 0.25, one at 1 and one at 0; the best near 0.9, failed ones near 0.75."""
    heights, results, statuses = [0.0, 1.0], [2.0, 2.0], [0.0, 0.0]
    for number in range(count - 2):
        spread = (number * 0.618034) % 1 * 0.04 - 0.02
        if number < BEST:
            heights.append(0.9 + spread / 4)
        elif number < 2 * BEST:
            heights.append(0.75 + spread / 4)
        else:
            heights.append((0.25 if number % 10 == 0 else 0.5) + spread)
        results.append(0.001 * number if number < BEST else 1 + spread)
        statuses.append(1.0 if BEST <= number < 2 * BEST else 0.0)
    columns = (
        PlotColumn("trial", "Evaluation", "trial", range(count), shown=False),
        PlotColumn("a", "a", "parameter", heights),
        PlotColumn("b", "b", "parameter", heights),
        PlotColumn("RESULT", "RESULT", "result", results, shown=False),
        PlotColumn(
            "kind", "kind", "own", [float(height < 0.4) for height in heights], ("x", "y"), shown=False
        ),
        PlotColumn("status", "Status", "status", statuses, ("ok", "failed"), shown=False),
    )
    return PlotData("crowds", columns, ())


def opened(open_file: OpenFile, count: int, **options: object) -> Page:
    page = open_file(plots.parallel(crowds(count), "Best."), **options)
    drawn(page, count)
    return page


def drawn(page: Page, count: int) -> None:
    """So many lines are selected, and all of them are there."""
    expect(page.locator(".stage")).to_have_attribute("data-drawn", str(count), timeout=20_000)


def place(page: Page) -> tuple[int, float, float]:
    """Halfway between the axes; the heights of 0 and 1, all in pixels."""
    boxes = [page.locator(".axis .rule").nth(index).bounding_box() for index in (0, 1)]
    drawing = page.locator(".drawing").bounding_box()
    assert boxes[0] and boxes[1] and drawing
    x = (boxes[0]["x"] + boxes[1]["x"]) / 2 - drawing["x"]
    top = boxes[0]["y"] - drawing["y"]
    return int(x), top + boxes[0]["height"], top


def row_of(page: Page, value: float, width: int) -> list[list[int]]:
    """Pixels of a row at this height on the axes."""
    x, bottom, top = place(page)
    row: list[list[int]] = page.evaluate(PIXELS, [x, round(bottom + value * (top - bottom)), width, 1])
    return row


def alike(pixel: list[int], colour: str) -> bool:
    """Whether a pixel has the colour #rrggbb, whatever its opacity."""
    bytes_ = bytes.fromhex(colour[1:])
    return all(abs(one - other) <= 8 for one, other in zip(pixel, bytes_, strict=False))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("count", [10_000, 100_000])
def test_crowded_and_very_crowded_places_differ_and_the_best_stand_out(
    open_file: OpenFile, count: int, scheme: str
) -> None:
    page = opened(open_file, count, color_scheme=scheme)
    alone, crowded, very = (row_of(page, value, 1)[0][3] for value in (0.0, 0.25, 0.5))
    assert alone + 60 < crowded < very - 20
    assert very < 255
    best = row_of(page, 0.9, 1)[0]
    assert alike(best, (RAMP_DARK if scheme == "dark" else RAMP_LIGHT)[0])
    assert best[3] > very
    failed = [pixel[3] for pixel in row_of(page, 0.75, 60)]
    assert 0 in failed
    assert max(failed) > 0, "failed ones are dashed"


def test_the_picture_is_complete_after_quick_brushing(open_file: OpenFile) -> None:
    page = opened(open_file, 10_000)
    everything = page.evaluate(WHOLE)[0]
    drag(page, 0, 0.3, 0.6)
    drag(page, 0, 0.4, 0.7)  # moves it
    selected = int(page.locator(".count").inner_text().split()[0].replace(",", ""))
    assert 0 < selected < 10_000
    drawn(page, selected)
    brushed = page.evaluate(WHOLE)
    page.get_by_label("Colour").dispatch_event("change")  # draws all of it anew
    drawn(page, selected)
    assert page.evaluate(WHOLE) == brushed
    page.locator(".catcher").first.click()
    drawn(page, 10_000)
    assert page.evaluate(WHOLE)[0] == everything


def test_categories_keep_their_colours_where_many_lines_lie(open_file: OpenFile) -> None:
    page = opened(open_file, 10_000)
    page.get_by_label("Colour").select_option("kind")
    drawn(page, 10_000)
    assert alike(row_of(page, 0.5, 1)[0], CATEGORIES[0][0])
    assert alike(row_of(page, 0.25, 1)[0], CATEGORIES[1][0])
