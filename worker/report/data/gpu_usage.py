"""GPU use over time, from the samples that agents take beside their evaluations."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from worker.agent.gpu_sampler import COLUMNS
from worker.store.paths import RunPaths

MOST_POINTS = 300  # of one GPU; more are averaged


@dataclass(frozen=True)
class Usage:
    """One GPU of one agent. times: seconds since the epoch; busy: percent; memory: share of all its memory in percent."""

    agent: str
    gpu: str
    times: list[float]
    busy: list[float]
    memory: list[float]

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"worker {self.agent}, GPU {self.gpu}"


def read(paths: RunPaths) -> list[Usage]:
    """The use of every GPU of every agent; [] where nothing was sampled."""
    usages: list[Usage] = []
    with suppress(OSError):
        for folder in sorted(paths.agents.iterdir()):
            usages += read_file(folder.name, paths.agent(folder.name).gpu_usage)
    return usages


def read_file(agent: str, path: Path) -> list[Usage]:
    """The use of an agent's GPUs. Lines that cannot be read (the last one may be half written) are left out."""
    by_gpu: dict[str, Usage] = {}
    with suppress(OSError), path.open(encoding="utf-8", errors="replace", newline="") as file:
        for name, moment, busy, memory in _samples(file):
            usage = by_gpu.setdefault(name, Usage(agent, name, [], [], []))
            usage.times.append(moment)
            usage.busy.append(busy)
            usage.memory.append(memory)
    return [_thinned(usage) for usage in by_gpu.values()]


def _samples(file: Iterator[str]) -> Iterator[tuple[str, float, float, float]]:
    time, gpu, _, busy, used, total, _ = range(len(COLUMNS))
    for row in csv.reader(file, skipinitialspace=True):
        with suppress(ValueError, IndexError, ZeroDivisionError):
            moment = datetime.strptime(row[time], "%Y/%m/%d %H:%M:%S.%f").timestamp()
            yield row[gpu], moment, float(row[busy]), 100 * float(row[used]) / float(row[total])


def _thinned(usage: Usage) -> Usage:
    width = -(-len(usage.times) // MOST_POINTS)
    if width <= 1:
        return usage
    means = [
        [sum(values[at : at + width]) / len(values[at : at + width]) for at in range(0, len(values), width)]
        for values in (usage.times, usage.busy, usage.memory)
    ]
    return Usage(usage.agent, usage.gpu, *means)
