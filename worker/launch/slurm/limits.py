"""Whether the limits of accounts and qualities of service (QOS) leave room for a worker, and for the driver's job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from worker.launch.slurm.accounting import Limits
from worker.launch.slurm.cluster import Cluster, of_worker
from worker.spec.directives import of_driver
from worker.spec.problem import Problem
from worker.spec.run import Run
from worker.spec.text import counted

_RESOURCES = {  # Slurm's name of it -> the field of the form, and the word for one of it
    "cpu": ("slurm.cpus", "CPU"),
    "mem": ("slurm.memory", "MB"),
    "node": ("slurm.nodes", "node"),
    "gres/gpu": ("slurm.gpus", "GPU"),
}
_HERE = "Start with --driver here, which needs no such job."


def problems(run: Run, cluster: Cluster, driver_too: bool) -> list[Problem]:
    """What the limits do not allow; where the run may go to several partitions, what none of them allows."""
    own = of_driver(run)
    beside = driver_too and (own.partition, own.account, own.qos) == (run.partition, run.account, run.qos)
    found = cluster.in_all_partitions(run, lambda name: _of_limits(run, cluster.limits(run, name), beside))
    if driver_too and not beside:
        found += cluster.in_all_partitions(own, lambda name: _of_driver(own, cluster.limits(own, name), {}))
    return found


def _of_limits(run: Run, limits: Sequence[Limits], driver_too: bool) -> Iterator[Problem]:
    worker = of_worker(run)
    for resource, wanted in worker.items():
        for rule in _broken(limits, resource, wanted):
            yield Problem(
                _RESOURCES[resource][0],
                f"{rule}, but every worker asks for {_amount(resource, wanted)}.",
                "Change this field, or use another partition, account or QOS.",
            )
    if driver_too:
        yield from _of_driver(of_driver(run), limits, worker)
    yield from _contingents(run, limits, worker)
    yield from _count_problems(run, limits, driver_too)
    yield from _fewer_at_a_time(run, limits)


def _of_driver(own: Run, limits: Sequence[Limits], worker: Mapping[str, int]) -> Iterator[Problem]:
    """What the driver's job may not have, alone or beside a worker. own: see `of_driver`."""
    memory = {"mem": own.memory} if own.memory else {}
    for resource, wanted in {"cpu": 1, "node": 1, "gres/gpu": 0, **memory}.items():
        for rule in _broken(limits, resource, wanted):
            yield Problem("", f"{rule}, but the driver's job asks for {_amount(resource, wanted)}.", _HERE)
        one = worker.get(resource, 0)
        owner, most = _together(limits, resource)
        if most is not None and max(one, wanted) <= most < one + wanted:
            yield Problem(
                "",
                f"The {owner} allows all jobs together at most {_amount(resource, most)}, but the driver's job and a worker "
                f"ask for {_amount(resource, one + wanted)}.",
                _HERE,
            )


def _broken(limits: Sequence[Limits], resource: str, wanted: int) -> Iterator[str]:
    """Which limits a job breaks that asks for so much of a resource, as the beginning of a sentence."""
    for owner, most in (
        _first(limits, lambda each: each.most.get(resource)),
        _together(limits, resource),
    ):
        if most is not None and wanted > most:
            yield f"The {owner} allows at most {_amount(resource, most)}"
    owner, least = _first(limits, lambda each: each.least.get(resource))
    if least is not None and wanted < least:
        yield f"The {owner} takes only jobs with at least {_amount(resource, least)}"


def _contingents(run: Run, limits: Sequence[Limits], worker: Mapping[str, int]) -> Iterator[Problem]:
    """Contingents of which nothing is left, or less than the run may need."""
    for each in limits:
        for resource, left in each.minutes.items():
            wanted = worker.get(resource, 0) * run.workers * run.runtime // 60
            unit = f"{_RESOURCES[resource][1]} minutes" if resource in _RESOURCES else ""
            if wanted and not left:
                yield Problem(
                    each.path,
                    f"The {each.owner} has used up its contingent of {unit}, so no worker can start.",
                    "Use another account or QOS; jobs of this one wait until it is given more.",
                )
            elif left < wanted:
                yield Problem(
                    "run.runtime",
                    f"The {each.owner} has only {left} {unit} left, but the run may take {wanted}.",
                    "When they are used up, the run waits until there are more.",
                    "warning",
                )


def _amount(resource: str, amount: int) -> str:
    word = _RESOURCES[resource][1]
    return f"{amount} {word}" if word == "MB" else counted(amount, word)


def _count_problems(run: Run, limits: Sequence[Limits], driver_too: bool) -> Iterator[Problem]:
    """Too few jobs for one worker and, where it is to be a job, the driver; fewer workers than the run wants."""
    needed = 2 if driver_too else 1
    for owner, most, doing in (
        (*_first(limits, lambda each: each.submitted), "in the queue"),
        (*_first(limits, lambda each: each.running), "running"),
    ):
        if most is None or most >= run.workers + needed - 1:
            continue
        message = f"The {owner} lets you have at most {counted(most, 'job')} {doing} at a time"
        if most >= needed:
            hint = f"The run goes on with {counted(most - needed + 1, 'worker')} at a time."
            yield Problem(
                "run.workers", f"{message}, but the run wants {run.workers} workers.", hint, "warning"
            )
        elif most:
            yield Problem("", f"{message}, but the run needs one for its driver and one for a worker.", _HERE)
        else:
            hint = "Use another partition, account or QOS."
            yield Problem("slurm.account", f"{message}, so no worker can start.", hint)


def _fewer_at_a_time(run: Run, limits: Sequence[Limits]) -> Iterator[Problem]:
    """What all jobs together may have, where that is less than all workers want."""
    for resource, wanted in of_worker(run).items():
        owner, most = _together(limits, resource)
        if most is not None and wanted <= most < wanted * run.workers:
            yield Problem(
                "run.workers",
                f"The {owner} allows all jobs together at most {_amount(resource, most)}, but {run.workers} workers want "
                f"{_amount(resource, wanted * run.workers)}.",
                f"The run goes on with {counted(most // wanted, 'worker')} at a time.",
                "warning",
            )


def _together(limits: Sequence[Limits], resource: str) -> tuple[str, int | None]:
    return _first(limits, lambda each: each.together.get(resource))


def _first(limits: Sequence[Limits], limit: Callable[[Limits], int | None]) -> tuple[str, int | None]:
    """The first that is set of one kind of limit, and whose it is."""
    found = ((each.owner, value) for each in limits if (value := limit(each)) is not None)
    return next(found, ("", None))
