"""What the page counts of its requests, over all of its processes, as Prometheus reads it."""

from __future__ import annotations

import mmap
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from flask import Flask, Response, g, request

_EXTENSION = "omniopt.metrics"
_CLASSES = ("2xx", "3xx", "4xx", "5xx")
_NOWHERE = "none"  # the view of an address that there is not
_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)  # seconds; a longer one counts in none of them
# Each process writes to a place of its own, so that none waits for another, nor counts wrongly when one is killed.
# Workers that come and go during a reload are fewer than this; what is beyond goes uncounted.
PLACES = 256
# The format that Prometheus calls 0.0.4.
MIMETYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counters in memory that is shared by the processes forked off after this object was made."""

    def __init__(self, views: Iterable[str]) -> None:
        """views: the names of all functions that answer."""
        self._series = [*product((*sorted(views), _NOWHERE), _CLASSES)]
        self._index = {series: index for index, series in enumerate(self._series)}
        # Behind the requests of each series: how many took at most each bound, how many seconds they took together.
        self._width = len(self._series) + len(_BOUNDS) + 1
        self._numbers = memoryview(mmap.mmap(-1, PLACES * self._width * 8)).cast("d")
        self._lock = threading.Lock()
        self._place = 0
        self._started = time.time()

    def write_to(self, place: int) -> None:
        """Use the place with this number from now on; no two living processes may have the same."""
        self._place = place

    def count(self, view: str | None, status: int, seconds: float) -> None:
        """One request, answered with this status after so many seconds. view: None for an address that there is not."""
        if self._place >= PLACES:
            return
        first = self._place * self._width
        series = (view or _NOWHERE, f"{status // 100}xx")
        bounds = first + len(self._series)
        with self._lock:
            self._numbers[first + self._index[series]] += 1
            for index, bound in enumerate(_BOUNDS):
                if seconds <= bound:
                    self._numbers[bounds + index] += 1
            self._numbers[bounds + len(_BOUNDS)] += seconds

    def text(self, version: str, settings_current: bool) -> str:
        """All of it as Prometheus reads it. settings_current: whether the newest settings could be read."""
        sums = [sum(self._numbers[index :: self._width]) for index in range(self._width)]
        return "\n".join([*self._lines(sums, version, settings_current), ""])

    def _lines(self, sums: Sequence[float], version: str, settings_current: bool) -> Iterator[str]:
        yield from _head("omniopt_info", "gauge", "The version of the page.")
        yield f'omniopt_info{{version="{version}"}} 1'
        yield from _head(
            "omniopt_start_time_seconds", "gauge", "When the server started, in seconds since 1970."
        )
        yield f"omniopt_start_time_seconds {self._started:.3f}"
        yield from _head("omniopt_settings_current", "gauge", "1, or 0 while newer settings cannot be used.")
        yield f"omniopt_settings_current {int(settings_current)}"
        yield from _head(
            "omniopt_requests_total", "counter", "Requests by the function that answered and the status."
        )
        for (view, status), number in zip(self._series, sums, strict=False):
            if number:
                yield f'omniopt_requests_total{{view="{view}",status="{status}"}} {number:.0f}'
        name = "omniopt_request_seconds"
        requests = sum(sums[: len(self._series)])
        yield from _head(name, "histogram", "Seconds from a request's being read to its answer.")
        for bound, number in zip(_BOUNDS, sums[len(self._series) :], strict=False):
            yield f'{name}_bucket{{le="{bound}"}} {number:.0f}'
        yield f'{name}_bucket{{le="+Inf"}} {requests:.0f}'
        yield f"{name}_sum {sums[-1]:.6f}"
        yield f"{name}_count {requests:.0f}"


def _head(name: str, kind: str, meaning: str) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"


def attach(app: Flask) -> None:
    """Let `app` count its requests, by the functions that it has now; nothing before this is in the time that they take."""
    metrics = Metrics(app.view_functions)
    app.extensions[_EXTENSION] = metrics

    def begin() -> None:
        g.began = time.perf_counter()

    def count(response: Response) -> Response:
        metrics.count(request.endpoint, response.status_code, time.perf_counter() - g.began)
        return response

    app.before_request(begin)
    app.after_request(count)


def metrics_of(app: Flask) -> Metrics:
    """The counters of `app`."""
    metrics: Metrics = app.extensions[_EXTENSION]
    return metrics
