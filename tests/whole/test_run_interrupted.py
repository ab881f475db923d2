"""Runs that are ended, by Ctrl-C, signals and commands, and go on."""

from __future__ import annotations

import json
import signal
from collections import Counter

import pytest
from forked_commands import Omniopt
from local_runs import Local, config, ended, until
from noted_runs import begin, noted

from worker.store.appender import Appender
from worker.store.records import encode


def test_ctrl_c_lets_running_evaluations_end(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 1.5, max_evals=50)
    process.send_signal(signal.SIGINT)
    code, output = ended(process)
    assert code == 4
    assert "The run was stopped.\nTo continue:\n" in output
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
    assert "has already ended" in omniopt("stop", "pear").stdout
    assert omniopt("resume", "pear").returncode == 0
    assert local.count("ok") == 8
    assert set(noted(local, "end").values()) == {1}


def test_cancel_leaves_nothing(omniopt: Omniopt, local: Local) -> None:
    daemon = "setsid bash -c 'trap : TERM; echo begin $OMNIOPT_TRIAL >> log; while :; do sleep 1; done' & "
    path = config(local.workdir, objective=daemon + "trap '' TERM; sleep 300; : ($x)", max_evals=9)
    process = local.spawn("start", path)
    until(lambda: len(noted(local, "begin")) == 2)
    done = omniopt("cancel", "pear")
    assert done.returncode == 0, done.stdout
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


def test_stop_without_a_driver_waits_for_what_runs(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 2)
    process.kill()
    process.wait()
    assert omniopt("stop", "pear").returncode == 0
    assert noted(local, "begin") == noted(local, "end")
    assert local.count("ok") == len(noted(local, "end"))


@pytest.mark.parametrize("words", [["resume", "pear"], ["start", "pear.toml", "--existing", "continue"]])
def test_a_finished_run_is_not_driven_again(omniopt: Omniopt, local: Local, words: list[str]) -> None:
    first = omniopt("start", config(local.workdir, on_ended="echo x >> ended"))
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
        encode(
            {"kind": "driver", "epoch": 2, "host": "gone", "pid": 1, "pid_start": "", "at": 1.0, "seed": 42}
        )
    )
    journal.append(
        *map(encode, ({"kind": "proposed", "trial": n, "values": {"x": x}, "at": 1.0} for n, x in number_at))
    )
    journal.append(
        *map(
            encode,
            (
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
        ),
        encode({"kind": "leaving", "at": 3.0}),
    )
    done = omniopt("resume", "pear")
    assert done.returncode == 0, done.stdout
    assert local.count("ok") == 10_005
    assert max(local.trials) == 10_005


def test_commands_of_an_old_config_and_of_new_ones_run_for_what_happens(
    local: Local, omniopt: Omniopt
) -> None:
    path = config(
        local.workdir, on_first_result="echo $OMNIOPT_EVENT $OMNIOPT_TRIAL >> said", max_evals=3, workers=1
    )
    path.write_text(
        path.read_text().replace(
            "[run]\n", '[run]\non_end = "echo $OMNIOPT_EVENT $OMNIOPT_RUN >> said; cat no-file"\n'
        )
    )
    done = omniopt("start", path, "--local")
    assert done.returncode == 0, done.stdout + done.stderr
    first, last = (local.workdir / "said").read_text().splitlines()
    assert first == "first-result 1"
    assert last == f"ended {local.paths.root.resolve()}"
    assert "Running the command for ended: echo" in done.stdout
    assert "It ended with exit code 1" in done.stdout
    assert "no-file" in local.paths.hooks_log.read_text()
    again = omniopt("resume", "pear", "--max-evals", "5", "--on-end", "echo $OMNIOPT_EVENT again >> said")
    assert again.returncode == 0, again.stdout + again.stderr
    assert (local.workdir / "said").read_text().splitlines()[2:] == ["ended again"]


def test_each_event_is_told_once_whoever_drives(local: Local, omniopt: Omniopt) -> None:
    tell = {
        f"on_{event}": "echo $OMNIOPT_EVENT >> said" for event in ("first_result", "ended", "interrupted")
    }
    objective = "sleep 0.3; echo RESULT: ($x)"
    process = local.spawn(
        "start", config(local.workdir, objective=objective, max_evals=12, **tell), "--local"
    )
    said = local.workdir / "said"
    until(lambda: said.exists() and said.read_text().endswith("\n"))
    process.kill()
    process.wait()
    assert omniopt("stop", "pear").returncode == 0
    assert omniopt("resume", "pear").returncode == 0
    assert said.read_text().splitlines() == ["first-result", "interrupted", "ended"]
    assert local.count("ok") == 12
