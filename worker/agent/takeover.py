"""Whether the agent of this process is to see to a driver of the run, in its own job, and the driver that it has started.

A run whose driver rides in a worker's job has no process of its own: the first worker to begin starts it, and when it
goes, another worker does. It asks for the epoch after the last that it knows of, which only one process can begin, so
several may try. Who is to go first is known by the driver's pings and its last word, which name those next in line;
the others wait longer for a sign of it.
"""

from __future__ import annotations

import math
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from worker import processes
from worker.store import lives
from worker.store.claim import Claim, Standing, claim
from worker.store.paths import RunPaths

SILENT_AFTER = 15.0  # seconds without a word from a driver, for one that is next in line
_OTHERS_AFTER = 60.0  # the same for those that are not
_TURN = 1.5  # seconds that each one in the line leaves to the one before it
_FIRST_TURN = 0.25  # the same among those that begin together, before there was any driver
_LONGEST_LINE = 20
_AGAIN_LEAST, _AGAIN_MOST = 2.0, 300.0  # seconds to the next try, where a driver could not begin
_OTHERS_FIRST = 5.0  # seconds that are left to those that a driver has named when it left
_LAST_WORD = 10.0  # seconds that a driver which is told to leave gets for it
_LOOK_EVERY = 0.1  # seconds
_STEP = 0.05  # seconds


class DriverProcess(Protocol):
    """A driver that was started by an agent."""

    @property
    def pid(self) -> int:
        """Its process."""

    def alive(self) -> bool:
        """Whether it has not ended."""

    def leave(self) -> None:
        """Tell it to hand over to another worker, and end."""


class _Child:
    """A driver in a process of its own, whose end somebody else may have waited for."""

    def __init__(self, command: Sequence[str], paths: RunPaths, environment: Mapping[str, str]) -> None:
        """Start it. Raises OSError."""
        with paths.driver_log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._born = processes.birth(self.pid) or ""

    def alive(self) -> bool:
        if processes.alive(self.pid, self._born):
            return True
        self._process.poll()  # so that no zombie stays
        return False

    def leave(self) -> None:
        if processes.alive(self.pid, self._born):
            processes.send([self.pid], signal.SIGTERM)


Start = Callable[[Sequence[str], RunPaths, Mapping[str, str]], DriverProcess]


class Takeover:
    """The part of one agent in having a driver. Times are of one monotonic clock, given by the caller."""

    def __init__(
        self,
        paths: RunPaths,
        identity: str,
        since: int | None,
        environment: Mapping[str, str],
        start: Start = _Child,
        look: Callable[[RunPaths], Claim] = claim,
    ) -> None:
        """since: up to which epoch an end of the run is known, and not meant to last; None where this agent never starts a driver.

        start, look: starts a driver's process, and tells how the newest driver stands.
        """
        self._paths, self._identity, self._since, self._environment = paths, identity, since, environment
        self._start, self._look = start, look
        self._driver: DriverProcess | None = None
        self._look_at = self._not_before = 0.0
        self._told = False  # whether the driver has been told to leave
        self._again = _AGAIN_LEAST
        self._known = -1  # the newest epoch that this agent has seen
        self._line: int | None = None  # place among those that would follow the driver, 0 for the next
        self._lead_at: float | None = None  # when to begin without waiting for silence
        self.over = False  # the run has ended, as far as this agent is concerned

    @property
    def helpers(self) -> tuple[int, ...]:
        """Processes that are no evaluation's."""
        return () if self._driver is None else (self._driver.pid,)

    @property
    def rides(self) -> bool:
        """Whether this agent starts a driver rather than wait for one in vain."""
        return self._since is not None

    def pinged(self, line: int | None) -> None:
        """The driver lives. line: the place of this agent among those that would follow it, if it has one."""
        self._line, self._again = line, _AGAIN_LEAST

    def lead(self, line: int, now: float) -> None:
        """The driver leaves, and this agent is to follow it unless one of the `line` agents before it does."""
        self._look_at, self._lead_at = 0.0, now + line * _TURN

    def turned_to(self, epoch: int, now: float) -> None:
        """There is another newest driver, that of `epoch`, or this agent has just begun; 0: there was none yet."""
        first, self._known, self._line, self._lead_at = self._known < 0, epoch, None, None
        if self._since is None:
            return
        if epoch == 0:
            self._lead_at = now + self._index * _FIRST_TURN
        elif first:
            self._judge(self._look(self._paths), now + self._index * _FIRST_TURN, self._since)

    def due(self, heard: float, now: float) -> bool:
        """Whether a driver is to be started now. heard: when the newest one last gave a sign."""
        if self._since is None or now < self._look_at:
            return False
        self._look_at = now + _LOOK_EVERY
        if self._driver is not None:
            if self._driver.alive():
                return False
            self._ended(now, self._since)
        if self.over or now < self._not_before:
            return False
        if self._lead_at is not None:
            return now >= self._lead_at
        return self._known > 0 and now - heard > self._patience and self._silent(now)

    def begin(self, now: float) -> None:
        """Start the driver that follows the newest; where that fails, later again."""
        self._lead_at, self._not_before = None, now + self._again
        self._again = min(self._again * 2, _AGAIN_MOST)
        options = ["--since", str(self._since), "--after", str(self._known), "--rides", self._identity]
        command = [sys.executable, "-I", "-m", "worker", "drive", str(self._paths.root), *options]
        try:
            self._driver = self._start(command, self._paths, self._environment)
        except OSError:  # no memory for another process, or a full disk
            self._lead_at = now

    def leave(self) -> None:
        """The agent leaves, and so does the driver that it has started."""
        if self._driver is not None and not self._told:
            self._told = True
            self._driver.leave()

    def wait(self, told_to_end: Callable[[], bool]) -> None:
        """Stay until the driver has ended, which lives in this job; told_to_end: whether the job must end now."""
        ends_at = math.inf
        while self._driver is not None and self._driver.alive() and time.monotonic() < ends_at:
            if told_to_end() and ends_at == math.inf:
                self.leave()
                ends_at = time.monotonic() + _LAST_WORD
            time.sleep(_STEP)

    @property
    def _index(self) -> int:
        """The place of this agent among those that were submitted together."""
        index = lives.index(self._identity)
        return _LONGEST_LINE if index is None else min(index, _LONGEST_LINE)

    @property
    def _patience(self) -> float:
        """Seconds of silence after which this agent starts a driver."""
        if self._line is not None:
            return SILENT_AFTER + self._line * _TURN
        return _OTHERS_AFTER + self._index * _TURN

    def _silent(self, now: float) -> bool:
        """Whether a driver that does not talk to this agent gives no other sign either."""
        if self._line is None and self._look(self._paths).held:
            self._not_before = now + _OTHERS_AFTER / 2
            return False
        return True

    def _judge(self, newest: Claim, begin_at: float, since: int) -> None:
        """Have a driver begin at that time, where the newest is not at work and the run not over."""
        if newest.standing is Standing.OVER and newest.epoch > since:
            self.over = True
        elif not newest.held:
            self._lead_at = begin_at

    def _ended(self, now: float, since: int) -> None:
        """The driver that this agent has started is no more."""
        self._driver, self._told = None, False
        newest = self._look(self._paths)
        # Those that it has named go first.
        self._judge(newest, now + (_OTHERS_FIRST if newest.standing is Standing.LEFT else 0.0), since)
