"""The signals that an agent gets, as something that it can wait for together with other things."""

from __future__ import annotations

import math
import os
import select
import signal
import time
from contextlib import suppress
from types import FrameType


class Wake:
    """Becomes readable whenever a child has ended or a signal has come; `terminated` when the agent shall leave.

    terminated_at: when that came, of the monotonic clock.
    """

    def __init__(self) -> None:
        """Take over TERM, INT, HUP, USR1, USR2 and CHLD of this process; only the main thread can."""
        self.fd, self._end = os.pipe()
        for fd in (self.fd, self._end):
            os.set_blocking(fd, False)
        self.terminated = False
        self.terminated_at = math.inf
        # Whoever started us may have ignored or blocked signals (a shell does so for background jobs); an objective
        # that inherits this could not be ended in the ordinary way.
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        signal.set_wakeup_fd(self._end, warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._terminate)
        # Handlers, not SIG_IGN: what is ignored stays ignored in the objective, which would not hear Ctrl-C then.
        # The driver answers Ctrl-C and a closed terminal; it tells agents by their inbox what to do.
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGCHLD):
            signal.signal(number, self._note)

    def wait(self, seconds: float) -> None:
        """Sleep for `seconds`, or until a signal comes."""
        if select.select([self.fd], [], [], seconds)[0]:
            self.drain()

    def drain(self) -> None:
        """Make it unreadable again."""
        with suppress(BlockingIOError):
            while len(os.read(self.fd, 4096)) == 4096:
                pass

    def _terminate(self, number: int, frame: FrameType | None) -> None:
        if not self.terminated:
            self.terminated_at = time.monotonic()
        self.terminated = True

    def _note(self, number: int, frame: FrameType | None) -> None:
        pass
