"""A Slurm that is made up: each of its commands answers what the test has written down, and every call is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from worker.launch.slurm.client import Answer, Client

FAILED = "sbatch: error: Batch job submission failed: "
FULL = Answer(
    1, "", f"sbatch: error: QOSMaxSubmitJobPerUserLimit\n{FAILED}Job violates accounting/QOS policy"
)
SILENCE = Answer(1, "", "slurm_load_jobs error: Unable to contact slurm controller (connect failure)")


class ScriptedSlurm(Client):
    """`answers` holds, by command, what it answers from now on. sbatch and scancel do as they are told without it."""

    def __init__(self) -> None:
        super().__init__({})
        self.answers: dict[str, Answer] = {}
        self.calls: list[tuple[str, ...]] = []
        self.scripts: list[str] = []
        self.hidden: list[str] = []
        self._number = 6

    def call(
        self, *command: str, text: str = "", patience: float | None = None, hidden: Collection[str] = ()
    ) -> Answer:
        """The answer that is written down for the command."""
        self.calls.append(command)
        self.hidden = list(hidden)
        if text:
            self.scripts.append(text)
        if command[0] == "sbatch" and "sbatch" not in self.answers:
            self._number += 1
            return Answer(0, f"{self._number}\n", "")
        return self.answers.get(command[0], Answer(0, "", ""))

    def times(self, program: str) -> int:
        """How often a command was called."""
        return sum(command[0] == program for command in self.calls)

    def last(self, program: str) -> tuple[str, ...]:
        """The newest call of a command."""
        return next(command for command in reversed(self.calls) if command[0] == program)

    def queue_shows(self, *rows: str) -> None:
        """squeue answers with these rows: JOB|INDEX|STATE|NODE|NAME|REASON."""
        lines = []
        for row in rows:
            job, index, state, node, name, reason = row.split("|")
            lines.append(f"{job}|{index}|{job}|{state}|{node}|N/A|{name}|{reason}\n")
        self.queue_says("".join(lines))

    def queue_says(self, text: str) -> None:
        """squeue answers with this."""
        self.answers["squeue"] = Answer(0, text, "")


class AtOnce:
    """In place of the background thread: work is done when its answers are harvested, in order."""

    def __init__(self) -> None:
        self._tasks: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []

    def do(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Keep it for the next harvest."""
        self._tasks.append((work, done))

    def harvest(self) -> None:
        """Do what was kept, and what that asks for in turn."""
        while self._tasks:
            work, done = self._tasks.pop(0)
            done(work())

    def wait(self) -> None:
        """Do what is left."""
        self.harvest()

    def close(self) -> None:
        """Do what is left."""
        self.harvest()
