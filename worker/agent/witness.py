"""A process beside the evaluations that shows whether a signal that ends the whole job is on its way.

A scheduler signals the processes of a job one after another, from the oldest on or from the deepest on. So the agent may
see a program end by such a signal before it gets the signal itself. The witness is a child's child of the agent, and both are
older than every program: in either order its turn comes before that of any program. It blocks the signal, which
then shows as pending from the moment on at which it was sent, however busy the machine is.
"""

from __future__ import annotations

import os
import re
import select
import signal
from collections.abc import Callable
from contextlib import suppress

from worker import processes

_BLOCKED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
# The inner shell becomes cat, which ends with the agent, however that ends: nobody else has the pipe's other end.
# The outer one is bash, since dash blocks nothing any more where it has begun another process.
_PARENT_AND_CHILD = 'sh -c "echo \\$\\$; exec cat"; :'
_PENDING = re.compile(rb"^ShdPnd:\s*([0-9a-f]+)", re.MULTILINE)
_ENDED = re.compile(rb"^State:\s*[ZX]", re.MULTILINE)
_TERM = 1 << (signal.SIGTERM - 1)
_BEGINS_WITHIN = 5.0  # seconds; without its first word it is of no use


class Witness:
    """Begins to watch at once; `renew` where it has seen something that was not for the job."""

    def __init__(self, wanted: bool = True, newest: Callable[[], int | None] = processes.newest) -> None:
        """wanted: whether there is to be one at all. newest: the number of the process that began last."""
        self._newest: Callable[[], int | None] | None = newest
        self._parent: int  # that of a witness; there is none before the first has begun
        self._pid: int | None = 0  # None until it is asked for, 0 where there is none
        self._alive = self._words = self._status = -1
        if wanted:
            self._begin()

    @property
    def helpers(self) -> tuple[int, ...]:
        """The child of this process that is no evaluation's; the witness is below it, and has begun."""
        return (self._parent,) if self._found() else ()

    @property
    def present(self) -> bool:
        """Whether there is one; there is none where no more processes can be started."""
        return self._found()

    @property
    def reached(self) -> bool:
        """Whether TERM has been sent to it, or it was killed. False where there is no witness."""
        if not self._found():
            return False
        try:
            status = os.pread(self._status, 4096, 0)
        except ProcessLookupError:
            return True
        pending = _PENDING.search(status)
        return bool(_ENDED.search(status)) or (pending is not None and bool(int(pending[1], 16) & _TERM))

    def older_than(self, pid: int) -> bool:
        """Whether there is one, and its turn comes before that of `pid` and all below it: numbers begin anew some time."""
        return self._found() and self._parent < pid

    def keep_ahead(self) -> None:
        """To be called before a program begins: another one begins first where the numbers of processes have begun anew,
        so that its turn comes before that of the program."""
        if self._newest and self._found() and (self._newest() or self._parent) < self._parent:
            self.renew()
            # It has just begun: a system that knows none as young as that tells of other numbers.
            if (self._newest() or self._parent) < self._parent:
                self._newest = None

    def renew(self) -> None:
        """Begin with another one."""
        self.close()
        self._begin()

    def close(self) -> None:
        """Let it end."""
        for fd in (self._alive, self._words, self._status):
            if fd >= 0:
                os.close(fd)
        self._alive = self._words = self._status = -1
        self._pid = 0

    def _begin(self) -> None:
        stdin, self._alive = os.pipe()
        self._words, stdout = os.pipe()
        try:
            self._parent = os.posix_spawnp(
                "bash",
                ["bash", "-c", _PARENT_AND_CHILD],
                {"PATH": os.environ.get("PATH", os.defpath)},
                file_actions=[(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, stdout, 1)],
                setsigmask=_BLOCKED,
            )
            self._pid = None
        except OSError:
            self._pid = 0
        finally:
            os.close(stdin)
            os.close(stdout)

    def _found(self) -> bool:
        if self._pid is None:
            self._pid = 0
            if select.select([self._words], [], [], _BEGINS_WITHIN)[0]:
                with suppress(OSError, ValueError):
                    pid = int(os.read(self._words, 32))
                    self._status = os.open(f"/proc/{pid}/status", os.O_RDONLY | os.O_CLOEXEC)
                    self._pid = pid
        return self._pid > 0
