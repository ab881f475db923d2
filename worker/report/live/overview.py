"""All runs for a browser: an overview that asks for news itself, and the live report of each run. Reads as little as it can."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from worker.report.data.colours import palette
from worker.report.live.watched import Watched
from worker.report.pages import html
from worker.report.pages.dashboard import Answer, LiveReport
from worker.store.paths import RunPaths

POLL = 5  # seconds between two questions of a page
_LIST_EVERY = 15.0  # seconds between two looks at which runs there are
_AT_ONCE = 1.0  # seconds of reading in one answer; runs that are not read by then are told of in the next one
_REPORT = re.compile(r"run/([0-9]{1,6})/")


class Overview:
    """Answers what the server is asked for. Nothing is read while nobody asks, however many pages are open."""

    def __init__(self, find: Callable[[], Sequence[RunPaths]], page_url: str = "") -> None:
        """find: which runs there are."""
        self._find = find
        self._page_url = page_url
        self._lock = threading.Lock()
        self._watched: dict[Path, Watched] = {}
        self._due: dict[Path, float] = {}
        self._order: list[Path] = []  # by the numbers in addresses
        self._shown: list[Path] = []
        self._list_due = 0.0
        self._reports: dict[Path, LiveReport] = {}

    def answer(self, path: str) -> Answer | None:
        """The page, its news, or the report of a run; None where there is no such thing. Raises OSError or OmnioptError."""
        if path == "":
            return Answer("text/html; charset=utf-8", page().encode(), asks=True)
        if path == "state.json":
            return Answer("application/json", self.news().encode())
        found = _REPORT.fullmatch(path)
        return self._report(int(found[1])) if found else None

    def news(self) -> str:
        """All runs as JSON."""
        with self._lock:
            self._look()
            runs = [
                {**self._watched[root].as_json(), "report": f"run/{self._order.index(root)}/"}
                for root in self._shown
            ]
        return json.dumps({"at": time.time(), "runs": runs}, allow_nan=False)

    def _look(self) -> None:
        now = time.monotonic()
        if now >= self._list_due:
            self._list_due = now + _LIST_EVERY
            self._list()
        for root in sorted(self._shown, key=lambda root: self._due[root]):
            if self._due[root] > now or time.monotonic() - now > _AT_ONCE:
                break
            watched = self._watched[root]
            watched.look(workers=True)
            self._due[root] = time.monotonic() + watched.pause

    def _list(self) -> None:
        self._shown = []
        for paths in self._find():
            if paths.root not in self._watched:
                self._watched[paths.root] = Watched(paths)
                self._due[paths.root] = 0.0
                self._order.append(paths.root)
            self._shown.append(paths.root)

    def _report(self, number: int) -> Answer | None:
        with self._lock:
            if number >= len(self._order):
                return None
            root = self._order[number]
            if root not in self._reports:
                self._reports[root] = LiveReport(self._watched[root].paths, self._page_url)
            report = self._reports[root]
        return report.answer("")


def page() -> str:
    """The page of all runs, which asks for what it shows."""
    body = html.tag(
        "main",
        html.tag("h1", "Runs"),
        html.tag("p", "Asking …", id="asked", role="status", class_="soft"),
        html.tag("div", id="runs"),
        html.tag("div", id="going-on"),
        html.tag("div", id="others"),
    )
    start = f"mountOverview({POLL}, {json.dumps({'palette': palette()})});"
    return html.page(
        "Runs: OmniOpt",
        body,
        ["base", "plots", "report", "overview"],
        ["overview"],
        start,
    )
