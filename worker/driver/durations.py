"""How long evaluations take, and how long agents wait between two of them: what follows for handing out work."""

from __future__ import annotations

import math
from collections import deque

_WEIGHT = 0.2  # of the newest value in a running mean
_WORTH = 0.01  # an agent gets its next trial ahead where it would otherwise wait for more than this part of the time
_QUICK = 0.1  # of the evaluations end sooner than an agent is expected to
_LEAD = 0.1  # seconds that an agent gets it ahead at least
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
        self._running_since: dict[str, float] = {}

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
        """Whether agents should get their next trial before they have ended one."""
        return self._seconds is not None and self._gap > _WORTH * self._seconds

    @property
    def quick(self) -> float:
        """How long a quick one of the recent evaluations takes; 0 before the first."""
        return sorted(self._recent)[int(_QUICK * len(self._recent))] if self._recent else 0.0

    def ends_soon(self, agent: str, quick: float, now: float) -> bool:
        """Whether an agent may end what it runs before another trial would have got to it. quick: see there. now: by the driver's clock.

        Not sooner than that, so that the trial is proposed from as many results as possible.
        """
        since = self._running_since.get(agent)
        return since is not None and now - since >= quick - 2 * self._gap - _LEAD

    def ended(self, agent: str, seconds: float, at: float, idle: bool) -> None:
        """An evaluation has ended, by the agent's clock; `idle` where the agent has nothing else to do."""
        self._recent.append(seconds)
        self._seconds = seconds if self._seconds is None else _mean(self._seconds, seconds)
        self._running_since.pop(agent, None)
        if idle:
            self._idle_since[agent] = at

    def began(self, agent: str, at: float, now: float) -> None:
        """An evaluation has begun: at, by the agent's clock; which is heard now, by the driver's, as the two may differ."""
        self._running_since[agent] = now
        since = self._idle_since.pop(agent, math.inf)
        if 0 <= at - since < _LONGEST_GAP:
            self._gap = _mean(self._gap, at - since)


def _mean(old: float, new: float) -> float:
    return old + _WEIGHT * (new - old)
