"""scancel: end jobs by their number, or by the name that only this run's jobs have."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence

from worker.launch.slurm.background import Background
from worker.launch.slurm.client import Answer, Client

_AT_ONCE = 200  # words on one command line


def cancel(client: Client, jobs: Sequence[str]) -> bool:
    """End the jobs or array elements (`123`, `123_4`); returns whether Slurm took all of it. Ended ones do not matter."""
    done = True
    for start in range(0, len(jobs), _AT_ONCE):
        answer = client.call("scancel", "--quiet", *jobs[start : start + _AT_ONCE])
        done = _taken(answer) and done
    return done


def cancel_named(client: Client, name: str) -> bool:
    """End whatever job has this name, also one whose number never became known."""
    return _taken(client.call("scancel", "--quiet", f"--user={os.getuid()}", f"--name={name}"))


class Cancels:
    """What is to be ended, asked for until Slurm has taken it: numbers of jobs, and names of submissions."""

    RETRY = 5.0  # seconds between two tries

    def __init__(self, client: Client, background: Background) -> None:
        self._client = client
        self._background = background
        self._numbers: set[str] = set()
        self._names: set[str] = set()
        self._asked = -math.inf
        self._asking = False

    def add(self, numbers: Iterable[str], names: Iterable[str] = ()) -> None:
        """End these jobs at the next call of `send_due`."""
        self._numbers.update(numbers)
        self._names.update(names)
        self._asked = -math.inf

    @property
    def done(self) -> bool:
        """Whether Slurm has taken everything."""
        return not (self._numbers or self._names or self._asking)

    def send_due(self, now: float) -> None:
        """Ask Slurm, where something is left and it is time to."""
        if (self._numbers or self._names) and not self._asking and now - self._asked >= self.RETRY:
            self._asking, self._asked = True, now
            numbers, names = sorted(self._numbers), sorted(self._names)
            self._background.do(lambda: self._ask(numbers, names), self._answered)

    def _ask(self, numbers: Sequence[str], names: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        taken = numbers if cancel(self._client, numbers) else []
        return taken, [name for name in names if cancel_named(self._client, name)]

    def _answered(self, taken: tuple[Sequence[str], Sequence[str]]) -> None:
        self._asking = False
        self._numbers.difference_update(taken[0])
        self._names.difference_update(taken[1])


def _taken(answer: Answer) -> bool:
    return answer.ok or "nvalid job id" in answer.err or "already completing or completed" in answer.err
