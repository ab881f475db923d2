"""How far a run's budget of hours reaches, said before the run."""

from __future__ import annotations

from collections.abc import Iterator

from worker.spec.budget import Hours, budget_of
from worker.spec.problem import Problem
from worker.spec.raw_values import duration_text
from worker.spec.run import Run
from worker.spec.shares import shares
from worker.spec.text import counted

_PATH = "run.budget"
_SHORT = 600  # seconds; in less, jobs do little but begin and end
_WORDS = {"node": "node", "core": "CPU", "gpu": "GPU"}


def problems(run: Run) -> Iterator[Problem]:
    """What the workers use in an hour, and so how long the budget lasts; a warning where that is too short."""
    budget = budget_of(run.budget)
    if budget is None:
        return
    share = shares(run)
    each = int(budget.of(Hours(share.nodes, run.cpus * run.tasks, share.all_gpus)))
    if each == 0:
        yield Problem(
            _PATH,
            "The workers have no GPUs, so a budget of gpu-hours would never end the run.",
            "Turn the GPUs on, or write a budget of node-hours or core-hours.",
            "warning",
        )
        return
    hourly = each * run.workers
    seconds = round(3600 * budget.amount / hourly)
    uses = "uses" if run.workers == 1 else "use"
    use = (
        f"As {'a Slurm job' if run.workers == 1 else 'Slurm jobs'}, {counted(run.workers, 'worker')} with "
        f"{counted(each, _WORDS[budget.unit])}{' each' if run.workers > 1 else ''} {uses} {hourly:,} {budget.unit}-"
        f"{'hour' if hourly == 1 else 'hours'} an hour"
    )
    lasts = "lasts" if budget.amount == 1 else "last"
    workers = "it works" if run.workers == 1 else "all of them work"
    if seconds < max(_SHORT, run.time_limit):
        yield Problem(
            _PATH,
            f"{use}, so {run.budget} {lasts} for {_time(seconds)} only.",
            "Write a larger budget, or start fewer workers.",
            "warning",
        )
    elif seconds < run.runtime:
        yield Problem(
            _PATH,
            f"{use}, so {run.budget} {lasts} for {_time(seconds)} if {workers} all the time.",
            "The run ends then, before its runtime is over.",
            "note",
        )
    else:
        yield Problem(
            _PATH,
            f"{use}, at most {_number(hourly * run.runtime / 3600)} in the runtime of {_time(run.runtime)}.",
            "The budget ends the run only if it is continued after that.",
            "note",
        )


def _time(seconds: int) -> str:
    text = duration_text(seconds)
    return text if ":" in text else f"{text} h"


def _number(hours: float) -> str:
    return f"{hours:,.1f}".removesuffix(".0")
