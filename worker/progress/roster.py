"""The workers of a run as their launcher sees them: a file for `status`, and a line in events.log for every change."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from worker.launch.launcher import AgentReport, AgentState
from worker.progress.events import Events
from worker.store.files import replacing
from worker.store.paths import RunPaths

_LOOK_EVERY = 0.2  # seconds
_WRITE_EVERY = 2.0  # seconds; on a shared file system every write costs others something


class Roster:
    """Keeps the file and the events up to date. `now` is of a monotonic clock."""

    def __init__(self, paths: RunPaths, events: Events) -> None:
        self._path = paths.roster
        self._events = events
        self._known: dict[str, AgentReport] = {}
        self._since: dict[str, float] = {}
        self._trouble = ""
        self._written_warning = self.warning = ""  # what will keep the run from going on
        self._changed = True
        self._looked = self._written = -_WRITE_EVERY

    def update(self, reports: Mapping[str, AgentReport], trouble: str, now: float) -> None:
        """Take in how the workers stand, and what keeps others from starting."""
        if now - self._looked < _LOOK_EVERY:
            return
        self._looked = now
        if reports != self._known:
            self._take_in(reports)
        if trouble != self._trouble:
            self._events.add(trouble or f"resolved: {self._trouble}")
            self._trouble, self._changed = trouble, True
        self._changed |= self.warning != self._written_warning
        if self._changed and now - self._written >= _WRITE_EVERY:
            self._written = now
            self._write()

    def close(self, reports: Mapping[str, AgentReport]) -> None:
        """Take in the last state, and write it."""
        if reports != self._known:
            self._take_in(reports)
        if self._changed:
            self._write()

    def _take_in(self, reports: Mapping[str, AgentReport]) -> None:
        at = time.time()
        changes: Counter[tuple[AgentState, str]] = Counter()
        example: dict[tuple[AgentState, str], AgentReport] = {}
        for identity, report in reports.items():
            before = self._known.get(identity)
            if before == report:
                continue
            self._changed = True
            if before is None or before.state is not report.state:
                self._since[identity] = at
            if before is None and report.state is AgentState.GONE:
                continue  # of an earlier driver's time
            if before is not None and (before.state, before.reason) == (report.state, report.reason):
                continue  # more is known of it, and nothing has changed
            begins = before is None or before.state is not AgentState.RUNNING
            if report.state is AgentState.RUNNING and begins and not report.reason:
                continue  # about to say so itself
            change = (report.state, report.reason)
            changes[change] += 1
            example[change] = report
        self._known = dict(reports)
        for (state, reason), count in changes.items():
            self._events.add(_sentence(example[state, reason], count))

    def _write(self) -> None:
        """Replace the file; where that is not possible, the next change tries again."""
        agents: dict[str, Any] = {}
        for identity, report in self._known.items():
            if report.state is not AgentState.GONE:
                agents[identity] = {
                    "state": report.state.value,
                    "job": report.job,
                    "host": report.host,
                    "reason": report.reason,
                    "since": self._since.get(identity),
                }
        if not self._path.parent.is_dir():
            return  # the run was moved or removed
        with suppress(OSError), replacing(self._path) as file:
            seen = {"at": time.time(), "trouble": self._trouble, "warning": self.warning, "agents": agents}
            json.dump(seen, file)
            self._changed, self._written_warning = False, self.warning


def _sentence(report: AgentReport, count: int) -> str:
    if count > 1:
        who, are = f"{count} workers", "are"
    else:
        job = f" (job {report.job})" if report.job else ""
        who, are = f"worker {report.identity}{job}", "is"
    if report.state is AgentState.RUNNING:
        return f"{who} {are} paused. {report.reason}" if report.reason else f"{who} {are} running again"
    sentences = {AgentState.PENDING: f"{who} {are} in the queue", AgentState.GONE: f"{who} {are} gone"}
    sentence = sentences.get(report.state, f"{who} {are} in an unknown state")
    return f"{sentence}. {report.reason}" if report.reason else sentence


def read(paths: RunPaths) -> dict[str, Any]:
    """What the newest driver has written last: `at`, `trouble`, `warning`, and `agents` by identity; empty where it has not."""
    empty: dict[str, Any] = {"at": None, "trouble": "", "warning": "", "agents": {}}
    with suppress(OSError, ValueError):
        seen = json.loads(paths.roster.read_text(encoding="utf-8"))
        if isinstance(seen, dict) and isinstance(seen.get("agents"), dict):
            return {**empty, **seen}
    return empty
