"""The time of day as a driver takes it: nobody sets it while the driver drives."""

from __future__ import annotations

import time


class SteadyClock:
    """It shows what the machine's clock showed when it began, and goes on from there by the monotonic clock."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()

    def at(self, now: float | None = None) -> float:
        """Seconds since 1970. now: of the monotonic clock, where that has been read already."""
        return self._offset + (time.monotonic() if now is None else now)
