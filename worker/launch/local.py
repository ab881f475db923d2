"""Agents as child processes on this machine."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from worker import processes
from worker.launch.launcher import AgentReport, AgentState, ending
from worker.spec.problem import Problem
from worker.spec.text import together
from worker.store.outbox_messages import OUTBOX, Heard, Hello
from worker.store.paths import RunPaths
from worker.store.tail import read_records

PATIENCE = 60  # seconds that agents wait for a new driver when theirs has gone
_LOOK_EVERY = 0.05  # seconds between two looks at the processes
_NEVER_BEGAN = 3  # agents in a row that end without a word


@dataclass
class _Child:
    """An agent's process; `process` is None where an earlier driver has started it."""

    pid: int
    born: str
    process: subprocess.Popen[bytes] | None = None
    spoke: bool = False
    stopped: bool = False  # by this launcher


class LocalLauncher:
    """Starts, watches and ends the agents of one run on this machine."""

    def __init__(self, paths: RunPaths, epoch: int, cwd: Path) -> None:
        """Finds the agents that earlier drivers have started here. cwd: the folder that agents start in."""
        self._paths = paths
        self._epoch = epoch
        self._cwd = cwd
        self._count = 0
        self._never_began = 0
        self._hopeless: Problem | None = None
        self._children: dict[str, _Child] = dict(_adopted(paths))
        self._reports = {identity: AgentReport(identity, AgentState.RUNNING) for identity in self._children}
        self._looked = -math.inf

    @property
    def trouble(self) -> str:
        """Why agents do not start, or nothing."""
        return str(self._hopeless) if self._hopeless else ""

    @property
    def takes_no_more(self) -> bool:
        """False: this machine has no limit."""
        return False

    @property
    def hopeless(self) -> Problem | None:
        """Why no agent can ever start, once that is known."""
        return self._hopeless

    def start(self, count: int) -> Sequence[str]:
        """Start agents; each is called by the driver's epoch and a running number."""
        started: list[str] = []
        while len(started) < count and self._hopeless is None:
            self._count += 1
            identity = f"e{self._epoch}-{self._count}"
            try:
                child = self._launch(identity)
            except OSError as error:
                self._hopeless = self._refusal(error)
                break
            self._children[identity] = child
            self._reports[identity] = AgentReport(identity, AgentState.RUNNING)
            started.append(identity)
        return started

    def poll(self) -> Mapping[str, AgentReport]:
        """How all agents stand; when one has gone, what it has left behind is ended first."""
        now = time.monotonic()
        if now - self._looked >= _LOOK_EVERY:
            self._looked = now
            for ended in [agent for agent, child in self._children.items() if not _alive(child)]:
                self._take_end(ended)
        return self._reports

    def stop(self, identities: Sequence[str]) -> None:
        """Kill agents and everything that they started."""
        for identity in identities:
            child = self._children.get(identity)
            if child is not None and _alive(child):
                child.stopped = True
                # What they started goes first, while it can still be found below them.
                for _ in range(20):
                    if not processes.send(processes.descendants(child.pid), signal.SIGKILL):
                        break
                processes.send([child.pid], signal.SIGKILL)
            processes.sweep(self._paths.root, identity)
            if child is not None and child.process is not None:
                child.process.wait()
        self._looked = -math.inf

    def note(self, identity: str, message: Heard) -> None:
        """An agent that says hello works; see `hopeless`."""
        if isinstance(message, Hello) and identity in self._children:
            self._children[identity].spoke = True
            self._never_began = 0

    def close(self) -> None:
        """Agents go on; whoever starts them next finds them."""

    def _launch(self, identity: str) -> _Child:
        log = self._paths.agent(identity).log
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-I", "-m", "worker", "agent", str(self._paths.root), "--id", identity]
        command += ["--epoch", str(self._epoch), "--patience", str(PATIENCE)]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=self._cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C and a closed terminal are the driver's to answer
            )
        return _Child(process.pid, processes.birth(process.pid) or "", process)

    def _refusal(self, error: OSError) -> Problem:
        if not self._cwd.is_dir():
            return Problem(
                "",
                f"The folder {self._cwd}, in which the run was started and its programs start, no longer exists.",
                "Create it again.",
            )
        if isinstance(error, PermissionError):
            return Problem(
                "",
                f"A worker could not be started because {error.filename} cannot be read or executed.",
                "Change its permissions, or those of the folders above it.",
            )
        return Problem(
            "run.workers",
            f"A worker could not be started ({error.strerror}).",
            "Free some memory, disk space or processes, or start fewer workers.",
        )

    def _take_end(self, identity: str) -> None:
        child = self._children.pop(identity)
        code = child.process.returncode if child.process is not None else None
        if code != 0:
            processes.sweep(self._paths.root, identity)
        if child.stopped:
            reason = "The driver ended it."
        else:
            reason = "Its process has ended." if code is None else ending(code)
        self._reports[identity] = AgentReport(identity, AgentState.GONE, reason=reason)
        if child.spoke or child.stopped or child.process is None:
            return
        self._never_began += 1
        if self._never_began >= _NEVER_BEGAN:
            log = self._paths.agent(identity).log
            self._hopeless = Problem(
                "",
                together(
                    f"{_NEVER_BEGAN} workers in a row ended before they could do anything.", _last_line(log)
                ),
                f"Read {log}.",
            )


def _alive(child: _Child) -> bool:
    if child.process is not None:
        return child.process.poll() is None
    return processes.alive(child.pid, child.born)


def _adopted(paths: RunPaths) -> Iterator[tuple[str, _Child]]:
    """The agents that earlier drivers of the run have started on this machine.

    One that has not said hello in the run's folder is ended: it is of another run whose folder stood here and was
    removed, and would take the assignments of the agent that bears its name now. Or it has not begun yet.
    """
    for identity, child in list(_running(paths.root)):
        if _said_hello(paths, identity, child):
            yield identity, child
        else:
            processes.send([child.pid], signal.SIGKILL)
            processes.sweep(paths.root, identity)


def _said_hello(paths: RunPaths, identity: str, child: _Child) -> bool:
    return any(
        isinstance(message, Hello) and message.pid_start == child.born
        for message in read_records(paths.agent(identity).outbox, OUTBOX.decode)
    )


def _running(root: Path) -> Iterator[tuple[str, _Child]]:
    """The agents that were started in `root` and run on this machine, known by their command lines.

    A program that an agent is about to start has the agent's command line for a moment, and is none.
    """
    alike = list(_with_command_line(root))
    pids = {child.pid for _, child, _ in alike}
    for identity, child, parent in alike:
        if parent not in pids:
            yield identity, child


def _with_command_line(root: Path) -> Iterator[tuple[str, _Child, int]]:
    """Each process with the command line of an agent in `root`, and the number of its parent."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, ValueError):
            arguments = os.fsdecode((entry / "cmdline").read_bytes()).split("\0")
            if arguments[1:6] == ["-I", "-m", "worker", "agent", str(root)] and "--sweep" not in arguments:
                pid, identity = int(entry.name), arguments[arguments.index("--id") + 1]
                born, parent = processes.birth(pid), processes.parent(pid)
                if born is not None and processes.alive(pid, born):
                    yield identity, _Child(pid, born), parent


def _last_line(log: Path) -> str:
    with suppress(OSError):
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
        if lines:
            return f'The last one said: "{lines[-1][:300]}".'
    return ""
