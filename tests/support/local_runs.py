"""Small local runs for tests: their configs, their processes, and what became of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from worker.spec.formats import toml
from worker.spec.run import Draft, ParameterDraft
from worker.store import replay
from worker.store.paths import Home, RunPaths
from worker.trial import Trial

PATIENCE = 60.0  # seconds until a test gives up; nothing depends on how long it really takes

X = ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1})


def config(workdir: Path, *parameters: ParameterDraft, **values: object) -> Path:
    """Write a config; `values` are keys such as objective or max_evals, the parameter is a real x unless others are given."""
    sections = {
        "algorithm": "search",
        "seed": "search",
        **dict.fromkeys(
            (
                "direction",
                "results",
                "reference",
                "start_with",
                "target",
                "patience",
                "repeats",
                "confirm",
                "like",
            ),
            "search",
        ),
        **dict.fromkeys(("early_stopping", "early_stopping_after"), "search"),
        "max_evals": "search",
        **dict.fromkeys(("memory", "cpus"), "slurm"),
        **dict.fromkeys(("modules", "venv", "conda", "variables", "run_in", "before"), "environment"),
    }
    settings = {
        "name": "pear",
        "objective": "echo RESULT: ($x)",
        "algorithm": "hyperopt.rand.suggest",
        "workers": 2,
        "max_evals": 5,
        **values,
    }
    draft = Draft(
        {_path(key, sections.get(key, "run")): value for key, value in settings.items()}, parameters or (X,)
    )
    path = workdir / f"{settings['name']}.toml"
    path.write_text(toml.write(draft), encoding="utf-8")
    return path


def _path(key: str, section: str) -> str:
    return key.replace("_", ".", 1) if key.startswith("on_") else f"{section}.{key}"


def points(workdir: Path, name: str) -> list[dict[str, object]]:
    """The values of a run's trials, in the order of their numbers."""
    trials = replay.load(Home.in_workdir(workdir).run(name)).trials
    return [dict(trials[number].values) for number in sorted(trials)]


def until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until `condition` holds."""
    ends_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends_at, "it did not come to that"
        time.sleep(0.02)


@dataclass
class Local:
    """The command line in a workdir, in the background, and the run called `name` there."""

    workdir: Path
    name: str = "pear"
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def paths(self) -> RunPaths:
        return RunPaths(self.workdir / "omniopt" / "projects" / self.name)

    @property
    def trials(self) -> dict[int, Trial]:
        """All trials, as the journal has them."""
        return replay.load(self.paths).trials

    def spawn(self, *words: object, output: Path | None = None) -> subprocess.Popen[str]:
        """Begin a command without a terminal; what it prints goes to `output`, or to whoever waits with `ended`."""
        with output.open("w") if output else nullcontext(subprocess.PIPE) as target:
            process = subprocess.Popen(
                [sys.executable, "-I", "-m", "worker", *map(str, words)],
                cwd=self.workdir,
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self.processes.append(process)
        return process

    def agents(self) -> list[int]:
        """The process ids of the run's agents."""
        mine = ["-I", "-m", "worker", "agent", str(self.paths.root.resolve())]
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if words[1 : len(mine) + 1] == mine:
                found.append(int(entry.name))
        return found

    def kill_agents(self) -> None:
        """kill -9 all agents."""
        for pid in self.agents():
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue

    def left_behind(self) -> list[int]:
        """The process ids of what the run's evaluations have started, anywhere on this machine."""
        mark = b"OMNIOPT_RUN=" + os.fsencode(self.paths.root.resolve())
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def kill_everything(self) -> None:
        """kill -9 all processes of the run."""
        for process in self.processes:
            process.kill()
            process.communicate()
        self.kill_agents()
        for pid in self.left_behind():
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue

    def count(self, status: str) -> int:
        """How many trials have a status."""
        return (
            sum(trial.status.value == status for trial in self.trials.values())
            if self.paths.journals.exists()
            else 0
        )

    def records(self) -> list[dict[str, object]]:
        """All records of all journals, without their checksums; torn lines left out."""
        found = []
        for journal in sorted(self.paths.journals.iterdir()):
            for line in journal.read_text(errors="replace").splitlines():
                try:
                    found.append(json.loads(line[9:]))
                except ValueError:
                    continue
        return found


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a command; its exit code and what it has printed."""
    output, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, output
