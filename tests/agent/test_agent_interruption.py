"""A signal that ends a whole job: what ends by it has not finished, whatever it printed; what had ended before has."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from signal import SIGTERM

import pytest
from agent_desk import PATIENCE, Desk

from worker import processes
from worker.agent import interruption
from worker.agent.interruption import DOUBT, Interruptions
from worker.agent.wake import Wake
from worker.agent.witness import Witness
from worker.trial import Outcome

# Programs that end with exit code 0 and the result of half the work; they write their process id when they have begun.
HALF_DONE = {
    "wrapper": "echo $$ > {runs}; sleep 1000; echo RESULT: 9",
    "handler": "trap 'echo RESULT: 9; exit 0' TERM; echo $$ > {runs}; while :; do sleep 0.02; done",
    "pipeline": "echo RESULT: 9; echo $$ > {runs}; sleep 1000 | cat",
}


def hire_in_job(desk: Desk, **environment: str) -> None:
    """Hire the agent as in a job of Slurm."""
    desk.hire(**{"SLURM_JOB_ID": "1", **environment})


def begin(desk: Desk, command: str, runs: Path) -> tuple[int, int]:
    """Hire the agent, and wait until it evaluates; the trial, and the process id of its program."""
    hire_in_job(desk)
    trial = desk.assign(command.format(runs=runs))
    deadline = time.monotonic() + PATIENCE
    while not (runs.exists() and runs.read_text().endswith("\n")):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return trial, int(runs.read_text())


def below(desk: Desk) -> list[int]:
    """All processes below the agent, in the order in which they began."""
    assert desk.process is not None
    return sorted(processes.descendants(desk.process.pid))


def wait_until_ended(pid: int, born: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while processes.alive(pid, born):
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("kind", HALF_DONE)
def test_a_program_that_ends_before_the_agent_gets_the_signal_has_not_finished(
    desk: Desk, tmp_path: Path, kind: str
) -> None:
    trial, pid = begin(desk, HALF_DONE[kind], tmp_path / "runs")
    born = processes.birth(pid)
    assert born
    # Slurm is kept from its work after the last process below the agent, as on a busy node.
    processes.send(below(desk), SIGTERM)
    wait_until_ended(pid, born)
    assert desk.process is not None
    desk.process.terminate()
    assert desk.leave() == 0
    assert "SIGTERM" in desk.hear("refused", trial=trial)["reason"]
    assert not any(record["kind"] == "finished" for record in desk.said)


def test_what_had_ended_before_the_signal_is_kept(desk: Desk) -> None:
    hire_in_job(desk)
    trial = desk.assign("echo RESULT: 1")
    desk.hear("finished", trial=trial)
    assert desk.process is not None
    processes.send([*below(desk), desk.process.pid], SIGTERM)
    assert desk.leave() == 0
    assert "SIGTERM" in desk.hear("bye")["reason"]
    assert not any(record["kind"] == "retracted" for record in desk.said)


def test_it_is_kept_whoever_gets_the_signal_first(desk: Desk) -> None:
    hire_in_job(desk)
    desk.evaluate("echo RESULT: 1")
    assert desk.process is not None
    processes.send([desk.process.pid, *below(desk)], SIGTERM)
    assert desk.leave() == 0
    desk.hear("bye")
    assert not any(record["kind"] == "retracted" for record in desk.said)


def test_what_was_told_just_before_a_signal_to_the_agent_alone_is_taken_back(desk: Desk) -> None:
    hire_in_job(desk)
    earlier = desk.assign("echo RESULT: 1")
    trial = desk.assign("echo RESULT: 2")
    desk.hear("finished", trial=trial)
    assert desk.process is not None
    desk.process.terminate()
    assert desk.leave() == 0
    assert "SIGTERM" in desk.hear("retracted", trial=trial, attempt=1)["reason"]
    kinds = [record["kind"] for record in desk.said if record.get("trial") != earlier]
    assert kinds[-3:] == ["finished", "retracted", "bye"]
    assert not any(record["kind"] == "retracted" and record["trial"] == earlier for record in desk.said)


def test_outside_of_jobs_the_order_is_not_known(desk: Desk) -> None:
    desk.hire()
    trial = desk.assign("echo RESULT: 1")
    desk.hear("finished", trial=trial)
    assert desk.process is not None
    assert below(desk) == []
    desk.process.terminate()
    assert desk.leave() == 0
    desk.hear("retracted", trial=trial)


def test_what_was_told_long_before_a_signal_is_kept(desk: Desk) -> None:
    hire_in_job(desk)
    desk.evaluate("echo RESULT: 1")
    time.sleep(DOUBT + 0.5)
    assert desk.process is not None
    desk.process.terminate()
    assert desk.leave() == 0
    desk.hear("bye")
    assert not any(record["kind"] == "retracted" for record in desk.said)


def test_a_job_on_several_nodes_is_not_signalled_in_one_order(desk: Desk) -> None:
    hire_in_job(desk, SLURM_JOB_NUM_NODES="2")
    trial = desk.assign("echo RESULT: 1")
    desk.hear("finished", trial=trial)
    assert desk.process is not None
    processes.send([*below(desk), desk.process.pid], SIGTERM)
    assert desk.leave() == 0
    desk.hear("retracted", trial=trial)


@pytest.mark.parametrize("name", ["TERM", "KILL"])
def test_a_program_that_ends_processes_around_it_has_finished(desk: Desk, name: str) -> None:
    hire_in_job(desk)
    others = "pgrep -P $PPID | grep -v $$ | xargs -I{} pgrep -P {}"
    outcome = desk.evaluate(f"kill -{name} $({others}); echo RESULT: 1")
    assert (outcome["status"], outcome["loss"]) == ("ok", 1)
    assert desk.evaluate("echo RESULT: 2")["loss"] == 2


@pytest.mark.parametrize("number", [10**9, None])
def test_a_witness_stays_where_the_numbers_of_processes_go_on_or_are_not_known(number: int | None) -> None:
    assert renewals(lambda: number, times=2) == [False, False]


def test_a_witness_begins_anew_where_the_numbers_of_processes_do() -> None:
    numbers = iter([1, 10**9, 10**9])
    assert renewals(lambda: next(numbers), times=2) == [True, False]


def test_a_witness_does_not_begin_anew_for_ever_where_the_system_tells_of_other_numbers() -> None:
    assert renewals(lambda: 1, times=3) == [True, False, False]


def renewals(newest: Callable[[], int | None], times: int) -> list[bool]:
    """Whether each of so many programs is begun after a new witness."""
    witness, found = Witness(newest=newest), []
    for _ in range(times):
        before = witness.helpers
        witness.keep_ahead()
        found.append(witness.helpers != before)
        assert witness.present
    witness.close()
    return found


def test_an_agent_that_is_killed_leaves_nothing(desk: Desk) -> None:
    hire_in_job(desk)
    desk.evaluate("echo RESULT: 1")
    left = [(pid, processes.birth(pid)) for pid in below(desk)]
    assert desk.process is not None
    desk.process.kill()
    desk.process.wait()
    for pid, born in left:
        wait_until_ended(pid, born or "")


class Alarm(Wake):
    """Gets the signal at the first moment in which somebody waits for it, or never."""

    def __init__(self, comes: bool) -> None:
        self.terminated = False
        self.comes = comes
        self.waited = 0

    def wait(self, seconds: float) -> None:
        self.waited += 1
        self.terminated = self.comes


@pytest.mark.parametrize("outcome", [Outcome(signal=15), Outcome(exit_code=143)])
@pytest.mark.parametrize("comes", [True, False])
def test_what_such_a_signal_has_ended_waits_for_the_agents_own(
    monkeypatch: pytest.MonkeyPatch, outcome: Outcome, comes: bool
) -> None:
    monkeypatch.setattr(interruption, "_DIED_OF_IT", 0.05)
    alarm = Alarm(comes)
    assert Interruptions(alarm, {}).ended(outcome) is comes
    assert alarm.waited


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(exit_code=0),
        Outcome(exit_code=1),
        Outcome(exit_code=142),
        Outcome(exit_code=137),
        Outcome(signal=9),
    ],
)
def test_any_other_end_is_the_programs_own(outcome: Outcome) -> None:
    alarm = Alarm(comes=True)
    assert not Interruptions(alarm, {}).ended(outcome)
    assert not alarm.waited
