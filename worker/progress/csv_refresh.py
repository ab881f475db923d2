"""Keeps the csv of a run up to date while it runs, without letting that take much of the time."""

from __future__ import annotations

import time
from collections.abc import Collection

from worker.report.exchange import csv_file
from worker.spec.run import Run
from worker.store.paths import RunPaths
from worker.trial import Trial

_EVERY = 3.0  # seconds between two writings at least
_SHARE = 50  # writing takes at most this part of the time


class CsvRefresh:
    """The csv of one run; a disk that is full at the moment only makes it older."""

    def __init__(self, paths: RunPaths, run: Run) -> None:
        self._paths = paths
        self._run = run
        self._due = time.monotonic() + _EVERY
        self._dirty = False

    def update(self, trials: Collection[Trial], changed: bool, now: float) -> None:
        """Write the table if something has changed and it is time to; `now` is of the monotonic clock."""
        self._dirty |= changed
        if self._dirty and now >= self._due:
            self.finish(trials)

    def finish(self, trials: Collection[Trial]) -> str:
        """Write the table now; returns why that was not possible, or nothing."""
        began = time.monotonic()
        trouble = ""
        try:
            self._paths.root.stat()  # a run that was moved or removed shall not get a new folder with a table in it
            csv_file.write(self._paths, self._run, trials)
        except OSError as error:
            trouble = error.strerror or str(error)
        self._dirty = False
        spent = time.monotonic() - began
        self._due = began + max(_EVERY, _SHARE * spent)
        return trouble
