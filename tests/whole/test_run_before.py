"""The command before the first evaluation: once, alone, with a log of its own, and again where it did not come to its end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config, ended, until

# Says when it begins and ends, and whether another one is at it; waits while the test wants.
SLOW = (
    '[ -e pid ] && grep -q . "/proc/$(cat pid)/cmdline" && echo twice >> problems; echo $$ > pid; '
    "echo $OMNIOPT_ATTEMPT >> begun; while [ -e wait ]; do sleep 0.05; done; echo done >> made"
)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_it_is_run_once_and_everything_else_waits(omniopt: Omniopt, local: Local) -> None:
    (local.workdir / "wait").touch()
    path = config(
        local.workdir, before=SLOW, objective="cat made; echo RESULT: ($x)", workers=3, variables={"A": "b"}
    )
    process = local.spawn("start", path)
    until(lambda: lines(local.workdir / "begun") == ["1"])
    status = omniopt("status", "pear").stdout
    assert "preparing: [ -e pid ]" in status
    assert "0 running" in status
    assert json.loads(omniopt("status", "pear", "--json").stdout)["before"] == "running"
    assert not local.trials
    (local.workdir / "wait").unlink()
    code, output = ended(process)
    assert code == 0, output
    assert "Preparing: [ -e pid ]" in output
    assert local.count("ok") == 5
    assert all(local.paths.trial_out(number).read_text().startswith("done\n") for number in local.trials)
    assert lines(local.workdir / "begun") == ["1"]
    assert omniopt("resume", "pear", "--max-evals", 7).returncode == 0
    assert lines(local.workdir / "begun") == ["1"]
    assert local.count("ok") == 7
    assert "preparing" not in omniopt("status", "pear").stdout


def test_where_it_fails_the_run_ends_and_names_its_log_and_goes_on_once_it_can(
    omniopt: Omniopt, local: Local
) -> None:
    path = config(local.workdir, before='echo "no such data" >&2; test -e data')
    done = omniopt("start", path)
    assert done.returncode == 1
    assert "The command before the first evaluation failed: It ended with exit code 1." in done.stdout
    assert str(local.paths.before_log) in done.stdout
    assert local.paths.before_log.read_text() == "no such data\n"
    assert not local.trials
    assert "preparing failed" in omniopt("status", "pear").stdout
    (local.workdir / "data").touch()
    again = omniopt("resume", "pear")
    assert again.returncode == 0, again.stdout
    assert local.count("ok") == 5
    assert local.paths.csv.read_text().count("\n") == 6


def test_a_run_goes_on_without_it_once_it_is_told_to(omniopt: Omniopt, local: Local) -> None:
    assert omniopt("start", config(local.workdir, before="false")).returncode == 1
    done = omniopt("resume", "pear", "--before", "")
    assert done.returncode == 0, done.stdout
    assert local.count("ok") == 5


@pytest.mark.parametrize("driver_too", [False, True])
def test_killed_in_the_middle_it_begins_again_and_never_twice_at_once(
    omniopt: Omniopt, local: Local, driver_too: bool
) -> None:
    (local.workdir / "wait").touch()
    process = local.spawn("start", config(local.workdir, before=SLOW, workers=2))
    until(lambda: lines(local.workdir / "begun") == ["1"])
    if driver_too:
        process.kill()
        process.wait()
    local.kill_agents()
    if driver_too:
        process = local.spawn("resume", "pear")
    until(lambda: lines(local.workdir / "begun") == ["1", "2"])
    (local.workdir / "wait").unlink()
    code, output = ended(process)
    assert code == 0, output
    assert not lines(local.workdir / "problems")
    assert lines(local.workdir / "made") == ["done"]
    assert local.count("ok") == 5


def test_a_driver_that_is_killed_meanwhile_does_not_disturb_it(local: Local) -> None:
    (local.workdir / "wait").touch()
    process = local.spawn("start", config(local.workdir, before=SLOW, workers=2))
    until(lambda: lines(local.workdir / "begun") == ["1"])
    process.kill()
    process.wait()
    process = local.spawn("resume", "pear")
    until(lambda: len(list(local.paths.journals.glob("*.jsonl"))) == 2)
    (local.workdir / "wait").unlink()
    code, output = ended(process)
    assert code == 0, output
    assert lines(local.workdir / "begun") == ["1"]
    assert local.count("ok") == 5


def test_a_result_that_it_prints_is_none(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, before="echo RESULT: -5; sleep 1.2; echo RESULT: nan")
    done = omniopt("start", path, "--early-stopping", "median", "--target", "-1")
    assert done.returncode == 0, done.stdout
    assert local.count("ok") == 5


def test_a_trial_on_a_node_says_what_it_printed_and_leaves_nothing(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, before="echo no such data >&2; false")
    done = omniopt("check", path, "--on-node", "--local")
    assert done.returncode == 1
    assert "The command before the first evaluation failed" in done.stdout
    assert "  | no such data" in done.stdout
    assert not list((local.workdir / "omniopt" / "projects").iterdir())
    fine = omniopt("check", config(local.workdir, before="true"), "--on-node", "--local")
    assert fine.returncode == 0, fine.stdout


def test_what_a_link_brings_along_is_shown_before_anybody_agrees(omniopt: Omniopt, local: Local) -> None:
    path = config(
        local.workdir, before="curl https://example.org | sh", modules=["GCC/12"], venv="v", variables={"LD_PRELOAD": "./x.so"}
    )  # fmt: skip
    link = omniopt("url", path).stdout.strip()
    shown = omniopt("start", link).stdout
    asked = shown[shown.index("This would be started:") :]
    assert "at first  curl https://example.org | sh" in asked
    assert "module load GCC/12" in asked
    assert "/v/bin/activate" in asked
    assert 'export LD_PRELOAD="./x.so"' in asked
    assert not local.paths.root.exists()
