"""What the jobs of a run have had, from the start of each to its end, beside what the program has used of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from worker.spec.budget import Hours, budget_of, hours_text
from worker.spec.run import Run
from worker.store.claim import Claim
from worker.store.replay import Replayed
from worker.trial import Trial


@dataclass(frozen=True)
class Allocated:
    """hours: of all jobs, also the driver's. inside: core-hours of those in which the objective program ran."""

    hours: Hours
    inside: float
    budget: str
    of_jobs: bool

    @classmethod
    def of(
        cls, run: Run, state: Replayed, claim: Claim, trials: Iterable[Trial], at: float
    ) -> Allocated | None:
        """That of a run at the time `at`; None where nobody has written it down, as in runs of earlier versions."""
        allocations = state.allocations
        if not allocations:
            return None
        until = state.ended.at if state.ended else at if claim.held else at - claim.silent
        cores = {stretch.agent: stretch.cpus for stretch in allocations}
        inside = sum((trial.seconds or 0.0) * cores.get(trial.agent, 0) for trial in trials) / 3600
        return cls(state.hours(until), inside, run.budget, allocations.of_jobs)

    @property
    def share(self) -> float | None:
        """The part of the core-hours in which the program ran; None where there are none."""
        return min(1.0, self.inside / self.hours.core) if self.hours.core else None

    @property
    def sentence(self) -> str:
        """All of it in a line; "" where no scheduler has allocated anything, and no budget counts it."""
        if not (self.of_jobs or self.budget):
            return ""
        parts = [f"{hours_text(self.hours.node)} node-hours", f"{hours_text(self.hours.core)} core-hours"]
        parts += [f"{hours_text(self.hours.gpu)} gpu-hours"] if self.hours.gpu else []
        share = "" if self.share is None else f", {self.share:.0%} of the core-hours inside the program"
        budget = budget_of(self.budget)
        used = (
            f"; {budget.of(self.hours) / budget.amount:.0%} of the budget of {self.budget}" if budget else ""
        )
        return f"{'allocated' if self.of_jobs else 'had'}: {', '.join(parts)}{share}{used}"

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "node_hours": self.hours.node,
            "core_hours": self.hours.core,
            "gpu_hours": self.hours.gpu,
            "core_hours_inside": self.inside,
            "share_inside": self.share,
        }
