"""The time of day as a driver takes it: nobody sets it while the driver drives."""

from __future__ import annotations

import time


class SteadyClock:
    """It shows what the machine's clock showed when it began, and goes on from there by the monotonic clock."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def at(self) -> float:
        """Seconds since 1970."""
        return self.both()[1]

    def both(self) -> tuple[float, float]:
        """The same moment of the monotonic clock, and in seconds since 1970."""
        now = time.monotonic()
        return now, self._offset + now
