"""How a run is to be driven: everything that a driver is told before it begins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from worker.launch.scheduler import Scheduler
from worker.spec.run import Run
from worker.store.paths import RunPaths


class Phase(Enum):
    """What a driver does."""

    WORKING = "working"
    DRAINING = "draining"  # no new trials are started, running ones may finish
    CANCELLING = "cancelling"  # running trials are ended


@dataclass(frozen=True)
class Plan:
    """How a run is driven. cwd: the folder that it was started in. seed: of the search, unless a driver had one before.

    request: "stop" or "cancel", to do only that with what an earlier driver has left. retry: the numbers of trials
    that are given out again. job: the scheduler's job that the driver is in, "" for none. after: the epoch that this
    driver follows, where it is to follow no other. rides_with: the agent in whose job it is, "" for none.
    """

    run: Run
    paths: RunPaths
    scheduler: Scheduler
    cwd: Path
    seed: int
    request: str = ""
    retry: tuple[int, ...] = ()
    job: str = ""
    after: int | None = None
    rides_with: str = ""
