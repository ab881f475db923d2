"""A run whose parts are on machines that see late what the others do: nothing may wait until they do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from late_files import Machines, sharing
from local_runs import Local, config, ended, until

from worker.errors import EXIT_INTERRUPTED
from worker.spec.check import check_read
from worker.spec.formats import toml
from worker.store.paths import Home
from worker.store.run_folder import create
from worker.trial import Status

OBJECTIVE = "sleep 0.2; echo RESULT: ($x)"


@dataclass
class Cluster:
    """A run that was begun on a machine called login; its folder as the server has it is in `local`."""

    machines: Machines
    login: Local
    local: Local
    nodes: list[Local] = field(default_factory=list)
    drivers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def node(self, name: str) -> Local:
        """One more machine, which has the run's folder, too."""
        self.nodes.append(Local(self.machines.add(name)))
        return self.nodes[-1]

    def close(self) -> None:
        """End everything."""
        for process in self.drivers:
            process.kill()
            process.wait()
        for machine in (self.login, *self.nodes):
            machine.kill_everything()

    def drive(self, here: Local, workers: Local) -> subprocess.Popen[bytes]:
        """Begin a driver on the machine `here` for workers on another one."""
        program = Path(__file__).parents[1] / "support" / "far_driver.py"
        words: list[str | Path] = [
            sys.executable,
            program,
            here.paths.root,
            workers.paths.root,
            self.machines.folder,
        ]
        self.drivers.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL))
        return self.drivers[-1]

    def statuses(self) -> list[Status]:
        """How the evaluations stand."""
        return [trial.status for trial in self.local.trials.values()]

    def succeeded(self, count: int) -> bool:
        """Whether so many evaluations have succeeded."""
        return self.statuses().count(Status.OK) >= count


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A run that was begun, and nobody drives it yet."""
    with sharing(tmp_path) as machines:
        login = machines.add("login")
        path = config(tmp_path, objective=OBJECTIVE, max_evals=1000)
        run = check_read(toml.read(path.read_text())).run
        assert run is not None
        create(Home.in_workdir(login), run)
        one = Cluster(machines, Local(login), Local(tmp_path / "served"))
        yield one
        one.close()


def test_a_run_waits_for_no_cache(cluster: Cluster) -> None:
    workers, first, second = cluster.node("workers"), cluster.node("first"), cluster.node("second")
    follower = cluster.login.spawn("follow", cluster.login.paths.root)
    for number in (1, 2):
        workers.spawn("agent", workers.paths.root, "--id", f"j0-1-{number}", "--patience", 300)
    until(lambda: len(list(cluster.local.paths.agents.glob("*/outbox.jsonl"))) == 2)
    driver = cluster.drive(first, workers)
    until(lambda: cluster.succeeded(4))
    driver.kill()
    driver.wait()
    before = cluster.statuses().count(Status.OK)
    driver = cluster.drive(second, workers)
    until(lambda: cluster.succeeded(before + 4))
    assert {trial.agent for trial in cluster.local.trials.values()} == {"j0-1-1", "j0-1-2"}
    assert cluster.login.spawn("stop", cluster.login.paths.root).wait() == 0
    until(lambda: driver.poll() is not None)
    code, output = ended(follower)
    assert code == EXIT_INTERRUPTED, output
    assert "The run was stopped" in output
    until(lambda: not workers.agents())
    # What a worker gave back unbegun when the run was stopped stays proposed.
    assert set(cluster.statuses()) <= {Status.OK, Status.PROPOSED}
