"""What an agent tells of the RESULT lines of a running program, how often, and how soon it looks for an answer to that."""

from __future__ import annotations

import math

from worker.agent.evaluation import Evaluation
from worker.store.outbox_messages import NewValue
from worker.trial import BEFORE

_EVERY = 1.0  # seconds between two records at least, for those who look at a run now and then
_WATCHED_EVERY = 0.5  # the same where the driver may end the evaluation for what it prints
_SHARE = 1000  # no more than about so many records while the time of an evaluation grows threefold
_QUICKEST_LOOK, _SLOWEST_LOOK = 0.02, 1.0  # seconds between two looks into the inbox
_QUICKEST_ANSWER = 0.1  # seconds after which the driver may have answered


class ValueReports:
    """The records about one evaluation after another. Times are of one monotonic clock, given by the caller."""

    def __init__(self) -> None:
        self._not_before = self._told_at = -math.inf

    def begin(self, evaluation: Evaluation, now: float) -> None:
        """An evaluation has begun; short ones that nobody watches are told of at their end only."""
        self._told_at = -math.inf
        self._not_before = now if evaluation.assignment.watched else now + _EVERY
        if evaluation.assignment.trial == BEFORE:
            self._not_before = math.inf  # whatever it prints is no result

    def wait(self, evaluation: Evaluation, now: float) -> float:
        """How many seconds there is nothing to tell, if the program prints nothing more; infinite where that is all."""
        return max(0.0, self._not_before - now) if evaluation.printed.fresh else math.inf

    def take(self, evaluation: Evaluation, now: float, at: float) -> NewValue | None:
        """What is to be told now, if anything; at: seconds since 1970."""
        printed = evaluation.printed
        if not printed.fresh or now < self._not_before:
            return None
        watched = evaluation.assignment.watched
        every = _WATCHED_EVERY if watched else _EVERY
        self._not_before = now + max(every, evaluation.seconds / _SHARE)
        self._told_at = now if watched else -math.inf
        *earlier, value = printed.fresh
        printed.fresh.clear()
        trial, attempt = evaluation.assignment.key
        return NewValue(
            trial=trial,
            attempt=attempt,
            value=value,
            step=printed.count,
            earlier=tuple(earlier),
            least=printed.least,
            most=printed.most,
            at=at,
        )

    def look_at(self, evaluation: Evaluation, now: float) -> float:
        """When to look into the inbox again: while a program runs, only its end matters, and a file server must bear a thousand agents."""
        answer = max(
            _QUICKEST_ANSWER, (now - self._told_at) / 2
        )  # soon after something was told, then less and less often
        return now + min(_SLOWEST_LOOK, answer, max(_QUICKEST_LOOK, evaluation.seconds / 10))
