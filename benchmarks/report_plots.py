"""How fast parallel plots are drawn, and how fast they answer while a range is drawn, in headless Chromium: ours, and those of others."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import call, free_port, machine, options, spread, workdir
from playwright.sync_api import Browser, Error, Page, sync_playwright
from plot_peers import Peers
from report_files import recorded

COUNTS = (1_000, 10_000, 100_000)
MOVES = 30  # of the pointer while it draws a range
PAUSE = 300  # ms between them, in which all that one changes can be drawn
PATIENCE = 90_000  # ms that a page may take until its axes are there
STILL = 3  # pictures of a page that are alike, after which it is drawn
# Rendered by the processor alone, WebGL, which optuna-dashboard draws with, too.
ARGUMENTS = "--headless --no-sandbox --disable-gpu --enable-unsafe-swiftshader --no-first-run --disable-background-networking --disable-component-update --disable-sync"
# When a page draws on its canvases, each time to the end of the frame; before any script of the page.
DRAWS = """() => {
  window.draws = [];
  let waiting = false;
  const note = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; window.draws.push(performance.now()); });
  };
  const watched = [[CanvasRenderingContext2D, ["stroke", "fill", "fillRect", "drawImage", "putImageData"]],
    [WebGLRenderingContext, ["drawArrays", "drawElements"]], [WebGL2RenderingContext, ["drawArrays", "drawElements"]]];
  for (const [kind, names] of watched) for (const name of names) {
    const draw = kind.prototype[name];
    kind.prototype[name] = function (...words) { note(); return draw.apply(this, words); };
  }
}"""
# When the pointer moves, and the end of the frame after that.
MOVED = """() => {
  window.moves = [];
  addEventListener("pointermove", (event) => {
    const move = { began: event.timeStamp };
    requestAnimationFrame(() => setTimeout(() => { move.framed = performance.now(); window.moves.push(move); }));
  }, { capture: true });
}"""
# Of each move, the end of the last frame that drew something before the next one.
ANSWERS = """() => window.moves.map((move, index) => {
  const next = window.moves[index + 1]?.began ?? Infinity;
  return Math.max(move.framed, ...window.draws.filter((at) => at > move.began && at < next)) - move.began;
})"""
TARGETS = {
    1_000: ("<= 300 ms", "<= 40 ms"),
    10_000: ("<= 1,500 ms", "<= 80 ms"),
    100_000: ("<= 3,000 ms", ""),
}


@dataclass(frozen=True)
class Plot:
    """A page: its address, what its axes are brushed on, how one comes to it and how it says that all is drawn, if it does."""

    address: str
    axis: str
    link: str = ""
    mark: str = ""


def main() -> None:
    """Measure drawing and brushing and print the table."""
    parser = options(__doc__, repeats=5)
    program = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    parser.add_argument("--chromium", default=program, help="the browser (%(default)s)")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="measure others, too, installed here")
    parser.add_argument("--counts", default=",".join(map(str, COUNTS)), help="evaluations (%(default)s)")
    asked = parser.parse_args()
    if not asked.chromium:
        sys.exit("There is no Chromium here; name one with --chromium.")
    print(machine())
    peers = Peers(asked.peers.resolve()) if asked.peers else None
    if peers:
        peers.install()
        print(peers.versions())
    rows: list[tuple[str, ...]] = []
    with workdir() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=asked.chromium, args=ARGUMENTS.split())
        for count in map(int, asked.counts.split(",")):
            for name, page in plots(folder, count, peers):
                rows.append(measured(browser, name, count, page, asked.repeats))
        browser.close()
    head = (
        *("plot", "evaluations", "drawn", "processor time for it"),
        *("answer, median", "answer, 95th percentile", "processor time of a move", "ours is to take"),
    )
    for line in (head, ("---",) * len(head), *rows):
        print(f"| {' | '.join(line)} |")


def plots(folder: Path, count: int, peers: Peers | None) -> Iterator[tuple[str, Plot]]:
    """The parallel plots of so many evaluations, each while it can be opened."""
    paths = recorded(folder, f"run{count}", count)
    call("parallel", paths.root, folder=folder)
    yield "OmniOpt", Plot(paths.parallel.as_uri(), ".catcher", mark="drawn")
    if peers is None:
        return
    call("csv", paths.root, folder=folder)
    page, journal = folder / f"hiplot{count}.html", folder / f"optuna{count}.log"
    peers.make("hiplot", paths.csv, page)
    yield "HiPlot", Plot(page.as_uri(), ".overlay")
    peers.make("journal", paths.csv, journal)
    with peers.dashboard(journal, free_port()) as address:
        yield "optuna-dashboard", Plot(address, ".axis-brush .background", link="Smart Selection")


def measured(browser: Browser, name: str, count: int, plot: Plot, repeats: int) -> tuple[str, ...]:
    """A line of the table: medians over the repeats, with the smallest and largest; what fails says so."""
    targets = ", ".join(filter(None, TARGETS.get(count, ()))) if name == "OmniOpt" else ""
    try:
        found = [brushed(browser, plot) for _ in range(repeats)]
    except Error as error:  # such as a page that is not drawn in time
        print(name, count, error, sep="; ", file=sys.stderr, flush=True)
        return (name, f"{count:,}", f"not measured: {str(error).splitlines()[0]}", "", "", "", "", targets)
    cells = [spread(values, "ms", 0) for values in zip(*found, strict=True)]
    print(name, count, *cells, sep="; ", file=sys.stderr, flush=True)
    return (name, f"{count:,}", *cells, targets)


def brushed(browser: Browser, plot: Plot) -> tuple[float, ...]:
    """Milliseconds until all is drawn, and of processor time of the page's main thread for it; from a move of the pointer to the
    last frame that it changes: the median, what 95 % stay under, and the processor time of each."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    try:
        page.set_default_timeout(PATIENCE)
        page.add_init_script(f"({DRAWS})()")
        busy = _clock(page)
        began = time.perf_counter()
        page.goto(plot.address)
        if plot.link:
            page.locator("a", has_text=plot.link).first.wait_for(state="attached")
            began = time.perf_counter()
            page.locator("a", has_text=plot.link).first.evaluate("link => link.click()")
        page.locator(plot.axis).first.wait_for(state="attached")
        drawn = _marked(page, plot.mark) if plot.mark else 1000 * (_still(page) - began)
        first = busy()
        _drag(page, plot.axis)
        each = (busy() - first) / MOVES
        answers: list[float] = sorted(page.evaluate(ANSWERS))
    finally:
        page.close()
    if len(answers) < MOVES // 2:
        raise Error(f"only {len(answers)} answers to {MOVES} moves")
    return drawn, first, answers[len(answers) // 2], answers[int(len(answers) * 0.95)], each


def _clock(page: Page) -> Callable[[], float]:
    """What tells how many milliseconds of a processor the main thread of the page has used."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        values: dict[str, float] = {metric["name"]: metric["value"] for metric in metrics}
        return 1000 * (values["TaskDuration"] - values["DevToolsCommandDuration"])

    return busy


def _marked(page: Page, mark: str) -> float:
    """The moment at which the page itself says that all is drawn, from the begin of loading."""
    page.wait_for_function(f"performance.getEntriesByName('{mark}').length")
    drawn: float = page.evaluate(f"performance.getEntriesByName('{mark}')[0].startTime")
    return drawn


def _still(page: Page) -> float:
    """The moment from which on the page looks the same. Raises Error where it goes on changing."""
    began = time.perf_counter()
    same, since, before = 0, began, b""
    while same < STILL:
        if time.perf_counter() - began > PATIENCE / 1000:
            raise Error(f"still another picture after {PATIENCE / 1000:.0f} s")
        seen, now = page.screenshot(), time.perf_counter()
        if seen == before:
            same += 1
        else:
            same, since, before = 0, now, seen
        page.wait_for_timeout(200)
    return since


def _drag(page: Page, axis: str) -> None:
    page.locator(axis).first.scroll_into_view_if_needed()
    box = page.locator(axis).first.bounding_box()
    assert box
    x, top = box["x"] + box["width"] / 2, box["y"] + 20
    page.mouse.move(x, top)
    page.mouse.down()
    page.wait_for_timeout(PAUSE)
    page.evaluate(MOVED)
    for move in range(MOVES):
        page.mouse.move(x, top + (move + 1) * (box["height"] - 60) / MOVES)
        page.wait_for_timeout(PAUSE)
    page.mouse.up()


if __name__ == "__main__":
    main()
