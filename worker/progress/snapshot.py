"""What there is to show of a run that is going on, as plain text; for the driver's terminal and for those who follow it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from worker.progress.tally import Tally
from worker.report.data import equal_results
from worker.search.points_taken import points_taken
from worker.spec.budget import Hours, budget_of, hours_text
from worker.spec.notation import real_text, value_text
from worker.spec.parameters import Value
from worker.spec.points import different_points
from worker.spec.run import Run
from worker.spec.text import counted, visible
from worker.store.replay import Replayed
from worker.trial import Status, Trial

_RECENT = 200  # evaluations that tell how fast the run is
_LONG = 60  # characters of a value that are shown


class Rate:
    """How many evaluations are done in a second, from the most recent ones.

    since: when the newest driver began, in seconds since 1970; what ended before says nothing about its rate.
    """

    def __init__(self, since: float = 0) -> None:
        self.since = since
        self._recent: deque[tuple[float, float]] = deque(maxlen=_RECENT)  # start and end

    def note(self, trial: Trial) -> None:
        """Take in a trial that has changed."""
        if trial.status.done and trial.end is not None:
            self._recent.append((trial.end if trial.start is None else trial.start, trial.end))

    def per_second(self, at: float) -> float | None:
        """The rate at the time `at`; None where nothing is known."""
        recent = [(start, end) for start, end in self._recent if end > self.since]
        if not recent:
            return None
        # From the first start, not from the first end: evaluations that run at once may end at once, too.
        began = max(self.since, min(start for start, _ in recent))
        span = max(at, *(end for _, end in recent)) - began
        return len(recent) / span if span > 0 else None


@dataclass
class Snapshot:
    """A run as it stands now. agents: those that work; pending: those that the scheduler has not started yet.

    warning: what will keep it from going on. live: what running evaluations have printed so far, as part of a sentence.
    trials: all of them by number, which may change. notice: what it is doing other than evaluating, for example that it waits for the last ones. trouble: what
    keeps it from going on. ends_at: when its runtime or budget is over, seconds since 1970, if known. hours: what its jobs have had.
    """

    run: Run
    tally: Tally
    trials: Mapping[int, Trial]
    rate: Rate = field(default_factory=Rate)
    agents: int = 0
    pending: int = 0
    live: str = ""
    notice: str = ""
    trouble: str = ""
    warning: str = ""
    ends_at: float | None = None
    hours: Hours | None = None
    _remarked: tuple[int, str] = (0, "")  # the remark after so many successful evaluations

    @cached_property
    def _points(self) -> int | None:
        return different_points(self.run)

    @property
    def _points_left(self) -> int | None:
        """How many different points this run can evaluate or has evaluated; None where they are more than enough."""
        if self._points is None or self._points >= self.run.max_evals + len(self.trials):
            return None
        return self._points - points_taken(
            self.run, (trial.values for trial in self.trials.values() if trial.imported)
        )

    @property
    def total(self) -> int:
        """How many evaluations there will be at most: the budget, or the points where these are fewer."""
        points = self._points_left
        return self.run.max_evals if points is None else min(self.run.max_evals, points)

    @property
    def left(self) -> int:
        """How many successful evaluations may still come; those that failed have used up their points."""
        left, points = self.run.max_evals - self.tally.done, self._points_left
        return max(0, left if points is None else min(left, points - self.tally.points_ended))

    @property
    def remark(self) -> str:
        """That the parameters seem to change nothing, and why; "" where they do, or nobody can know."""
        if self._remarked[0] != self.tally.ok:
            self._remarked = self.tally.ok, equal_results.remark(self.run, self.trials.values())
        return self._remarked[1]

    @property
    def counts(self) -> str:
        """Done, failed and running evaluations."""
        tally = self.tally
        parts = [f"{tally.done} of {self.total} done"]
        if self.run.repeats > 1:
            ended = counted(tally.ended, "evaluation")
            parts = [f"{tally.done} of {counted(self.total, 'point')} done, with {ended}"]
        if stopped := tally.counts[Status.STOPPED_EARLY]:
            parts.append(f"{stopped} of them stopped early")
        if infeasible := tally.counts[Status.INFEASIBLE]:
            parts.append(f"{infeasible} of them infeasible")
        if tally.failures:
            parts.append(f"{tally.failures} failed")
        if tally.counts[Status.CANCELLED]:
            parts.append(f"{tally.counts[Status.CANCELLED]} cancelled")
        parts.append(f"{tally.running} running")
        if self.pending:
            parts.append(f"{counted(self.pending, 'worker')} waiting to start")
        return ", ".join(parts)

    def take_in(self, state: Replayed, at: float) -> None:
        """See what the journals say of time and budget."""
        budget = budget_of(self.run.budget)
        self.hours = state.hours(at) if budget else None
        ends = [state.runtime_ends(self.run.runtime), state.budget_ends(budget, at) if budget else None]
        self.ends_at = min((end for end in ends if end is not None), default=None)

    @property
    def spent(self) -> str:
        """How much of the budget of hours is used up; "" without one."""
        budget = budget_of(self.run.budget)
        if budget is None or self.hours is None:
            return ""
        return f"{hours_text(budget.of(self.hours))} of {self.run.budget} used"

    def pace(self, at: float) -> str:
        """Throughput and the time that is left, "" where neither is known."""
        rate = self.rate.per_second(at)
        if not rate:
            return ""
        left = self.left * self.run.repeats / rate
        if self.ends_at is not None:
            left = min(left, self.ends_at - at)
        return f"{rate_text(rate)}, about {clock(left)} left" if left > 0 else rate_text(rate)

    def line(self, at: float) -> str:
        """Everything in one line."""
        best = self.tally.best
        parts = [self.counts]
        if best is not None:
            parts.append(f"{self.run.best_result} {number_text(best.loss)} (evaluation {best.number})")
        parts += [part for part in (self.live, self.pace(at), self.spent, self.notice, self.trouble) if part]
        return f"{time.strftime('%H:%M:%S', time.localtime(at))}  {'; '.join(parts)}"

    def new_best(self) -> str:
        """A line about the best evaluation, which is new, with the time at which it ended."""
        best = self.tally.best
        if best is None:
            return ""
        moment = time.strftime("%H:%M:%S", time.localtime(best.end))
        return f"{moment}  new {self.run.best_result} {number_text(best.loss)} (evaluation {best.number}): {' '.join(assignments(best.values))}"


def assignments(values: Mapping[str, Value]) -> Iterator[str]:
    """name=value for each parameter, safe for a terminal."""
    for name, value in values.items():
        text = visible(value_text(value))
        yield f"{name}={text if len(text) <= _LONG else text[: _LONG - 3] + '...'}"


def number_text(number: float | None) -> str:
    """The shortest text that reads back as the same number."""
    return "?" if number is None else real_text(number)


def rate_text(rate: float) -> str:
    """A rate per second, in the unit that makes it readable."""
    if rate >= 1:
        return f"{rate:.1f} per second"
    return f"{rate * 60:.1f} per minute" if rate >= 1 / 60 else f"{rate * 3600:.1f} per hour"


def clock(seconds: float) -> str:
    """A duration as H:MM:SS, with days where it has some."""
    whole_seconds = max(0, round(seconds))
    days, day_seconds = divmod(whole_seconds, 86400)
    text = f"{day_seconds // 3600}:{day_seconds // 60 % 60:02}:{day_seconds % 60:02}"
    return f"{days} d {text}" if days else text
