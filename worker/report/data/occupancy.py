"""How busy each worker of a run was: its time in equal cells, with the share of each in which it evaluated, as the journals tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from worker.store.lives import split
from worker.store.replay import Replayed
from worker.trial import Status, Trial

CELLS = 240  # of a window
HOUR = 3600.0
MOST_ROWS = 50  # workers that are told of, those that are there now first
_GONE = "."  # a cell in which the worker was not there
_FULL = 9  # the digit of a cell in which it evaluated all the time

Span = tuple[float, float]


@dataclass(frozen=True)
class Worker:
    """A worker, however often its job was started again. present, busy: spans of time; trials: those that it has or had, by start."""

    name: str
    host: str
    present: tuple[Span, ...]
    busy: tuple[Span, ...]
    trials: tuple[Trial, ...]
    gone: bool  # as far as is known

    def share(self, begin: float, end: float) -> float | None:
        """The part of its own time between two moments in which it evaluated; None where it was not there."""
        there = _overlap(self.present, begin, end)
        return min(1.0, _overlap(self.busy, begin, end) / there) if there > 0 else None

    def cells(self, begin: float, end: float) -> str:
        """A letter for each cell between two moments: a digit from 0 to 9 for how busy it was, or a dot where it was not there."""
        width = (end - begin) / CELLS
        there, busy = (_shared(spans, begin, width) for spans in (self.present, self.busy))
        return "".join(
            _GONE if not here else str(round(_FULL * min(1.0, worked / here)))
            for here, worked in zip(there, busy, strict=True)
        )


def workers(state: Replayed, now: float) -> list[Worker]:
    """All workers of a run that goes on, those that are there first, each kind by the time at which they came."""
    ran: dict[str, list[Trial]] = defaultdict(list)
    for trial in state.trials.values():
        if trial.agent and trial.start is not None and not trial.imported:
            ran[split(trial.agent)[0]].append(trial)
    lives = _lives(state, ran)
    hosts = {
        split(identity)[0]: agent.host for identity, agent in state.agents.items()
    }  # the last one counts
    found = [_worker(name, lives[name], ran.get(name, []), hosts.get(name, ""), now) for name in lives]
    return sorted(found, key=lambda worker: (worker.gone, worker.present[0][0], worker.name))


def _lives(
    state: Replayed, ran: Mapping[str, Sequence[Trial]]
) -> dict[str, list[tuple[float, float | None]]]:
    """From when to when each worker had its job, None for an end that has not come; where no job is known, what it did tells."""
    lives: dict[str, list[tuple[float, float | None]]] = defaultdict(list)
    for job in state.allocations:
        if job.agent:
            lives[split(job.agent)[0]].append((job.start, job.end))
    for identity, agent in state.agents.items():
        name = split(identity)[0]
        if name not in lives:
            lives[name].append((agent.at, None))
    for name, trials in ran.items():
        if name not in lives:
            running = any(trial.status is Status.RUNNING for trial in trials)
            last = max((trial.end or 0.0 for trial in trials), default=0.0)
            lives[name].append((min(trial.start or 0.0 for trial in trials), None if running else last))
    return lives


def _worker(
    name: str,
    lives: Sequence[tuple[float, float | None]],
    trials: Sequence[Trial],
    known_host: str,
    now: float,
) -> Worker:
    ordered = tuple(sorted(trials, key=lambda trial: trial.start or 0.0))
    busy = [
        (trial.start, now if trial.status is Status.RUNNING else trial.end)
        for trial in ordered
        if trial.start is not None and (trial.end is not None or trial.status is Status.RUNNING)
    ]
    present = [(start, now if end is None else end) for start, end in lives]
    host = next((trial.host for trial in reversed(ordered) if trial.host), known_host)
    gone = all(end is not None for _, end in lives)
    spans = tuple((start, end) for start, end in busy if end is not None)
    return Worker(name, host, tuple(sorted(present)), spans, ordered, gone)


def _overlap(spans: Iterable[Span], begin: float, end: float) -> float:
    return sum(max(0.0, min(end, to) - max(begin, start)) for start, to in spans)


def _shared(spans: Iterable[Span], begin: float, width: float) -> list[float]:
    """How many seconds of each cell the spans take up."""
    found = [0.0] * CELLS
    if width <= 0:
        return found
    for start, end in spans:
        first = max(0, int((start - begin) // width))
        last = min(CELLS - 1, int((end - begin) // width))
        for cell in range(first, last + 1):
            left = begin + cell * width
            found[cell] += max(0.0, min(end, left + width) - max(start, left))
    return found


def timeline(state: Replayed, now: float) -> dict[str, object]:
    """All workers for the page. windows: [what it is called, seconds until now]; a row has a share and cells for each of them.

    more: how many workers are left out.
    """
    everybody = workers(state, now)
    begin = min((worker.present[0][0] for worker in everybody), default=now)
    windows = [("hour", max(begin, now - HOUR))] if now - begin > HOUR else []
    windows.append(("run", begin))
    shown = everybody[:MOST_ROWS]
    return {
        "windows": [[name, round(now - since, 1)] for name, since in windows],
        "rows": [_row(worker, [since for _, since in windows], now) for worker in shown],
        "there": sum(not worker.gone for worker in everybody),
        "more": len(everybody) - len(shown),
    }


def _row(worker: Worker, begins: Sequence[float], now: float) -> dict[str, object]:
    last = worker.trials[-1] if worker.trials else None
    running = last is not None and last.status is Status.RUNNING and not worker.gone
    ended = max((trial.end or 0.0 for trial in worker.trials), default=0.0)
    if worker.gone:
        does, since = "gone", worker.present[-1][1]
    elif last is not None and running:
        does, since = "busy", last.start or now
    else:
        does, since = "idle", max(ended, worker.present[-1][0])
    shares = [worker.share(begin, now) for begin in begins]
    return {
        "worker": worker.name,
        "host": worker.host,
        "does": does,
        "trial": last.number if last is not None and running else None,
        "since": since,
        "trials": len(worker.trials),
        "shares": [None if share is None else round(share, 3) for share in shares],
        "cells": [worker.cells(begin, now) for begin in begins],
    }
