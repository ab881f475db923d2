"""What the programs of an agent run in: this machine, modules that are loaded, Python and its packages; asked beside the first one.

The interpreter of the program is asked while that runs, at the lowest priority, for some seconds at most. Where the words of the command
do not tell which one that is, its processes do. What stays unknown is written down with the reason.
"""

from __future__ import annotations

import json
import os
import re
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
from worker.agent.running_program import running_below
from worker.store import provenance
from worker.store.inbox_messages import Assign
from worker.store.paths import RunPaths
from worker.store.versions import INSTALLED
from worker.trial import BEFORE

_PATIENCE = 20.0  # seconds until an interpreter that does not answer is left alone
_LAST = 0.2  # seconds that an agent which leaves waits for the answer
_LEAST_PRIORITY = 19
_LOOKS = 12  # at the processes of one evaluation, each time after twice as long: for some minutes
_FIRST_LOOK = 0.1  # seconds after its begin
_TRIES = 5  # evaluations that are looked at
_LARGEST_IMAGE = 2_000_000_000  # bytes of a container's image of which the checksum is computed
_OURS = "OMNIOPT_"
# Both are what the program itself would import. The names of the folders say it in a tenth of the time that their contents take;
# every Python since 2.7 understands this.
_PYTHON = f"""
import json,os,re,sys
found={{}}
for folder in sys.path:
    try: names=os.listdir(folder or '.')
    except OSError: continue
    for name in names:
        named=re.match({f"(?:{INSTALLED.pattern})$"!r},name)
        if named: found.setdefault(named.group(1).replace('_','-').lower(),named.group(2))
print(json.dumps({{'python':sys.version.split()[0],'executable':sys.executable,'packages':found}},sort_keys=True))
"""
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
_CHECKSUM = re.compile(r"\\?([0-9a-f]{64}) [ *]")
_NOT_SEEN = "no interpreter was seen while it ran"
_NOT_ENTERED = "it runs in a container, where nothing was asked"
_TOO_LATE = "it did not answer before the worker left"
_NOTHING_SAID = "it said nothing of itself"
_NO_ANSWER = f"it did not answer within {_PATIENCE:g} s"


class Surroundings:
    """Those of one agent; what cannot be found out stays unknown, and nobody waits for it."""

    def __init__(self, paths: RunPaths) -> None:
        self._paths = paths
        self._asked = False
        self._process: subprocess.Popen[bytes] | None = None
        self._answer: IO[bytes] | None = None
        self._entry: provenance.Entry | None = None
        self._facts: dict[str, object] = {}
        self._deadline = 0.0
        self._root = 0  # the process below which an interpreter is looked for
        self._looks, self._tries = 0, _TRIES
        self._look_at, self._wait = 0.0, _FIRST_LOOK

    @property
    def helpers(self) -> tuple[int, ...]:
        """The process ids that belong to the question and to no evaluation."""
        return (self._process.pid,) if self._process is not None else ()

    def ask(self, begun: Assign, assignment: Assign, environment: Mapping[str, str], pid: int) -> None:
        """Find out what the program of the first assignment runs in, whose process is `pid`; later ones run in the same.

        begun: what has just begun, which may only be what makes the environment of an assignment, or come before all of them.
        """
        if begun is not assignment or assignment.trial == BEFORE:
            return
        if self._asked:
            self._look_below(pid)
            return
        self._asked = True
        host = node_name()
        if entry := provenance.of_host(self._paths, host):
            entry.write(machine(host))
        self._entry = provenance.of_program(self._paths, assignment.epoch)
        if self._entry is None:
            self._tries = 0
            return
        parts = parts_of(assignment.command, Path(assignment.cwd), environment.get("PATH", ""))
        self._facts = {"host": host, **_said_by(environment)}
        if parts.language:
            self._facts["language"] = parts.language
        if parts.image:
            self._contained(parts.image, environment)
        elif parts.interpreter:
            self._question(parts, assignment.cwd, environment)
        elif not parts.plain:
            self._facts["unknown"] = _NOT_SEEN
            self._look_below(pid)
        if self._process is None:
            self._entry.write(self._facts)

    def _look_below(self, pid: int) -> None:
        """Look for an interpreter among these processes from now on, where none was found yet."""
        if self._facts.get("unknown") == _NOT_SEEN and self._tries:
            self._root, self._looks, self._tries = pid, _LOOKS, self._tries - 1
            self._look_at, self._wait = time.monotonic() + _FIRST_LOOK, _FIRST_LOOK

    def _look(self) -> None:
        self._looks -= 1
        self._look_at, self._wait = time.monotonic() + 2 * self._wait, 2 * self._wait
        running = running_below(self._root)
        if running is None:
            return
        self._looks = 0
        self._facts |= {"language": running.language, **_said_by(running.environment)}
        del self._facts["unknown"]
        if running.path:
            parts = Parts(interpreter=running.path, language=running.language)
            self._question(parts, running.cwd, running.environment)
        else:
            self._contained(running.image, running.environment)
        if self._process is None and self._entry is not None:
            self._entry.write(self._facts)

    def _question(self, parts: Parts, cwd: str, environment: Mapping[str, str]) -> None:
        """Ask an interpreter."""
        self._facts["interpreter"] = parts.interpreter
        self._begin([parts.interpreter, *_QUESTIONS.get(parts.language, _VERSION)], cwd, environment)

    def _contained(self, image: str, environment: Mapping[str, str]) -> None:
        """What there is to say of a container: its image, and the checksum where that takes no more than seconds."""
        self._facts["unknown"] = _NOT_ENTERED
        if image:
            self._facts["container"] = image
        with suppress(OSError, ValueError):
            if 0 < Path(image).stat().st_size <= _LARGEST_IMAGE and Path(image).is_file():
                self._begin(["sha256sum", image], "/", environment)

    def _begin(self, command: list[str], cwd: str, environment: Mapping[str, str]) -> None:
        # It is no part of an evaluation, by whose variables what one leaves behind is known; it ends with this process.
        own = {name: value for name, value in environment.items() if not name.startswith(_OURS)}
        with suppress(OSError, ValueError):
            self._answer = tempfile.TemporaryFile()  # noqa: SIM115 - it is read when the answer is there
            self._process = subprocess.Popen(
                command,
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
            if self._looks and time.monotonic() >= self._look_at:
                self._look()
            return
        late = ""
        if self._process.poll() is None:
            if time.monotonic() < self._deadline:
                return
            late = _NO_ANSWER if self._deadline else _TOO_LATE
            self._end()
        self._process = None
        if self._answer is not None and self._entry is not None:
            with self._answer as file:
                file.seek(0)
                found = {} if late else _answer(file.read(_MOST))
            self._facts |= found or {"unknown": self._facts.get("unknown", late or _NOTHING_SAID)}
            self._entry.write(self._facts)

    def close(self) -> None:
        """Take the answer of a program that was short, or do without it."""
        self._looks = 0
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
    """What an interpreter has answered: the facts as JSON, or a line with its version; or what sha256sum has of an image."""
    decoded = text.decode(errors="replace").strip()
    if checksum := _CHECKSUM.match(decoded):
        return {"container_sha256": checksum[1]}
    try:
        facts = json.loads(decoded)
    except ValueError:
        return {"version": decoded.splitlines()[0]} if decoded else {}
    return facts if isinstance(facts, dict) else {}
