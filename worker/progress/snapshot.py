"""What there is to show of a run that is going on, as plain text; for the driver's terminal and for those who follow it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from worker.driver.budget import Tally
from worker.spec.parameters import Value
from worker.spec.placeholders import value_text
from worker.spec.run import Run
from worker.spec.text import visible
from worker.trial import Status, Trial

_RECENT = 200  # evaluations that tell how fast the run is
_LONG = 60  # characters of a value that are shown


class Rate:
    """How many successful evaluations end in a second, from the most recent ones.

    since: when the newest driver began, in seconds since 1970; what ended before says nothing about its rate.
    """

    def __init__(self, since: float = 0) -> None:
        self.since = since
        self._recent: deque[tuple[float, float]] = deque(maxlen=_RECENT)  # start and end

    def note(self, trial: Trial) -> None:
        """Take in a trial that has changed."""
        if trial.status is Status.OK and trial.end is not None:
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
class View:
    """A run as it stands now. agents: those that work; pending: those that the scheduler has not started yet.

    notice: what it is doing other than evaluating, for example that it waits for the last ones. trouble: what
    keeps it from going on. ends_at: when its runtime is over, seconds since 1970, if known.
    """

    run: Run
    tally: Tally
    rate: Rate = field(default_factory=Rate)
    agents: int = 0
    pending: int = 0
    notice: str = ""
    trouble: str = ""
    ends_at: float | None = None

    @property
    def counts(self) -> str:
        """Done, failed and running evaluations."""
        tally = self.tally
        parts = [f"{tally.ok} of {self.run.max_evals} done"]
        if tally.failures:
            parts.append(f"{tally.failures} failed")
        if tally.counts[Status.CANCELLED]:
            parts.append(f"{tally.counts[Status.CANCELLED]} cancelled")
        parts.append(f"{tally.running} running")
        if self.pending:
            parts.append(f"{self.pending} workers waiting to start")
        return ", ".join(parts)

    def pace(self, at: float) -> str:
        """Throughput and the time that is left, "" where neither is known."""
        rate = self.rate.per_second(at)
        if not rate:
            return ""
        left = (self.run.max_evals - self.tally.ok) / rate
        if self.ends_at is not None:
            left = min(left, self.ends_at - at)
        return f"{rate_text(rate)}, about {clock(left)} left" if left > 0 else rate_text(rate)

    def line(self, at: float) -> str:
        """Everything in one line."""
        best = self.tally.best
        parts = [self.counts]
        if best is not None:
            parts.append(f"best RESULT {number_text(best.loss)} (evaluation {best.number})")
        parts += [part for part in (self.pace(at), self.notice, self.trouble) if part]
        return f"{time.strftime('%H:%M:%S', time.localtime(at))}  {'; '.join(parts)}"

    def new_best(self) -> str:
        """A line about the best evaluation, which is new, with the time at which it ended."""
        best = self.tally.best
        if best is None:
            return ""
        moment = time.strftime("%H:%M:%S", time.localtime(best.end))
        return f"{moment}  new best RESULT {number_text(best.loss)} (evaluation {best.number}): {' '.join(assignments(best.values))}"


def assignments(values: Mapping[str, Value]) -> Iterator[str]:
    """name=value for each parameter, safe for a terminal."""
    for name, value in values.items():
        text = visible(value_text(value))
        yield f"{name}={text if len(text) <= _LONG else text[: _LONG - 3] + '...'}"


def number_text(number: float | None) -> str:
    """The shortest text that reads back as the same number."""
    return "?" if number is None else value_text(number)


def rate_text(rate: float) -> str:
    """A rate per second, in the unit that makes it readable."""
    if rate >= 1:
        return f"{rate:.1f} per second"
    return f"{rate * 60:.1f} per minute" if rate >= 1 / 60 else f"{rate * 3600:.1f} per hour"


def clock(seconds: float) -> str:
    """A duration as H:MM:SS, with days where it has some."""
    whole = max(0, round(seconds))
    days, rest = divmod(whole, 86400)
    text = f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days} d {text}" if days else text
