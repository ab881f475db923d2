"""Local runs that are stopped, cancelled, killed and taken up again: nothing shown is lost, nothing is left running."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, X, config, ended, until

from worker import processes
from worker.cli.commands import follow
from worker.spec.check import check
from worker.spec.run import Draft
from worker.store.appender import Appender
from worker.store.claim import Claim, claim, introduction
from worker.store.journal import open_epoch
from worker.store.paths import Home, RunPaths
from worker.store.records import encode
from worker.store.run_folder import create

# Says when it begins and when it ends, so that a test sees which evaluations were made.
NOTED = "echo begin $OMNIOPT_TRIAL >> log; sleep {seconds}; echo end $OMNIOPT_TRIAL >> log; echo RESULT: ($x)"


@pytest.fixture
def local(workdir: Path) -> Iterator[Local]:
    """The run in the workdir; its processes end with the test."""
    one = Local(workdir)
    yield one
    one.kill_everything()


def noted(local: Local, what: str) -> Counter[int]:
    """How often each evaluation has noted that it begins or ends."""
    log = local.workdir / "log"
    words = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return Counter(int(number) for kind, number in words if kind == what)


def begin(local: Local, seconds: float | str, **values: object) -> subprocess.Popen[str]:
    """Start a run and wait until its two workers evaluate."""
    path = config(local.workdir, objective=NOTED.format(seconds=seconds), **values)
    process = local.spawn("start", path)
    until(lambda: len(noted(local, "begin")) >= 2)
    return process


def test_ctrl_c_lets_running_evaluations_end(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 1.5, max_evals=50)
    process.send_signal(signal.SIGINT)
    code, output = ended(process)
    assert code == 4
    assert "The run was stopped.\nTo go on:\n" in output
    assert "omniopt/omniopt' resume pear\n" in output
    assert noted(local, "begin") == noted(local, "end")
    assert local.count("ok") == len(noted(local, "end"))
    assert local.agents() == []
    assert json.loads(omniopt("status", "pear", "--json").stdout)["state"] == "stopped"


def test_ctrl_c_twice_ends_them(local: Local) -> None:
    process = begin(local, 300)
    process.send_signal(signal.SIGINT)
    until(lambda: any(record["kind"] == "stopping" for record in local.records()))
    process.send_signal(signal.SIGINT)
    code, output = ended(process)
    assert code == 4
    assert "cancelled" in output
    assert local.count("cancelled") >= 1
    assert local.agents() == []


def test_term_is_like_ctrl_c(local: Local) -> None:
    process = begin(local, 1)
    process.send_signal(signal.SIGTERM)
    assert ended(process)[0] == 4
    assert noted(local, "begin") == noted(local, "end")


def test_a_closed_terminal_does_not_end_the_run(local: Local) -> None:
    process = begin(local, 0.3, max_evals=6)
    process.send_signal(signal.SIGHUP)
    code, _ = ended(process)
    assert code == 0
    assert local.count("ok") == 6
    assert "All 6 evaluations are done." in local.paths.driver_log.read_text()


def test_handing_over_leaves_evaluations_to_the_next_driver(local: Local) -> None:
    process = begin(local, 2, max_evals=2)
    process.send_signal(signal.SIGUSR1)
    code, output = ended(process)
    assert code == 4
    assert "The driver has left" in output
    assert len(local.agents()) == 2
    code, _ = ended(local.spawn("resume", "pear"))
    assert code == 0
    assert noted(local, "begin") == Counter({1: 1, 2: 1})


def test_stop_and_resume(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, "0; while [ ! -e go ]; do sleep 0.05; done", max_evals=8)
    assert omniopt("stop", "pear").returncode == 0
    until(lambda: any(record["kind"] == "stopping" for record in local.records()))
    (local.workdir / "go").touch()
    assert ended(process)[0] == 4
    stopped_at = local.count("ok")
    assert 0 < stopped_at < 8
    assert "has ended already" in omniopt("stop", "pear").stdout
    assert omniopt("resume", "pear").returncode == 0
    assert local.count("ok") == 8
    assert set(noted(local, "end").values()) == {1}


def test_cancel_leaves_nothing(omniopt: Omniopt, local: Local) -> None:
    daemon = "setsid bash -c 'trap : TERM; echo begin $OMNIOPT_TRIAL >> log; while :; do sleep 1; done' & "
    path = config(local.workdir, objective=daemon + "trap '' TERM; sleep 300; : ($x)", max_evals=9)
    process = local.spawn("start", path)
    until(lambda: len(noted(local, "begin")) == 2)
    began = time.monotonic()
    done = omniopt("cancel", "pear")
    assert done.returncode == 0, done.stdout
    assert time.monotonic() - began < 15
    assert ended(process)[0] == 4
    assert not local.left_behind()
    assert local.count("cancelled") == 2


def test_cancel_without_a_driver(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 300)
    process.kill()
    process.wait()
    assert omniopt("cancel", "pear").returncode == 0
    assert local.agents() == []
    assert not local.left_behind()
    assert local.count("cancelled") == 2


def test_cancel_takes_the_place_of_a_driver_that_hangs(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 300)
    process.send_signal(signal.SIGSTOP)
    assert omniopt("cancel", "pear").returncode == 0
    assert process.wait() == -signal.SIGKILL
    assert local.agents() == []
    assert not local.left_behind()


def test_stop_without_a_driver_waits_for_what_runs(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 2)
    process.kill()
    process.wait()
    assert omniopt("stop", "pear").returncode == 0
    assert noted(local, "begin") == noted(local, "end")
    assert local.count("ok") == len(noted(local, "end"))


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


@pytest.mark.parametrize("words", [["resume", "pear"], ["start", "pear.toml", "--existing", "continue"]])
def test_a_second_driver_is_refused(omniopt: Omniopt, local: Local, words: list[str]) -> None:
    begin(local, 1000, max_evals=2)
    done = omniopt(*words)
    assert done.returncode == 3
    assert "is being driven already" in done.stderr


def test_who_meets_a_paused_driver_learns_how_it_goes_on(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 0.1, max_evals=4)
    process.send_signal(signal.SIGSTOP)
    until(lambda: processes.paused(process.pid))
    try:
        goes_on = f"fg in its shell lets it go on, and so does kill -CONT {process.pid}."
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


@pytest.mark.parametrize("words", [["resume", "pear"], ["start", "pear.toml", "--existing", "continue"]])
def test_a_finished_run_is_not_driven_again(omniopt: Omniopt, local: Local, words: list[str]) -> None:
    first = omniopt("start", config(local.workdir, on_end="echo x >> ended"))
    done = omniopt(*words)
    assert done.returncode == 0
    assert "All 5 evaluations are done." in done.stdout
    assert "omniopt/omniopt' resume pear --max-evals 10\n" in done.stdout
    results = first.stdout.partition("\nEvaluations:")[2].partition("Running the command")[0]
    assert "\nBest RESULT: " in results
    assert results in done.stdout
    assert (local.workdir / "ended").read_text() == "x\n"
    assert local.count("ok") == 5


def test_resume_after_all_failed_tries_again(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, objective="[ -e fixed ] && echo RESULT: ($x)")
    assert omniopt("start", path).returncode == 1
    (local.workdir / "fixed").touch()
    assert omniopt("resume", "pear").returncode == 0
    assert local.count("ok") == 5


def test_resume_of_many_trials(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, max_evals=10_005)
    omniopt("start", path, "--max-evals", 5)
    local.paths.config.write_text(path.read_text())
    journal = Appender(local.paths.journal(2))
    number_at = [(number, number / 20_000) for number in range(6, 10_001)]
    journal.append(
        {"kind": "driver", "epoch": 2, "host": "gone", "pid": 1, "pid_start": "", "at": 1.0, "seed": 42}
    )
    journal.append(*({"kind": "proposed", "trial": n, "values": {"x": x}, "at": 1.0} for n, x in number_at))
    journal.append(
        *(
            {
                "kind": "finished",
                "trial": n,
                "attempt": 1,
                "agent": "a",
                "status": "ok",
                "loss": x,
                "seconds": 1.0,
                "end": 2.0,
            }
            for n, x in number_at
        ),
        {"kind": "leaving", "at": 3.0},
    )
    done = omniopt("resume", "pear")
    assert done.returncode == 0, done.stdout
    assert local.count("ok") == 10_005
    assert max(local.trials) == 10_005


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


def test_follow_shows_a_run_that_another_process_drives(local: Local) -> None:
    begin(local, 0.4, max_evals=8)
    code, output = ended(local.spawn("follow", "pear"))
    assert code == 0, output
    assert "new best RESULT" in output
    assert "All 8 evaluations are done." in output


def test_follow_says_that_the_driver_has_died(local: Local) -> None:
    process = begin(local, 30)
    follower = local.spawn("follow", "pear")
    process.kill()
    process.wait()
    code, output = ended(follower)
    assert code == 4
    assert "To go on:\n" in output
    assert "omniopt/omniopt' resume pear\n" in output


def test_follow_waits_for_a_driver_that_has_begun_and_said_nothing_yet(local: Local) -> None:
    run = check(Draft({"run.name": "pear", "run.objective": "true ($x)"}, (X,))).run
    assert run is not None
    _, journal = open_epoch(create(Home.in_workdir(local.workdir), run))
    shown = local.workdir / "shown"
    follower = local.spawn("follow", "pear", output=shown)
    until(lambda: "0 of" in shown.read_text())
    assert follower.poll() is None
    last = {"kind": "ended", "exit_code": 0, "reason": "It is over.", "at": time.time()}
    journal.append(introduction(1, 1, "local", local.workdir), last)
    journal.close()
    assert follower.wait(timeout=60) == 0
    assert "It is over." in shown.read_text()


def test_a_driver_whose_first_word_comes_while_follow_looks_is_not_gone(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = check(Draft({"run.name": "pear", "run.objective": "true ($x)"}, (X,))).run
    assert run is not None
    paths = create(Home.in_workdir(local.workdir), run)
    _, journal = open_epoch(paths)

    def look(paths: RunPaths) -> Claim:
        found = claim(paths)
        journal.append(introduction(1, 1, "local", local.workdir))
        return found

    monkeypatch.setattr(follow, "claim", look)
    drivers = follow._Drivers(paths)
    drivers.notice()
    journal.close()
    assert not drivers.gone


def test_ctrl_c_leaves_follow_and_not_the_run(local: Local) -> None:
    process = begin(local, 0.5, max_evals=8)
    follower = local.spawn("follow", "pear")
    until(lambda: local.count("ok") >= 2)
    follower.send_signal(signal.SIGINT)
    ended(follower)
    assert ended(process)[0] == 0


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
