"""Driver and workers on machines that see late what the others do in the folder that they share, as on NFS."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import far_driver
import pytest
from late_files import Machines, sharing
from report_runs import a_run

from worker.store.appender import Appender
from worker.store.journal import open_epoch, prepare
from worker.store.paths import Home, RunPaths
from worker.store.records import decode, encode
from worker.store.run_folder import create
from worker.store.tail import Tail

PATIENCE = 60.0  # seconds that a test waits for what must come; nothing is remembered for so short a time


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    """Machines that share a folder."""
    folder = tmp_path / "net"
    folder.mkdir()
    with sharing(folder) as found:
        yield found


def hear(outbox: Tail[Any], kind: str, **details: object) -> Any:
    """The next record of that kind and with these details."""
    ends_at = time.monotonic() + PATIENCE
    while True:
        for record in outbox.read():
            if record["kind"] == kind and all(record[key] == value for key, value in details.items()):
                return record
        assert time.monotonic() < ends_at, f"{kind} is not heard"
        time.sleep(0.02)


def assign(paths: RunPaths, epoch: int, trial: int) -> None:
    """Give the agent something to evaluate."""
    inbox = Appender(paths.agent("a1").inbox(epoch))
    record = {"kind": "assign", "trial": trial, "attempt": 1, "epoch": epoch, "values": {"x": 1}}
    inbox.append(encode({**record, "command": "echo RESULT: 7", "cwd": "/"}))
    inbox.close()


def test_an_agent_finds_the_drivers_that_come_after_it(machines: Machines) -> None:
    login, node = RunPaths(machines.add("login") / "run"), RunPaths(machines.add("node") / "run")
    login.agents.mkdir(parents=True)
    prepare(login)
    login.config.touch()
    outbox = Tail(login.agent("a1").outbox, decode, create=True)
    words = [sys.executable, "-I", "-m", "worker", "agent", node.root, "--id", "a1", "--epoch", "0"]
    agent = subprocess.Popen([*map(str, words), "--patience", "300"], stdin=subprocess.DEVNULL)
    try:
        hear(outbox, "hello", epoch=0)
        for trial in (1, 2):
            epoch, journal = open_epoch(login)
            journal.close()
            hear(outbox, "hello", epoch=epoch)
            assign(login, epoch, trial)
            assert hear(outbox, "finished", trial=trial)["loss"] == 7
    finally:
        agent.terminate()
        assert agent.wait(PATIENCE) == 0


def test_a_whole_run_waits_for_nothing_that_is_remembered(machines: Machines) -> None:
    here, there = machines.add("login"), machines.add("node")
    if not machines.late:
        pytest.skip("needs bindfs, and a kernel with FUSE")
    paths = create(
        Home.in_workdir(here),
        a_run(run__objective="echo RESULT: 1 $(true ($x_0) ($x_1))", run__workers=2, search__max_evals=20),
    )
    far = there / paths.root.relative_to(here)
    driver: list[str | Path] = [sys.executable, far_driver.__file__, paths.root, far, there]
    done = subprocess.run(driver, timeout=2 * PATIENCE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(paths.csv.read_text().splitlines()) == 21
