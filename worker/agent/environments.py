"""The environments that programs of an agent begin in: made once by a shell, then kept."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from typing import IO

from worker.agent.evaluation import Evaluation
from worker.agent.folder import node_name
from worker.spec import preparation
from worker.spec.environment import filled_in
from worker.spec.text import together
from worker.store.inbox_messages import Assign

# What a shell makes anew for each program, and what we do.
_OURS = "OMNIOPT_"
_NOT_KEPT = frozenset({"_", "OLDPWD", "PWD", "SHLVL"})
# Old versions of Environment Modules say so and nothing else where a module is unknown.
_MODULE_ERROR = re.compile(r"^(?:\S+:)?ERROR:", re.MULTILINE)
_TELLS = re.compile(r"error|not ?found|no such|unknown|cannot|denied", re.IGNORECASE)
_STREAM = 3  # the one to which those lines say what has failed
_Needs = tuple[tuple[str, str], ...]
_LONGEST = 300  # characters of what is quoted


class Environments:
    """Those of one agent: its own, and what the preparations of assignments have made of it."""

    def __init__(self, own: Mapping[str, str]) -> None:
        self._own = own
        self._made: dict[_Needs, dict[str, str]] = {(): dict(own)}
        self._file: IO[bytes] | None = None
        self._wanted: Assign | None = None
        self.trouble = ""

    def begin(
        self, assignment: Assign, marks: Mapping[str, str]
    ) -> tuple[Assign, dict[str, str], tuple[int, ...]]:
        """What is to be run for an assignment, in which environment, and which file descriptors it inherits.

        That is its own program, or else what makes the environment for it; then `take` gives the assignment back. marks: variables of
        this evaluation alone. Raises NotSetError where a variable needs another one that is not set, OSError where there is no
        room for a file.
        """
        known = self._made.get(_needs(assignment))
        if known is not None:
            environment = {**known, **marks}
            pairs = list(assignment.variables.items())
            return assignment, {**environment, **filled_in(pairs, environment)}, ()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it is read when the command has ended
        fd = self._file.fileno()
        self._wanted = assignment
        moved = f"exec 3>&{fd} {fd}>&-" if fd != _STREAM else ""
        command = f"{moved}\n{preparation.script(assignment.prepare)}\nenv -0 >&3"
        return replace(assignment, command=command), {**self._own, **marks}, (fd,)

    def take(self, evaluation: Evaluation, exit_code: int | None) -> Assign | None:
        """Take in what has ended; the assignment whose environment it was to make, None where it was a program.

        `trouble` is then a sentence on what did not work, or "".
        """
        wanted, self._wanted, self.trouble = self._wanted, None, ""
        if wanted is None or self._file is None:
            return None
        with self._file as file:
            file.seek(0)
            written = os.fsdecode(file.read())
        self._file = None
        printed = evaluation.tail.decode(errors="replace")
        if exit_code == 0 and not ("modules" in wanted.prepare and _MODULE_ERROR.search(printed)):
            pairs = (entry.partition("=") for entry in written.split("\0") if entry)
            made = {name: value for name, _, value in pairs if name not in _NOT_KEPT}
            # What is set for one evaluation alone is not another's; what the agent had of our own, it keeps.
            kept = {name: value for name, value in made.items() if not name.startswith(_OURS)}
            own = {name: value for name, value in self._own.items() if name.startswith(_OURS)}
            self._made[_needs(wanted)] = {**own, **kept}
        else:
            self.trouble = _sentence("module load failed." if exit_code == 0 else written, printed)
        return wanted


def _needs(assignment: Assign) -> _Needs:
    return tuple(assignment.prepare.items())


def _sentence(said: str, printed: str) -> str:
    """That an environment could not be made, with what was printed about it."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    telling = next((line for line in lines if _TELLS.search(line)), lines[-1] if lines else "")[:_LONGEST]
    return together(
        f"The environment of the program could not be made on {node_name()}.",
        said,
        f'It printed "{telling}".' if telling else "",
    )
