"""Agents without a driver, with a new one, or started anew after they were killed: nothing is repeated and nothing left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from agent_desk import Desk, wait_for

from worker import processes
from worker.store.appender import Appender
from worker.store.records import encode


def test_it_leaves_when_no_driver_is_heard_of(desk: Desk) -> None:
    desk.hire("--patience", 0.5)
    assert desk.leave() == 0
    assert "No driver has responded" in desk.hear("bye")["reason"]


def test_a_ping_keeps_it(desk: Desk) -> None:
    desk.hire("--patience", 5)
    deadline = time.monotonic() + 7
    while time.monotonic() < deadline:
        desk.tell("ping")
        time.sleep(0.1)
    assert desk.evaluate("echo RESULT: 1")["loss"] == 1


def test_a_new_driver_takes_over(desk: Desk, tmp_path: Path) -> None:
    running = desk.assign(
        f"echo > {tmp_path}/runs; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; echo RESULT: 1"
    )
    waiting = desk.assign("echo RESULT: 2")
    desk.hire("--epoch", 1)
    wait_for(tmp_path / "runs")
    desk.take_over()
    desk.take_over()
    desk.hear("hello", epoch=3)
    desk.hear("refused", trial=waiting, epoch=1)
    fresh = desk.assign("echo RESULT: 3")
    (tmp_path / "go").touch()
    assert desk.hear("finished", trial=running)["epoch"] == 1
    assert desk.hear("finished", trial=fresh)["epoch"] == 3
    old = Appender(desk.box.inbox(1))
    old.append(
        encode({"kind": "assign", "trial": 99, "attempt": 1, "values": {}, "command": "echo RESULT: 1"})
    )
    assert desk.evaluate("echo RESULT: 4")["loss"] == 4
    assert not any(record.get("trial") == 99 for record in desk.said)
    assert [record["kind"] for record in desk.said].count("started") == 3


def test_a_torn_inbox_costs_the_torn_line(desk: Desk) -> None:
    torn = encode({"kind": "assign", "trial": 50, "attempt": 1, "values": {}, "command": "echo RESULT: 1"})[
        :-20
    ]
    with desk.box.inbox(1).open("ab") as file:
        file.write(torn + b"\n\xff\n")
    desk.hire()
    assert desk.evaluate("echo RESULT: 2")["loss"] == 2
    assert not any(record.get("trial") == 50 for record in desk.said)


def test_an_agent_exists_once(desk: Desk) -> None:
    desk.hire()
    desk.hear("hello")
    command = [sys.executable, "-I", "-m", "worker", "agent", str(desk.paths.root), "--id", "a1"]
    second = subprocess.run(command, capture_output=True, text=True)
    assert second.returncode == 3
    assert "is already running as process" in second.stderr
    assert desk.evaluate("echo RESULT: 1")["loss"] == 1


def test_a_killed_agent_started_anew_repeats_nothing(desk: Desk, tmp_path: Path) -> None:
    done = desk.assign(f"echo done >> {tmp_path}/log; echo RESULT: 1")
    hanging = desk.assign(f"echo hanging >> {tmp_path}/log; echo $$ > {tmp_path}/pid; exec sleep 1000")
    waiting = desk.assign(f"echo waiting >> {tmp_path}/log; echo RESULT: 1")
    desk.hire()
    pid = int(wait_for(tmp_path / "pid"))
    desk.hear("started", trial=hanging)
    assert desk.process is not None
    desk.process.kill()
    desk.process.wait()
    born = processes.birth(pid)
    assert born and processes.alive(pid, born)
    desk.hire()
    assert desk.hear("refused", trial=hanging)["reason"] == "The worker was restarted."
    desk.hear("finished", trial=waiting)
    desk.hear("finished", trial=done)
    assert (tmp_path / "log").read_text().split() == ["done", "hanging", "waiting"]
    assert not processes.alive(pid, born)


def test_what_a_killed_agent_leaves_is_swept(desk: Desk, tmp_path: Path) -> None:
    desk.assign(
        f"(setsid bash -c 'echo $$ > {tmp_path}/daemon; sleep 1000; true' &); env -i sleep 1000 & "
        f"echo $$ > {tmp_path}/main; sleep 1000; true"
    )
    desk.hire()
    pids = [int(wait_for(tmp_path / name)) for name in ("main", "daemon")]
    bystander = subprocess.Popen(
        ["sleep", "1000"], env={"OMNIOPT_RUN": "/another/run", "OMNIOPT_AGENT": "a1", **os.environ}
    )
    try:
        assert desk.process is not None
        desk.process.kill()
        desk.process.wait()
        run = desk.paths.root
        assert processes.sweep(run, "a2") == 0
        assert all(processes.birth(pid) for pid in pids)
        # The two shells, their sleeps, and the one without an environment of its own.
        assert processes.sweep(run, "a1") == 5
        assert processes.sweep(run, "a1") == 0
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_sweep_from_inside_an_evaluation_spares_itself(desk: Desk) -> None:
    desk.hire()
    program = (
        "import os, pathlib; from worker import processes; "
        "print('RESULT:', processes.sweep(pathlib.Path(os.environ['OMNIOPT_RUN']), os.environ['OMNIOPT_AGENT']))"
    )
    assert desk.evaluate(f'{sys.executable} -I -c "{program}"')["loss"] == 0
