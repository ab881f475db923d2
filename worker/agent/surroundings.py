"""What the programs of an agent run in: this machine, modules that are loaded, Python and its packages; asked beside the first one.

The interpreter of the program is asked while that runs, at the lowest priority, for some seconds at most.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from worker import processes
from worker.agent.folder import node_name
from worker.agent.machine import machine
from worker.agent.program_parts import Parts, parts_of
from worker.store import provenance
from worker.store.inbox_messages import Assign
from worker.store.paths import RunPaths
from worker.trial import BEFORE

_PATIENCE = 20.0  # seconds until an interpreter that does not answer is left alone
_LAST = 1.0  # seconds that an agent which leaves waits for the answer
_LEAST_PRIORITY = 19
_OURS = "OMNIOPT_"
# Both are what the program itself would import; metadata that are damaged are left out.
_PYTHON = (
    "import json,platform,sys\n"
    "from importlib import metadata\n"
    "found={}\n"
    "for d in metadata.distributions():\n"
    "    try: found.setdefault(d.metadata['Name'].lower(),d.version)\n"
    "    except Exception: pass\n"
    "print(json.dumps({'python':platform.python_version(),'executable':sys.executable,"
    "'packages':dict(sorted(found.items()))}))"
)
_QUESTIONS: Mapping[str, tuple[str, ...]] = {"python": ("-c", _PYTHON)}
_VERSION = ("--version",)  # of every other interpreter
_ENVIRONMENT = {
    "LOADEDMODULES": "modules",
    "CONDA_DEFAULT_ENV": "conda",
    "VIRTUAL_ENV": "venv",
    "SINGULARITY_NAME": "container",
    "APPTAINER_NAME": "container",
}
_MOST = 500_000  # bytes of an answer


class Surroundings:
    """Those of one agent; what cannot be found out stays unknown, and nobody waits for it."""

    def __init__(self, paths: RunPaths) -> None:
        self._paths = paths
        self._begun = False
        self._process: subprocess.Popen[bytes] | None = None
        self._answer: IO[bytes] | None = None
        self._entry: provenance.Entry | None = None
        self._facts: dict[str, object] = {}
        self._deadline = 0.0

    @property
    def helpers(self) -> tuple[int, ...]:
        """The process ids that belong to the question and to no evaluation."""
        return (self._process.pid,) if self._process is not None else ()

    def ask(self, begun: Assign, assignment: Assign, environment: Mapping[str, str]) -> None:
        """Find out what the program of the first assignment runs in; later ones run in the same.

        begun: what has just begun, which may only be what makes the environment of an assignment, or come before all of them.
        """
        if self._begun or begun is not assignment or assignment.trial == BEFORE:
            return
        self._begun = True
        host = node_name()
        if entry := provenance.of_host(self._paths, host):
            entry.write(machine(host))
        self._entry = provenance.of_program(self._paths, assignment.epoch)
        if self._entry is None:
            return
        parts = parts_of(assignment.command, Path(assignment.cwd), environment.get("PATH", ""))
        self._facts = {"host": host, **_said_by(environment)}
        if parts.language:
            self._facts["language"] = parts.language
        if parts.interpreter:
            self._facts["interpreter"] = parts.interpreter
            self._begin(parts, assignment.cwd, environment)
        if self._process is None:
            self._entry.write(self._facts)

    def _begin(self, parts: Parts, cwd: str, environment: Mapping[str, str]) -> None:
        question = _QUESTIONS.get(parts.language, _VERSION)
        # It is no part of an evaluation, by whose variables what one leaves behind is known; it ends with this process.
        own = {name: value for name, value in environment.items() if not name.startswith(_OURS)}
        with suppress(OSError, ValueError):
            self._answer = tempfile.TemporaryFile()  # noqa: SIM115 - it is read when the answer is there
            self._process = subprocess.Popen(
                [parts.interpreter, *question],
                stdin=subprocess.DEVNULL,
                stdout=self._answer,
                stderr=subprocess.DEVNULL,
                cwd=cwd,
                env=own,
                start_new_session=True,
                preexec_fn=processes.end_with_parent,
            )
            self._deadline = time.monotonic() + _PATIENCE
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _LEAST_PRIORITY)

    def take(self) -> None:
        """Write down the answer, where it is there; never waits for it."""
        if self._process is None:
            return
        if self._process.poll() is None:
            if time.monotonic() < self._deadline:
                return
            self._end()
        self._process = None
        if self._answer is not None and self._entry is not None:
            with self._answer as file:
                file.seek(0)
                self._facts |= _answer(file.read(_MOST))
            self._entry.write(self._facts)

    def close(self) -> None:
        """Take the answer of a program that was short, or do without it."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LAST)
            self._deadline = 0.0
            self.take()

    def _end(self) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _said_by(environment: Mapping[str, str]) -> dict[str, object]:
    """What variables say that the usual tools set."""
    said = {key: environment[name] for name, key in _ENVIRONMENT.items() if environment.get(name)}
    return {key: value.split(":") if key == "modules" else value for key, value in said.items()}


def _answer(text: bytes) -> dict[str, object]:
    """What an interpreter has answered: the facts as JSON, or a line with its version."""
    decoded = text.decode(errors="replace").strip()
    try:
        facts = json.loads(decoded)
    except ValueError:
        return {"version": decoded.splitlines()[0]} if decoded else {}
    return facts if isinstance(facts, dict) else {}
