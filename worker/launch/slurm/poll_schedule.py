"""When to ask Slurm's queue: at most three times a minute, soon after a change, slower while it is silent."""

from __future__ import annotations

import math
from collections import deque

INTERVAL = 45.0
PER_MINUTE = 3
SOON = 5.0  # seconds after a submission, when the first look shows whether it can start at all
LONGEST_SILENCE = 300.0


class PollSchedule:
    """Times of questions to the queue, on one clock in seconds."""

    def __init__(self) -> None:
        self._asked: deque[float] = deque(maxlen=PER_MINUTE)
        self._silences = 0
        self._due = math.inf

    def submitted(self, at: float) -> None:
        """Something was submitted at `at`: the next question comes soon, within the budget."""
        if not self._silences:
            self._due = min(self._due, at + SOON)

    def wanted(self, at: float) -> None:
        """The queue is to be asked now, within the budget."""
        self._due = min(self._due, at)

    def due(self, at: float) -> bool:
        """Whether the queue may and should be asked now."""
        spent = len(self._asked) == PER_MINUTE and at - self._asked[0] < 60.0
        return at >= self._due and not spent

    def asked(self, at: float) -> None:
        """The queue is being asked."""
        self._asked.append(at)
        self._due = at + INTERVAL

    def answered(self, at: float) -> None:
        """The answer has come."""
        self._silences = 0

    def silent(self, at: float) -> None:
        """No answer came: 5 s to the next question, then twice as long each time, up to 300 s."""
        self._due = at + min(LONGEST_SILENCE, 5.0 * 2**self._silences)
        self._silences = min(self._silences + 1, 10)

    @property
    def next(self) -> float:
        """When the next question is due, apart from the budget."""
        return self._due
