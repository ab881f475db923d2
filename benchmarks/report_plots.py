"""How fast the parallel plot is drawn, and how fast it answers while a range is drawn, in headless Chromium."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from statistics import median

from harness import call, machine, options, repeated, spread, table, workdir
from playwright.sync_api import Browser, Page, sync_playwright
from report_files import recorded

MOVES = 40  # of the pointer while it draws a range
ARGUMENTS = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"
# From a move of the pointer to the frame that shows what it did.
ANSWERS = """() => {
  window.answers = [];
  addEventListener("pointermove", (event) => {
    requestAnimationFrame(() => setTimeout(() => window.answers.push(performance.now() - event.timeStamp)));
  }, { capture: true });
}"""


def main() -> None:
    """Measure drawing and brushing and print the table."""
    parser = options(__doc__, repeats=5)
    program = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    parser.add_argument("--chromium", default=program, help="the browser (%(default)s)")
    asked = parser.parse_args()
    if not asked.chromium:
        sys.exit("There is no Chromium here; name one with --chromium.")
    print(machine())
    rows = []
    with workdir() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=asked.chromium, args=ARGUMENTS.split())
        for count, target in ((1_000, "<= 300 ms"), (10_000, "<= 1,500 ms")):
            paths = recorded(folder, f"run{count}", count)
            call("parallel", paths.root, folder=folder)
            drawn = repeated(asked.repeats, lambda: opened(browser, paths.parallel), f"{count} drawn")  # noqa: B023
            rows.append((f"parallel plot of {count:,} evaluations drawn", spread(drawn, "ms", 0), target))
        answers = repeated(asked.repeats, lambda: brushed(browser, paths.parallel), "brushing")
        rows.append(
            (f"answer while brushing {count:,}, 95th percentile", spread(answers, "ms", 0), "<= 100 ms")
        )
        browser.close()
    table(rows)


def opened(browser: Browser, path: Path) -> float:
    """Milliseconds from the begin of loading to the moment at which everything is drawn."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(path.as_uri())
    page.locator("[data-drawn]").wait_for(state="attached")
    drawn: float = page.evaluate("performance.getEntriesByName('drawn')[0].startTime")
    page.close()
    return drawn


def brushed(browser: Browser, path: Path) -> float:
    """Milliseconds from a move of the pointer to its effect, which 95 % of the moves stay under."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(path.as_uri())
    page.locator("[data-drawn]").wait_for(state="attached")
    page.evaluate(ANSWERS)
    _drag(page)
    answers: list[float] = sorted(page.evaluate("window.answers"))
    page.close()
    if len(answers) < MOVES // 2:
        raise RuntimeError(f"only {len(answers)} answers, median {median(answers):.0f} ms")
    return answers[int(len(answers) * 0.95)]


def _drag(page: Page) -> None:
    box = page.locator(".catcher").first.bounding_box()
    assert box
    x, top = box["x"] + box["width"] / 2, box["y"] + 20
    page.mouse.move(x, top)
    page.mouse.down()
    for move in range(MOVES):
        page.mouse.move(x, top + move * (box["height"] - 60) / MOVES)
        page.wait_for_timeout(20)
    page.mouse.up()


if __name__ == "__main__":
    main()
