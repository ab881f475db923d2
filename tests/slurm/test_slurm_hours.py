"""What Slurm has really given to a run: counted as Slurm counts it, and never more than the budget."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from slurm_site import Site

from worker.store import replay
from worker.store.allocations import Allocations
from worker.store.paths import RunPaths

pytestmark = pytest.mark.slurm


def slurm_s(site: Site) -> Iterator[tuple[str, float, float, int]]:
    """Each job that Slurm still knows: its number, as workers are called, when it began and ended, and its CPUs."""
    text = site.cluster.run("scontrol", "show", "jobs", "--oneliner").stdout
    for line in text.splitlines():
        facts = dict(re.findall(r"(\w+)=(\S+)", line))
        number = facts["JobId"]
        if "ArrayTaskId" in facts:
            number = f"{facts['ArrayJobId']}_{facts['ArrayTaskId']}"
        start, end = (datetime.fromisoformat(facts[key]).timestamp() for key in ("StartTime", "EndTime"))
        yield number, start, end, int(facts["NumCPUs"])


def compared(site: Site, paths: RunPaths) -> tuple[float, float, int]:
    """The core-seconds of the run's jobs by its own count and by Slurm's, and how many jobs it has had."""
    allocations: Allocations = replay.load(paths).allocations
    numbers = {stretch.job for stretch in allocations}
    slurm = sum((end - start) * cpus for number, start, end, cpus in slurm_s(site) if number in numbers)
    return allocations.hours(0.0).core * 3600, slurm, len(numbers)


@pytest.mark.parametrize("driver", ["worker", "job"])
def test_what_was_allocated_is_counted_as_slurm_counts_it(site: Site, driver: str) -> None:
    name = f"pear_{driver}"
    paths = site.start(
        name, "--driver", driver, objective="sleep 1; echo RESULT: ($x)", slurm='setup = ["sleep 2"]'
    )
    site.until_over(paths)
    own, slurm, jobs = compared(site, paths)
    assert jobs == (4 if driver == "job" else 3)
    # Slurm knows whole seconds, and a job ends a moment after its worker's last word.
    assert abs(own - slurm) <= 2 * jobs, f"{own:.1f} s, {slurm:.1f} s"
    status = site.status(name)["allocated"]
    assert status["core_hours"] == pytest.approx(own / 3600)
    assert 0 < status["share_inside"] < 1
    summary = site.omniopt("summary", name).stdout
    assert re.search(r"^Allocated: [\d.]+ node-hours, [\d.]+ core-hours, \d+% of the", summary, re.MULTILINE)


def test_a_budget_ends_the_run_before_slurm_has_given_more(site: Site) -> None:
    paths = site.start(
        "quince", objective="sleep 1; echo RESULT: ($x)", evaluations=500, run='budget = "0.03 core-hours"'
    )
    site.until_over(paths)
    own, slurm, _ = compared(site, paths)
    state = replay.load(paths)
    assert state.ended is not None and state.ended.over == "hours"
    assert slurm <= 108, f"{own:.1f} s, {slurm:.1f} s"
    assert own > 60, "much of the budget was left"
