"""A run in figures: the best evaluation, how the others ended, how long it took and what it cost."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from operator import attrgetter, itemgetter

from worker.launch import registry
from worker.report.data.allocated import Allocated
from worker.report.data.results import Results
from worker.spec.run import Run
from worker.spec.shares import shares
from worker.store.allocations import covered
from worker.store.journal_records import Agent
from worker.trial import Status, Trial


@dataclass(frozen=True)
class Cost:
    """What was used. All in hours; node_hours counts a host once however many agents it had at a time.

    local: nothing was allotted to the workers, so that no more counts than their machines have; None where nobody has
    written down what that is.
    """

    worker_hours: float
    cpu_hours: float | None
    gpu_hours: float | None
    node_hours: float
    local: bool = False


@dataclass(frozen=True)
class Summary:
    """The figures of a run. Times are seconds; wall is from the first start to the last end of an evaluation."""

    best: Trial | None
    counts: Counter[Status]
    wall: float
    inside: float  # spent inside the objective, of all agents together
    hosts: tuple[str, ...]
    agents: int
    cost: Cost
    allocated: Allocated | None = None


def summarize(results: Results) -> Summary:
    """The figures of the run as it stands."""
    trials = results.trials
    spans = agent_spans(trials)
    starts = [trial.start for trial in trials if trial.start is not None]
    ends = [trial.end for trial in trials if trial.end is not None]
    return Summary(
        best=answer(results),
        counts=Counter(trial.status for trial in trials),
        wall=max(0.0, max(ends) - min(starts)) if starts and ends else 0.0,
        inside=sum(trial.seconds or 0.0 for trial in trials),
        hosts=tuple(dict.fromkeys(trial.host for trial in trials if trial.host)),
        agents=len(spans),
        cost=_cost(results, spans),
        allocated=Allocated.of(results.run, results.state, results.claim, trials, time.time()),
    )


def answer(results: Results) -> Trial | None:
    """The best point as an evaluation: the one that was confirmed as the best, else that with the best result."""
    confirmed = results.confirmation
    return confirmed.winner if confirmed else best(results.points, results.run)


def best(trials: Iterable[Trial], run: Run) -> Trial | None:
    """The evaluation with the best result that counts, the earliest of equal ones; None where there is none."""
    return min(_ranked(trials, run), key=_place, default=(0.0, 0, None))[2]


def best_first(trials: Iterable[Trial], run: Run) -> list[Trial]:
    """The evaluations whose results count, the best first, of equal ones the earliest."""
    ranked = sorted(_ranked(trials, run), key=itemgetter(1))
    # Equal ones stay in their order, and numbers are compared faster than pairs of them.
    ranked.sort(key=itemgetter(0))
    return [trial for _, _, trial in ranked]


def _ranked(trials: Iterable[Trial], run: Run) -> Iterator[tuple[float, int, Trial]]:
    rank = run.main.rank
    return (
        (rank(trial.loss), trial.number, trial)
        for trial in trials
        if trial.loss is not None and is_usable(trial)
    )


_place = itemgetter(0, 1)


def is_usable(trial: Trial) -> bool:
    """Whether the result of the evaluation can be the best one."""
    return trial.status is Status.OK and trial.loss is not None


def intervals(trials: Iterable[Trial]) -> list[tuple[float, float]]:
    """When these evaluations ran, (start, end) in seconds since the epoch; those without a known end are left out."""
    return [
        (trial.start, trial.end)
        for trial in trials
        if trial.start is not None and trial.end is not None and trial.end >= trial.start
    ]


def agent_spans(trials: Iterable[Trial]) -> dict[str, tuple[float, float]]:
    """Agent -> from the start of its first evaluation to the end of its last one."""
    by_agent: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        by_agent[trial.agent].append(trial)
    spans = {}
    for agent, group in by_agent.items():
        if agent and (ran := intervals(group)):
            spans[agent] = (min(start for start, _ in ran), max(end for _, end in ran))
    return spans


def _cost(results: Results, spans: dict[str, tuple[float, float]]) -> Cost:
    run, trials = results.run, results.trials
    hours = sum(end - start for start, end in spans.values()) / 3600
    by_host: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        by_host[trial.host].append(trial)
    nodes = sum(covered(intervals(group)) for group in by_host.values()) / 3600
    cpus, gpus = run.cpus * run.tasks, shares(run).all_gpus
    scheduler = registry.called(results.origin.where)
    if scheduler is not None and not scheduler.remote:
        bounded = partial(_hours_of_machines, results.state.agents, spans)
        cpu_hours, gpu_hours = bounded(attrgetter("cpus"), cpus), bounded(attrgetter("gpu_count"), gpus)
        return Cost(hours, cpu_hours, gpu_hours, nodes, local=True)
    return Cost(hours, hours * cpus, hours * gpus, nodes * run.nodes)


def _hours_of_machines(
    agents: Mapping[str, Agent],
    spans: Mapping[str, tuple[float, float]],
    count: Callable[[Agent], int | None],
    requested: int,
) -> float | None:
    """Hours of `requested` for each agent, but of no more than its machine has; None where that is unknown."""
    if not requested:
        return 0.0
    by_host: dict[str, list[str]] = defaultdict(list)
    for agent in spans:
        by_host[agents[agent].host if agent in agents else ""].append(agent)
    total = 0.0
    for group in by_host.values():
        present = [has for member in group if member in agents and (has := count(agents[member])) is not None]
        if not present:
            return None
        wanted = requested * sum(spans[agent][1] - spans[agent][0] for agent in group)
        total += min(wanted, max(present) * covered(spans[agent] for agent in group)) / 3600
    return total


def hours_text(hours: float | None) -> str:
    """Hours of use to a thousandth."""
    return "unknown" if hours is None else f"{hours:.3f}"
