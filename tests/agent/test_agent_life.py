"""The life of an agent: its work in order, its driver's wishes, and its end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from agent_desk import Desk, wait_for

from worker import processes
from worker.store.records import encode


def test_assignments_are_evaluated_in_order_and_once(desk: Desk, tmp_path: Path) -> None:
    log = tmp_path / "log"
    trials = [desk.assign(f"echo {n} >> {log}; echo RESULT: {n}") for n in range(5)]
    desk.inbox.append(
        encode(
            {
                "kind": "assign",
                "trial": trials[0],
                "attempt": 1,
                "values": {},
                "command": f"echo again >> {log}",
            }
        )
    )
    desk.inbox.append(encode({"kind": "assign", "trial": trials[0]}))
    desk.inbox.append(encode({"kind": "weather"}), encode({"kind": "ping"}))
    desk.hire()
    losses = [desk.hear("finished", trial=trial)["loss"] for trial in trials]
    assert losses == [0, 1, 2, 3, 4]
    again = desk.assign(f"echo last >> {log}", trial=trials[0], attempt=2)
    assert desk.hear("finished", trial=trials[0], attempt=2)["status"] == "no-result", again
    assert log.read_text().split() == ["0", "1", "2", "3", "4", "last"]
    kinds = [record["kind"] for record in desk.said]
    assert kinds[0] == "hello"
    assert kinds.count("started") == 6
    assert desk.hear("finished", trial=trials[1])["values"] == {"x": 1}


def test_an_evaluation_is_over_as_soon_as_nothing_of_it_is_left(desk: Desk) -> None:
    patient = "import sys; from worker.agent import evaluation; evaluation._LINGER = 1000.0; from worker.cli import main; sys.exit(main())"
    desk.program = ["-I", "-c", patient]
    desk.hire()
    assert desk.evaluate("echo RESULT: 1")["status"] == "ok"
    assert desk.evaluate("(sleep 0.5) & echo RESULT: 1")["status"] == "ok"


def test_hello_says_who_and_where(desk: Desk) -> None:
    ends_at = time.time() + 1000
    desk.hire(
        "--ends-at",
        ends_at,
        SLURM_JOB_ID="77",
        SLURM_ARRAY_JOB_ID="70",
        SLURM_ARRAY_TASK_ID="4",
        CUDA_VISIBLE_DEVICES="1",
    )
    hello = desk.hear("hello")
    assert desk.process is not None
    assert (hello["agent"], hello["pid"], hello["job"], hello["gpus"]) == (
        "a1",
        desk.process.pid,
        "70_4",
        "1",
    )
    assert hello["ends_at"] == pytest.approx(ends_at)
    assert processes.alive(hello["pid"], hello["pid_start"])
    assert not processes.alive(hello["pid"], "other")
    assert desk.evaluate("echo RESULT: 1")["gpus"] == "1"


def test_results_are_told_while_the_program_runs(desk: Desk) -> None:
    desk.hire()
    trial = desk.assign("echo RESULT: 7; sleep 1.3; echo RESULT: 6; sleep 1.3; echo RESULT: 5")
    assert desk.hear("value", trial=trial)["value"] == 7
    assert [point[1] for point in desk.hear("finished", trial=trial)["curve"]] == [7, 6, 5]


def test_quit_lets_the_running_one_end_and_gives_back_the_rest(desk: Desk, tmp_path: Path) -> None:
    running = desk.assign(
        f"echo > {tmp_path}/runs; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; echo RESULT: 1"
    )
    waiting = desk.assign("echo RESULT: 2")
    desk.hire()
    wait_for(tmp_path / "runs")
    desk.tell("quit")
    assert desk.hear("refused", trial=waiting)["reason"] == "A driver released it."
    late = desk.assign("echo RESULT: 3")
    desk.hear("refused", trial=late)
    (tmp_path / "go").touch()
    assert desk.hear("finished", trial=running)["loss"] == 1
    assert desk.leave() == 0
    desk.hear("bye")


def test_one_trial_can_be_cancelled(desk: Desk, tmp_path: Path) -> None:
    running = desk.assign(f"echo > {tmp_path}/runs; echo RESULT: 4; sleep 1000")
    waiting = desk.assign("echo RESULT: 2")
    after = desk.assign("echo RESULT: 3")
    desk.hire()
    wait_for(tmp_path / "runs")
    desk.tell("cancel", trial=waiting)
    desk.tell("cancel", trial=running)
    desk.tell("cancel", trial=12345)
    cancelled = desk.hear("finished", trial=running)
    assert (cancelled["status"], cancelled["loss"]) == ("cancelled", 4)
    assert desk.hear("finished", trial=waiting)["status"] == "cancelled"
    assert desk.hear("finished", trial=after)["status"] == "ok"


def test_everything_can_be_cancelled(desk: Desk, tmp_path: Path) -> None:
    running = desk.assign(f"(setsid sleep 1000 &); echo > {tmp_path}/runs; sleep 1000")
    waiting = desk.assign("echo RESULT: 2")
    desk.hire()
    wait_for(tmp_path / "runs")
    desk.tell("cancel", trial=None)
    assert desk.leave() == 0
    assert desk.hear("finished", trial=running)["status"] == "cancelled"
    desk.hear("refused", trial=waiting)


def test_term_hands_back_what_is_running(desk: Desk, tmp_path: Path) -> None:
    # It ends in good order and prints a result: one of half the work, which must not count.
    running = desk.assign(
        f"trap 'echo RESULT: 9; exit 0' TERM; echo > {tmp_path}/runs; while :; do sleep 0.02; done"
    )
    waiting = desk.assign("echo RESULT: 2")
    desk.hire()
    wait_for(tmp_path / "runs")
    assert desk.process is not None
    desk.process.terminate()
    assert desk.leave() == 0
    for trial in (running, waiting):
        assert "SIGTERM" in desk.hear("refused", trial=trial)["reason"]
    assert not any(record["kind"] == "finished" for record in desk.said)


def test_a_program_that_a_signal_to_the_whole_job_ends_first_has_not_failed(desk: Desk) -> None:
    desk.hire()
    trial = desk.assign("bash -c 'sleep 0.3; kill -TERM '$PPID & kill -TERM $$")
    assert desk.leave() == 0
    assert "SIGTERM" in desk.hear("refused", trial=trial)["reason"]
    assert not any(record["kind"] == "finished" for record in desk.said)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP, signal.SIGUSR1])
def test_other_signals_do_not_end_it(desk: Desk, tmp_path: Path, number: signal.Signals) -> None:
    desk.hire()
    desk.hear("hello")
    assert desk.process is not None
    desk.process.send_signal(number)
    trial = desk.assign(
        f"grep -E 'Sig(Ign|Blk)' /proc/self/status; echo > {tmp_path}/runs; sleep 0.1; echo RESULT: 1"
    )
    wait_for(tmp_path / "runs")
    desk.process.send_signal(number)
    assert desk.hear("finished", trial=trial)["loss"] == 1
    # The program itself ignores and blocks nothing.
    assert {int(line.split()[1], 16) for line in desk.out(trial).decode().splitlines()[:2]} == {0}


def test_it_leaves_before_its_time_is_up(desk: Desk, tmp_path: Path) -> None:
    desk.assign("sleep 1; echo RESULT: 1")
    running = desk.assign("sleep 1000")
    desk.hire("--ends-at", time.time() + 18)
    assert "walltime" in desk.hear("refused", trial=running)["reason"]
    assert desk.leave() == 0


def test_an_evaluation_that_takes_all_of_its_time_would_not_end_elsewhere_either(desk: Desk) -> None:
    running = desk.assign("sleep 1000")
    desk.hire("--ends-at", time.time() + 18)
    finished = desk.hear("finished", trial=running)
    assert finished["status"] == "timeout"
    assert "walltime" in finished["reason"]
    assert desk.leave() == 0


def test_a_full_disk_costs_nothing_but_time(desk: Desk, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only root can mount a small file system")
    small = Desk(disk)
    try:
        small.hire()
        small.hear("hello")
        go = tmp_path / "go"
        large = {"x": "v" * 10_000}  # more than the rest of the page that the outbox ends in
        first = small.assign(
            f"while [ ! -e {go} ]; do sleep 0.02; done; seq 5000; echo RESULT: 1", values=large
        )
        second = small.assign("echo RESULT: 2")
        small.hear("started", trial=first)
        with pytest.raises(OSError, match="No space left"):
            (disk / "ballast").write_bytes(bytes(1 << 20))
        go.touch()
        with pytest.raises(AssertionError, match="did not say finished"):
            small.hear("finished", within=1.0, trial=first)
        (disk / "ballast").unlink()
        record = small.hear("finished", trial=first)
        assert (record["status"], record["loss"]) == ("ok", 1)
        assert "Its output could not be saved to" in record["reason"]
        assert "No space left on device" in record["reason"]
        assert small.hear("finished", trial=second)["loss"] == 2
    finally:
        (disk / "ballast").unlink(missing_ok=True)
        small.dismiss()
        subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.parametrize("again", [True, False])
def test_an_agent_that_is_to_come_back_has_its_job_started_again_at_the_very_end(
    desk: Desk, tmp_path: Path, again: bool
) -> None:
    program, called = tmp_path / "bin" / "scontrol", tmp_path / "called"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >{called}\ngrep -c bye {desk.box.outbox} >>{called}\n')
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    desk.hire(SLURM_JOB_ID="18", SLURM_ARRAY_JOB_ID="17", SLURM_ARRAY_TASK_ID="2", PATH=path)
    desk.hear("hello")
    orders = [{"kind": "quit", "again": True}, {"kind": "quit", "again": again}]
    desk.inbox.append(*map(encode, orders))
    assert desk.hear("bye")["again"] is again
    assert desk.leave() == 0
    assert (called.exists() and called.read_text().split("\n")[:2]) == (
        ["requeue 17_2", "1"] if again else False
    )
