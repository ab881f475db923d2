"""The signals that a driver gets, as counts that its loop looks at."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType, TracebackType

_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)


class Signals:
    """Counts the signals of this process while it is entered; only the main thread can.

    leaves: in a scheduler's job, whether the driver that is told to end (TERM) is to leave the run to another one.
    """

    def __init__(self, leaves: Callable[[], bool] | None = None) -> None:
        self.interrupts = 0  # Ctrl-C, or TERM: the first lets running evaluations end, the second ends them
        self.hand_over = False  # USR1: leave at once, another driver goes on
        self._leaves = leaves
        self._told = self._weighed = False  # TERM, where there is a scheduler to be asked about it
        self._detached = False  # HUP: the terminal has gone, the run goes on without it
        self._before: dict[signal.Signals, signal._HANDLER] = {}

    def weigh(self) -> None:
        """Find out what it means that the scheduler has told this driver to end; it may do so several times."""
        if self._leaves is None or not self._told or self._weighed:
            return
        self._weighed = True
        if self._leaves():
            self.hand_over = True
        else:
            self.interrupts += 1

    def take_detached(self) -> bool:
        """Whether the terminal has gone since the last call."""
        detached, self._detached = self._detached, False
        return detached

    def __enter__(self) -> Signals:
        for number in _HANDLED:
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGUSR1:
            self.hand_over = True
        elif number == signal.SIGHUP:
            self._detached = True
        elif number == signal.SIGTERM and self._leaves is not None:
            self._told = True
        else:
            self.interrupts += 1
