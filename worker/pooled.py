"""Points that are evaluated several times: all evaluations of one as one, whose result is their mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, stdev

from worker.trial import Outcome, Status, Trial


@dataclass(slots=True)
class Pooled(Trial):
    """A point as one evaluation, with the number of its first one. losses: those whose mean its result is."""

    losses: tuple[float, ...] = ()

    @property
    def deviation(self) -> float | None:
        """The standard deviation of its results; None where there are not two."""
        return deviation(self.losses)


def deviation(losses: tuple[float, ...]) -> float | None:
    """The standard deviation of a sample; None where that has not two numbers."""
    return stdev(losses) if len(losses) > 1 else None


class Points:
    """The points of a run with so many `repeats`; told of every trial whenever it changes."""

    def __init__(self, repeats: int) -> None:
        self._repeats = repeats
        self._members: dict[int, dict[int, Trial]] = {}  # of each point, by the number of the repeat
        self.confirming: dict[int, dict[int, Trial]] = {}  # those that only confirm what it is worth

    def note(self, trial: Trial) -> Trial | None:
        """The point of a trial as one evaluation; None for one that only confirms what a point is worth."""
        if trial.repeat > self._repeats:
            _put(self.confirming.setdefault(trial.first, {}), trial)
            return None
        if self._repeats == 1 or trial.imported:
            return trial
        members = self._members.setdefault(trial.first, {})
        _put(members, trial)
        return pooled(members, self._repeats) if 1 in members else None

    def take(self, trials: Iterable[Trial]) -> list[Trial]:
        """Take in how trials stand; their points as evaluations."""
        found: dict[int, Trial] = {}
        for trial in trials:
            if (point := self.note(trial)) is not None:
                found[point.number] = point
        return list(found.values())

    def lacking(self, number: int) -> list[int]:
        """Which evaluations of a point were not proposed yet, by the numbers of the repeats."""
        members = self._members.get(number, {})
        return [repeat for repeat in range(1, self._repeats + 1) if repeat not in members]

    def missing(self, number: int) -> list[int]:
        """Those of them that are due, since the first one has a result, and is not to stay alone."""
        first = self._members.get(number, {}).get(1)
        if first is None or first.status is not Status.OK or first.loss is None or first.alone:
            return []
        return self.lacking(number)


def _put(members: dict[int, Trial], trial: Trial) -> None:
    """Of two drivers, both may have asked for the same; the first one counts, for everybody alike."""
    known = members.get(trial.repeat)
    if known is None or known.number >= trial.number:
        members[trial.repeat] = trial


def pooled(members: Mapping[int, Trial], repeats: int) -> Trial:
    """The evaluations of a point, by the numbers of the repeats, as one; it runs until all have ended.

    What ends the first one without a result ends the point. The mean counts where at least half of `repeats` have a result.
    """
    first, every = members[1], [members[repeat] for repeat in sorted(members)]
    good = [trial for trial in every if trial.status is Status.OK and trial.loss is not None]
    if len(every) == 1 and (first.alone or first not in good):
        return _as_one(first, first.status, good, first.outcome())
    if len(every) < repeats or not all(trial.status.ended for trial in every):
        running = next((trial.status for trial in every if not trial.status.ended), Status.RUNNING)
        return _as_one(first, running, [], Outcome(start=first.start))
    if 2 * len(good) >= repeats:
        return _as_one(first, Status.OK, good, mean_of(every, good))
    bad = next(trial for trial in every if trial not in good)
    outcome = bad.outcome()
    outcome.loss, outcome.start = None, first.start
    outcome.reason = (
        f"{len(good)} of {len(every)} evaluations of its point had a result. {bad.reason}".rstrip()
    )
    return _as_one(first, bad.status, [], outcome)


def _as_one(first: Trial, status: Status, good: list[Trial], outcome: Outcome) -> Pooled:
    one = Pooled(
        number=first.number,
        values=first.values,
        status=status,
        host=first.host,
        agent=first.agent,
        attempt=first.attempt,
        gpus=first.gpus,
        losses=tuple(trial.loss for trial in good if trial.loss is not None),
    )
    one.become(outcome)
    return one


def mean_of(every: list[Trial], good: list[Trial]) -> Outcome:
    """What those that succeeded came to on average; the point took from the start of the first to the end of the last one."""
    outcome = good[0].outcome()
    outcome.loss = fmean(trial.loss for trial in good if trial.loss is not None)
    shared = [name for name in outcome.outputs if all(name in trial.outputs for trial in good)]
    outcome.outputs = {name: fmean(trial.outputs[name] for trial in good) for name in shared}
    outcome.curve = ()
    outcome.seconds = sum(trial.seconds or 0.0 for trial in every)
    outcome.start = min((trial.start for trial in every if trial.start is not None), default=None)
    outcome.end = max((trial.end for trial in every if trial.end is not None), default=None)
    return outcome


def points_of(trials: Iterable[Trial], repeats: int) -> list[Trial]:
    """The points of a run as evaluations, in the order in which they were proposed; the trials themselves without repeats."""
    return Points(repeats).take(trials)
