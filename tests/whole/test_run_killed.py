"""Drivers and agents that are killed, hang or meet another one: nothing is lost and nothing repeated."""

from __future__ import annotations

import json
import shutil
import signal
import time

import pytest
from forked_commands import Omniopt
from local_runs import Local, config, ended, until
from noted_runs import begin, noted

from worker import processes
from worker.store.records import encode


def test_cancel_takes_the_place_of_a_driver_that_hangs(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 300)
    process.send_signal(signal.SIGSTOP)
    assert omniopt("cancel", "pear").returncode == 0
    assert process.wait() == -signal.SIGKILL
    assert local.agents() == []
    assert not local.left_behind()


def test_a_killed_driver_loses_nothing_and_repeats_nothing(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 0.5, max_evals=10, workers=3)
    until(lambda: local.count("ok") >= 3)
    process.kill()
    process.wait()
    agents = sorted(local.agents())
    status = json.loads(omniopt("status", "pear", "--json").stdout)
    assert status["state"] == "interrupted"
    resumed = local.spawn("resume", "pear")
    until(lambda: status["driver"]["epoch"] < local.records()[-1].get("epoch", 9))
    assert sorted(local.agents()) == agents or resumed.poll() is not None
    code, output = ended(resumed)
    assert code == 0, output
    assert local.count("ok") == 10
    assert set(noted(local, "begin").values()) == {1}


def test_killed_agents_are_replaced_and_their_evaluations_given_out_again(local: Local) -> None:
    process = begin(local, 1, max_evals=4)
    until(lambda: local.count("running") == 2)
    local.kill_agents()
    code, output = ended(process)
    assert code == 0, output
    assert local.count("ok") == 4
    assert sum(noted(local, "end").values()) == 4, "what the killed agents had started must have been ended"


def test_everything_killed(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 0.5, max_evals=10)
    until(lambda: local.count("ok") >= 3)
    shown = {number: trial.loss for number, trial in local.trials.items() if trial.status.value == "ok"}
    process.kill()
    local.kill_agents()
    process.wait()
    done = omniopt("resume", "pear")
    assert done.returncode == 0, done.stdout
    assert local.count("ok") == 10
    assert shown.items() <= {number: trial.loss for number, trial in local.trials.items()}.items()


@pytest.mark.parametrize("how", ["KILL", "TERM"])
def test_an_evaluation_that_ends_its_agents_is_given_up(omniopt: Omniopt, local: Local, how: str) -> None:
    objective = f'[ "$OMNIOPT_TRIAL" = 2 ] && kill -{how} $PPID && sleep 1; echo RESULT: ($x)'
    done = omniopt("start", config(local.workdir, objective=objective))
    assert done.returncode == 0, done.stdout
    assert local.trials[2].status.value == "lost"
    assert "was lost three times" in local.trials[2].reason
    assert local.count("ok") == 5


def test_a_run_says_how_many_lost_workers_an_evaluation_may_have(omniopt: Omniopt, local: Local) -> None:
    objective = '[ "$OMNIOPT_TRIAL" = 2 ] && [ "$OMNIOPT_ATTEMPT" -lt 3 ] && kill -KILL $PPID && sleep 1; echo RESULT: ($x)'
    done = omniopt("start", config(local.workdir, objective=objective, max_evals=3), "--max-losses", 1)
    assert done.returncode == 0, done.stdout
    assert local.trials[2].status.value == "lost"
    assert "was lost once" in local.trials[2].reason
    assert omniopt("resume", "pear", "--max-losses", 4, "--max-evals", 4).returncode == 0
    done = omniopt("retry", "pear", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert local.trials[2].status.value == "ok"


@pytest.mark.parametrize("words", [["resume", "pear"], ["start", "pear.toml", "--existing", "continue"]])
def test_a_second_driver_is_refused(omniopt: Omniopt, local: Local, words: list[str]) -> None:
    begin(local, 1000, max_evals=2)
    done = omniopt(*words)
    assert done.returncode == 3
    assert "already has a driver" in done.stderr


def test_who_meets_a_paused_driver_learns_how_it_goes_on(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 0.1, max_evals=4)
    process.send_signal(signal.SIGSTOP)
    until(lambda: processes.paused(process.pid))
    try:
        goes_on = f"fg in its shell, or kill -CONT {process.pid}."
        done = omniopt("resume", "pear")
        assert done.returncode == 3
        assert goes_on in done.stderr
        assert goes_on in omniopt("status", "pear").stdout
        assert json.loads(omniopt("status", "pear", "--json").stdout)["driver"]["paused"]
        assert goes_on in omniopt("workers", "pear", "3").stdout
        follower = local.spawn("follow", "pear")
    finally:
        process.send_signal(signal.SIGCONT)
    assert ended(process)[0] == 0
    assert ended(follower)[0] == 0
    assert local.count("ok") == 4


def test_a_driver_that_was_superseded_leaves(local: Local) -> None:
    process = begin(local, 1, max_evals=6)
    other = local.spawn("drive", local.paths.root, "--local")
    code, output = ended(other)
    assert code == 0, output
    code, output = ended(process)
    assert code == 3
    assert set(noted(local, "begin").values()) == {1}
    assert local.count("ok") == 6


def test_a_torn_journal_is_taken_up(omniopt: Omniopt, local: Local) -> None:
    omniopt("start", config(local.workdir, max_evals=12), "--max-evals", 6)
    local.paths.config.write_text((local.workdir / "pear.toml").read_text())
    journal = local.paths.journal(1)
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join(lines[:-4]) + b"\n" + lines[-4][:20])
    assert omniopt("resume", "pear").returncode == 0
    assert local.count("ok") == 12


def test_what_a_person_asked_before_a_driver_began_is_not_for_it(omniopt: Omniopt, local: Local) -> None:
    omniopt("start", config(local.workdir))
    local.paths.commands.write_bytes(encode({"kind": "cancel", "value": None, "at": time.time() + 60}))
    local.paths.config.write_text(local.paths.config.read_text().replace("max_evals = 5", "max_evals = 9"))
    assert omniopt("resume", "pear").returncode == 0
    assert local.count("ok") == 9


def test_interrupting_the_very_start_leaves_nothing(local: Local) -> None:
    path = config(local.workdir, objective="sleep 1; echo RESULT: ($x)")
    for delay in (0.0, 0.02, 0.05, 0.1, 0.2):
        process = local.spawn("start", path)
        until(local.paths.config.exists)
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
        code, output = ended(process)
        assert code in (0, 4), output
        assert "Traceback" not in output
        assert not local.agents()
        shutil.rmtree(local.workdir / "omniopt")


def test_an_evaluation_that_continues_goes_on_in_its_folder_after_everything_was_killed(
    omniopt: Omniopt, local: Local
) -> None:
    state = '"$OMNIOPT_TRIAL_DIR/state"'
    objective = f"echo $OMNIOPT_ATTEMPT >> {state}; [ $OMNIOPT_ATTEMPT = 1 ] && sleep 1000; echo RESULT: $(wc -l < {state})"
    config(local.workdir, objective=objective, max_evals=2, continues=True)
    process = local.spawn("start", "pear.toml", "--local", "--yes")
    until(lambda: local.count("running") == 2)
    until(lambda: all((local.paths.trial_dir(number) / "state").exists() for number in (1, 2)))
    process.kill()
    local.kill_agents()
    process.wait()
    done = omniopt("resume", "pear")
    assert done.returncode == 0, done.stdout
    assert [(trial.loss, trial.attempt) for trial in local.trials.values()] == [(2, 2), (2, 2)]
