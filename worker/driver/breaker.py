"""Slows down and stops the asking for workers that end soon, one after another, while no evaluation ends."""

from __future__ import annotations

import math

from worker.spec.problem import Problem

_FREE = 4  # workers asked for in vain, for each that is wanted, before the asking slows down
_FIRST, _MOST = 5.0, 300.0  # seconds between two times of asking then, doubled each time
_HOPELESS = 7  # times of asking so; if no worker is left after these, there is no use in going on
_LONG = 300.0  # seconds; a worker that lived longer than that, or than
_LONG_SHARE = 0.5  # this part of its time, has not ended soon


class Breaker:
    """Counts the workers that a driver has asked for since an evaluation has ended. Times are of one monotonic clock.

    Those do not count in whose place somebody has ended others (`scancel`, preemption), or that follow others which lived long.
    """

    def __init__(self, before: int = 0) -> None:
        """before: workers that came in vain under the drivers just before this one."""
        self._asked = before
        self._excused = 0
        self._ended = 0
        self._wanted = 1
        self._not_before = -math.inf
        self._last = ""  # a sentence on what ended the last one

    @property
    def trouble(self) -> str:
        """One sentence on why workers are asked for less often, "" while they are not."""
        if self._times <= 0:
            return ""
        return (
            "Workers end soon after they begin, and no evaluation ends, so new ones are started less and less often, every "
            f"{_MOST / 60:.0f} minutes in the end.{self._said}"
        )

    @property
    def problem(self) -> Problem | None:
        """Why there is no use in going on without any worker, once that is so."""
        if self._times < _HOPELESS:
            return None
        return Problem(
            "",
            f"The last {self._asked} workers ended soon after they had begun, and no evaluation has ended since.{self._said}",
            "Their logs, agents/*/agent.log in the run's folder, and on a cluster slurm/*.out, say more.",
        )

    def look(self, ended: int, wanted: int, now: float) -> bool:
        """Whether workers may be asked for now. ended: evaluations that have ended so far, in whatever way."""
        if ended != self._ended:
            self._asked = self._excused = 0
            self._not_before = -math.inf
        elif self._not_before == -math.inf and self._times > 0:
            self._not_before = now + self._delay
        self._ended, self._wanted = ended, max(1, wanted)
        return now >= self._not_before

    def asked(self, count: int, now: float) -> None:
        """So many workers have been asked for."""
        self._asked += count
        if self._times > 0:
            self._not_before = now + self._delay

    def gone(self, reason: str, lived: float, time: float, willed: bool) -> None:
        """A worker has ended that had `time`, inf where nothing limits it, and lived so long. willed: somebody has ended it."""
        self._last = reason
        self._excused += willed or lived >= min(_LONG, _LONG_SHARE * time)

    @property
    def _times(self) -> int:
        """How often all workers have been replaced in vain, beyond what is free."""
        in_vain = self._asked - self._excused - _FREE * self._wanted
        return math.ceil(in_vain / self._wanted)

    @property
    def _delay(self) -> float:
        return min(_MOST, _FIRST * 2.0 ** (min(self._times, _HOPELESS) - 1))

    @property
    def _said(self) -> str:
        return f" The last one: {self._last}" if self._last else ""
