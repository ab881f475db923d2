"""What a run's jobs have had: nodes, CPUs and GPUs, each job from its start to its end, as the journals tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from worker.spec.budget import Hours
from worker.store.journal_records import Allocated

_HOUR = 3600.0


def had(stretch: Allocated) -> Hours:
    """What the job had at a time, as hours of one hour."""
    return Hours(stretch.nodes, stretch.cpus, stretch.gpus)


class Allocations:
    """All jobs of a run; the last record of a job says how it stands. Times are seconds since 1970."""

    def __init__(self) -> None:
        self._jobs: dict[str, list[Allocated]] = {}
        self._open: dict[str, Allocated] = {}
        self._closed = Hours()
        self.of_jobs = False  # whether a scheduler has given them, and not only this or that machine had them

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Allocations) and list(self) == list(other)

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def __iter__(self) -> Iterator[Allocated]:
        """Every stretch of time of every job; a job that was started anew has several."""
        for stretches in self._jobs.values():
            yield from stretches

    @property
    def open(self) -> Mapping[str, Allocated]:
        """The jobs that have not ended, by agent, or by number for a driver's own."""
        return self._open

    def last(self, name: str) -> Allocated | None:
        """What was said last of the job of this agent or of this number, None for nothing."""
        stretches = self._jobs.get(name)
        return stretches[-1] if stretches else None

    def take(self, record: Allocated) -> None:
        """Take in a record."""
        name = record.agent or record.job
        self.of_jobs |= bool(record.job)
        stretches = self._jobs.setdefault(name, [])
        if stretches and ((end := stretches[-1].end) is None or record.start < end):
            self._closed = self._closed.plus(_hours_of(stretches.pop()), -1)
        stretches.append(record)
        self._closed = self._closed.plus(_hours_of(record))
        if record.end is None:
            self._open[name] = record
        else:
            self._open.pop(name, None)

    def hours(self, until: float, machine: Hours | None = None) -> Hours:
        """What all of them have had; those that have not ended are taken to go on until that time.

        machine: what there is of everything where all of them share one machine, so that they cannot have had more.
        """
        total = self._closed
        for stretch in self._open.values():
            total = total.plus(had(stretch), max(0.0, until - stretch.start) / _HOUR)
        if machine is None:
            return total
        spans = ((stretch.start, stretch.end or max(until, stretch.start)) for stretch in self)
        most = Hours().plus(machine, covered(spans) / _HOUR)
        return Hours(*(min(pair) for pair in zip(total, most, strict=True)))


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """The length of the union of intervals."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _hours_of(stretch: Allocated) -> Hours:
    """What an ended one has had; nothing of one that has not ended."""
    if stretch.end is None:
        return Hours()
    return Hours().plus(had(stretch), max(0.0, stretch.end - stretch.start) / _HOUR)
