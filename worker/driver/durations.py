"""How long evaluations take, and how long agents wait between two of them: what follows for handing out work."""

from __future__ import annotations

import math
from collections import deque

_WEIGHT = 0.2  # of the newest value in a running mean
_WORTH = 0.02  # an agent gets its next trial ahead where it would otherwise wait for more than this part of the time
_LONGEST_GAP = 30.0  # seconds; a longer one has other reasons than the way to the driver and back
_SEEN = 50  # evaluations whose durations tell how long the next may take


class Durations:
    """The pace of a run, learned from its evaluations. Durations are seconds."""

    def __init__(self, gap: float) -> None:
        """gap: what an agent is expected to wait between two evaluations until it is known."""
        self._gap = gap
        self._seconds: float | None = None
        self._recent: deque[float] = deque(maxlen=_SEEN)
        self._idle_since: dict[str, float] = {}

    @property
    def seconds(self) -> float | None:
        """The mean duration of the recent evaluations; None before the first."""
        return self._seconds

    @property
    def longest(self) -> float:
        """The longest of the recent evaluations; 0 before the first."""
        return max(self._recent, default=0.0)

    @property
    def ahead(self) -> bool:
        """Whether agents should get their next trial while they still run one."""
        return self._seconds is not None and self._gap > _WORTH * self._seconds

    def ended(self, agent: str, seconds: float, at: float, idle: bool) -> None:
        """An evaluation has ended, by the agent's clock; `idle` where the agent has nothing else to do."""
        self._recent.append(seconds)
        self._seconds = seconds if self._seconds is None else _mean(self._seconds, seconds)
        if idle:
            self._idle_since[agent] = at

    def began(self, agent: str, at: float) -> None:
        """An evaluation has begun, by the agent's clock."""
        since = self._idle_since.pop(agent, math.inf)
        if 0 <= at - since < _LONGEST_GAP:
            self._gap = _mean(self._gap, at - since)


def _mean(old: float, new: float) -> float:
    return old + _WEIGHT * (new - old)
