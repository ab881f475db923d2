"""Where the trials of a run stand, counted, and why no more of them are started."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterable
from enum import Enum

from worker.pooled import Points
from worker.trial import Status, Trial

TRIED_BEFORE_GIVING_UP = 10  # a run whose first so many evaluations all fail is stopped


class Over(Enum):
    """Why no more evaluations are started."""

    BUDGET = "budget"
    SPACE = "space"
    TARGET = "target"
    PATIENCE = "patience"
    FAILURES = "failures"
    ALL_FAILED = "all failed"
    BEFORE = "before"  # the command before the first evaluation has failed
    RUNTIME = "runtime"
    HOURS = "hours"  # those of nodes, cores or GPUs that the budget has
    NO_AGENTS = "no agents"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    LEFT = "left"  # the driver leaves, the run is not over
    SUPERSEDED = "superseded"
    MOVED = "moved"  # the folder of the run is not where it was


class Tally:
    """How many trials stand where, and which is the best; told of every trial whenever it changes."""

    def __init__(
        self, trials: Iterable[Trial] = (), rank: Callable[[float], float] = float, repeats: int = 1
    ) -> None:
        """rank: what stands for a result where the smaller is the better (see `Run.rank`). repeats: evaluations of each point."""
        self._rank = rank
        self._points = Points(repeats)
        self.counts: Counter[Status] = Counter()
        self.failures = 0
        self.best: Trial | None = None
        self.since_best = (
            0  # evaluations of this run that are done, since the best one, or since it was taken up again
        )
        self._known: dict[int, Status] = {}
        self._stand: Counter[Status] = Counter()  # of points, which are evaluations where each has one
        self._known_points: dict[int, Status] = {}
        self._good: dict[int, Trial] = {}
        for trial in trials:
            self.note(trial)

    @property
    def ok(self) -> int:
        """Successful evaluations."""
        return self.counts[Status.OK]

    @property
    def done(self) -> int:
        """Points of those that the run is to evaluate: the successful ones, and those that were not worth bringing to their end."""
        return sum(count for status, count in self._stand.items() if status.done)

    @property
    def points_ended(self) -> int:
        """Points that have ended, however."""
        return sum(count for status, count in self._stand.items() if status.ended)

    @property
    def best_rank(self) -> float:
        """What stands for the best result of this run's own evaluations; infinite where there is none."""
        if self.best is not None and self.best.imported:
            own = (trial for trial in self._good.values() if not trial.imported)
            return min(map(self._ranked, own), default=math.inf)
        return math.inf if self.best is None else self._ranked(self.best)

    @property
    def running(self) -> int:
        """Evaluations that run now."""
        return self.counts[Status.RUNNING]

    @property
    def ended(self) -> int:
        """Evaluations that have ended, however."""
        return sum(count for status, count in self.counts.items() if status.ended)

    def best_points(self, count: int) -> list[Trial]:
        """The best points of this run's own, as evaluations, at most so many."""
        own = (point for point in self._good.values() if not point.imported)
        return heapq.nsmallest(count, own, key=self._by_rank)

    def note(self, trial: Trial) -> bool:
        """Take in how a trial stands now; True where its point is the new best."""
        before = self._known.pop(trial.number, None)
        if before is not None:
            self.counts[before] -= 1
            self.failures -= before.failure
        if not trial.imported:  # those are known, but count for no limit of this run
            self._known[trial.number] = trial.status
            self.counts[trial.status] += 1
            self.failures += trial.status.failure
        point = self._points.note(trial)
        return point is not None and self._weigh(point)

    def _weigh(self, point: Trial) -> bool:
        before = self._known_points.pop(point.number, None)
        if before is not None:
            self._stand[before] -= 1
        if not point.imported:
            self._known_points[point.number] = point.status
            self._stand[point.status] += 1
        if point.status is not Status.OK or point.loss is None:
            self._good.pop(point.number, None)
            if self.best is not None and self.best.number == point.number:  # its result was taken back
                self.since_best = 0
                self.best = min(self._good.values(), key=self._by_rank, default=None)
            if point.status is Status.STOPPED_EARLY and not point.imported:
                self.since_best += before is not Status.STOPPED_EARLY
            return False
        new = point.number not in self._good and not point.imported
        self._good[point.number] = point
        if self.best is None or self.best.loss is None or self._rank(point.loss) < self._rank(self.best.loss):
            self.best = point
            self.since_best = 0
            return True
        if self.best.number == point.number:  # its mean has changed
            self.best = min(self._good.values(), key=self._by_rank)
        self.since_best += new
        return False

    def _by_rank(self, trial: Trial) -> tuple[float, float]:
        """The order of successful trials, the best first; of equal ones, the one that ended first."""
        return self._ranked(trial), trial.end or 0.0

    def _ranked(self, trial: Trial) -> float:
        return math.inf if trial.loss is None else self._rank(trial.loss)
