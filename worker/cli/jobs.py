"""The workers and jobs of a run, for `status`: what runs where and since when, and why the others wait."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from worker.launch import registry
from worker.launch.launcher import AgentState
from worker.progress import roster
from worker.progress.snapshot import clock
from worker.spec.text import counted
from worker.store.claim import Claim, Standing
from worker.store.journal_records import Agent, Driver
from worker.store.paths import RunPaths
from worker.store.replay import Replayed
from worker.trial import Trial

_FULL = 1 << 16  # bytes; with less, hardly anything can be written


@dataclass(frozen=True)
class Jobs:
    """The workers as the newest driver has seen them last, and the driver's own job.

    waiting: where no driver is at work, why its job waits in the queue, one sentence for each job. watched: whether
    a driver keeps the picture up to date. warning: what will keep the run from going on.
    """

    at: float | None
    trouble: str
    roster: Mapping[str, Mapping[str, Any]]
    announcements: Mapping[str, Agent]
    driver: Driver | None = None
    waiting: tuple[str, ...] = ()
    watched: bool = True
    warning: str = ""

    @classmethod
    def of(cls, paths: RunPaths, state: Replayed, current_claim: Claim, away: bool = False) -> Jobs:
        """What is known of a run's workers; asks a scheduler only where the driver is to be in a job, and in none.

        away: whether the run is on another cluster, of which the scheduler here knows nothing.
        """
        if current_claim.standing is Standing.OVER:
            return cls(None, "", {}, state.agents)
        seen_roster = roster.read(paths)
        # On a full disk the driver cannot write down what troubles it.
        trouble = _disk_trouble(paths) or seen_roster["trouble"]
        driver = state.drivers[-1] if state.drivers else None
        waiting = () if current_claim.held or away else _waiting_drivers(paths)
        return cls(
            seen_roster["at"],
            trouble,
            seen_roster["agents"],
            state.agents,
            driver,
            waiting,
            current_claim.held,
            seen_roster["warning"] if current_claim.held and not trouble else "",
        )

    def lines(self) -> Iterator[str]:
        """The workers, for people."""
        yield from self.waiting
        yield from filter(None, (self.trouble, self.warning))
        if not self.roster:
            return
        counts = Counter(worker["state"] for worker in self.roster.values())
        state_words = {"running": "running", "pending": "in the queue", "unknown": "in an unknown state"}
        text = ", ".join(f"{counts[state]} {state_words[state]}" for state in state_words if counts[state])
        age = clock(time.time() - (self.at or 0))
        yield (
            f"workers: {text}"
            if self.watched
            else f"workers: {text} (as the driver last saw them, {age} ago)"
        )
        reasons = Counter(worker["reason"] for worker in self.roster.values() if worker["reason"])
        yield from (f"{counted(count, 'worker')}: {reason}" for reason, count in reasons.most_common())

    def agents(self, in_hand: Iterable[Trial]) -> list[dict[str, Any]]:
        """All workers that are not gone, with what they have in hand."""
        by_identity = {identity: self._agent(identity, worker) for identity, worker in self.roster.items()}
        for trial in in_hand:
            agent = by_identity.setdefault(trial.agent, self._agent(trial.agent, {"host": trial.host}))
            agent["trials"].append(
                {"trial": trial.number, "status": trial.status.value, "start": trial.start}
            )
        return list(by_identity.values())

    def as_json(self) -> list[dict[str, Any]]:
        """The jobs of the scheduler: the driver's and the workers'."""
        jobs = [_driver_job(self.driver)] if self.driver is not None and self.driver.job else []
        for identity, worker in self.roster.items():
            if worker["job"]:
                jobs.append(
                    {"job": worker["job"], "role": "worker", "agent": identity, **_without_job(worker)}
                )
        return jobs

    def _agent(self, identity: str, worker: Mapping[str, Any]) -> dict[str, Any]:
        announced = self.announcements.get(identity)
        return {
            "agent": identity,
            "state": worker.get("state", AgentState.RUNNING.value),
            "host": (announced and announced.host) or worker.get("host", ""),
            "pid": announced and announced.pid,
            "job": (announced and announced.job) or worker.get("job", ""),
            "since": worker.get("since"),
            "reason": worker.get("reason", ""),
            "trials": [],
        }


def _without_job(worker: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in worker.items() if key != "job"}


def _driver_job(driver: Driver) -> dict[str, Any]:
    return {
        "job": driver.job,
        "role": "driver",
        "state": "running",
        "host": driver.host,
        "since": driver.at,
        "reason": "",
    }


def _disk_trouble(paths: RunPaths) -> str:
    """A sentence where the file system of the run is full, "" where it is not, or hides that behind a quota."""
    with suppress(OSError):
        if shutil.disk_usage(paths.root).free < _FULL:
            return f"The disk of {paths.root} is full, so the run is waiting; free some space there, and it goes on by itself."
    return ""


def _waiting_drivers(paths: RunPaths) -> tuple[str, ...]:
    scheduler = registry.with_driver_job(paths)
    jobs = scheduler and scheduler.driver_jobs
    return jobs.status(paths).sentences if jobs else ()
