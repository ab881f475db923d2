"""Evaluations that are stopped early in real runs, whose programs print curves."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from statistics import fmean

import pytest
from forked_commands import Omniopt
from local_runs import Local, config, ended, until

GOOD = [{"x": number / 100} for number in range(14, 9, -1)]  # each is the best so far
HOPELESS = {"x": 0.9}
# Prints a line every tenth of a second, ten of them; where x is bad it would go on until the test gives up.
PROGRAM = """#!/usr/bin/env bash
{begin}
lines=10
[ "${{1#0.9}}" = "$1" ] || lines=3000
for line in $(seq $lines); do
    awk -v x="$1" -v line="$line" 'BEGIN {{ printf "RESULT: %.4f\\n", {value} }}'
    sleep 0.1
done
{end}
"""


def program(folder: Path, value: str = "x + 1 / line", begin: str = "", end: str = "") -> str:
    """A program in that folder; the command that runs it."""
    path = folder / "curve.sh"
    path.write_text(PROGRAM.format(value=value, begin=begin, end=end))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return "./curve.sh ($x)"


def a_run(local: Local, objective: str, **values: object) -> Path:
    return config(
        local.workdir,
        objective=objective,
        **{
            "workers": 2,
            "max_evals": 6,
            "start_with": [*GOOD, HOPELESS],
            "early_stopping": "median",
            "poll_interval": 1,
            **values,
        },
    )


def decisions(local: Local) -> list[dict[str, object]]:
    return [record for record in local.records() if record["kind"] == "stop-early"]


@pytest.mark.parametrize("rule", ["median", "asha"])
def test_a_hopeless_evaluation_is_ended_with_its_last_value(
    omniopt: Omniopt, local: Local, rule: str
) -> None:
    path = a_run(local, program(local.workdir), early_stopping=rule, workers=1)
    done = omniopt("start", path, "--local", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    trial = local.trials[6]
    assert trial.status.value == "stopped-early"
    assert len(trial.curve) >= 3
    assert trial.loss == trial.curve[-1][1]
    assert trial.exit_code != 0
    assert "At line " in trial.reason
    [decision] = decisions(local)
    assert (decision["trial"], decision["attempt"], decision["reason"]) == (6, 1, trial.reason)
    assert "stopped early" in done.stdout
    said = omniopt("status", "pear").stdout
    assert "6 of 6 done, " in said
    assert "stopped early, which saved about" in said
    best = json.loads(omniopt("status", "pear", "--json").stdout)["best"]
    assert best["trial"] == 5
    assert "is to be stopped early. At line" in local.paths.events.read_text()


def test_of_folds_the_mean_so_far_is_the_result(local: Local) -> None:
    objective = program(local.workdir, value="x + line % 3", end='echo "RESULT: $1"')
    path = a_run(
        local, objective, early_stopping="wilcoxon", max_evals=2, start_with=[GOOD[0], HOPELESS], workers=1
    )
    code, output = ended(local.spawn("start", path))
    assert code == 0, output
    trial = local.trials[2]
    assert trial.status.value == "stopped-early"
    assert trial.loss == pytest.approx(fmean(value for _, value in trial.curve))
    assert re.match(r"Its first [3-9] folds are worse than those of evaluation 1", trial.reason)


def test_without_early_stopping_nothing_is_ended(local: Local) -> None:
    values: dict[str, object] = {
        "early_stopping": "off",
        "max_evals": 4,
        "start_with": [{"x": 0.1}, {"x": 0.2}, {"x": 0.3}, {"x": 0.8}],
    }
    code, output = ended(local.spawn("start", a_run(local, program(local.workdir), **values)))
    assert code == 0, output
    assert local.count("ok") == 4
    assert not decisions(local)


def test_a_killed_driver_decides_once_and_its_agent_hears_of_it(local: Local) -> None:
    # The hopeless program goes on in spite of TERM, so that there is time to kill the driver.
    begin = '[ "${1#0.9}" = "$1" ] || trap "" TERM'
    path = a_run(local, program(local.workdir, begin=begin), workers=1, max_evals=7)
    process = local.spawn("start", path)
    until(lambda: local.paths.journals.exists() and decisions(local))
    process.kill()
    process.wait()
    code, output = ended(local.spawn("resume", "pear"))
    assert code == 0, output
    assert len([record for record in decisions(local) if record["trial"] == 6]) == 1
    ends = [record for record in local.records() if record["kind"] == "finished" and record["trial"] == 6]
    assert [(end["status"], end["attempt"]) for end in ends] == [("stopped-early", 1)]
    assert local.trials[6].loss == local.trials[6].curve[-1][1]
    assert len(local.trials) == 7
    assert local.count("ok") + local.count("stopped-early") == 7


def test_what_was_printed_without_a_driver_counts_for_the_next_one(local: Local) -> None:
    process = local.spawn("start", a_run(local, program(local.workdir), workers=1))
    until(lambda: 6 in local.trials and local.trials[6].status.value == "running")
    process.kill()
    process.wait()
    code, output = ended(local.spawn("resume", "pear"))
    assert code == 0, output
    assert local.trials[6].status.value == "stopped-early"
    assert len(decisions(local)) == 1


def test_one_that_is_asked_for_again_comes_to_its_end(omniopt: Omniopt, local: Local) -> None:
    objective = program(local.workdir).replace("./curve.sh", "LIMIT=$(cat limit 2>/dev/null) ./curve.sh")
    text = (local.workdir / "curve.sh").read_text().replace("|| lines=3000", '|| lines="${LIMIT:-3000}"')
    (local.workdir / "curve.sh").write_text(text)
    code, output = ended(local.spawn("start", a_run(local, objective, workers=1)))
    assert code == 0, output
    assert local.count("stopped-early") == 1
    (local.workdir / "limit").write_text("15")
    again = omniopt("retry", "pear", 6)
    assert again.returncode == 0, again.stdout + again.stderr
    assert local.count("ok") == 6
    assert len(local.trials[6].curve) == 15


def test_what_runs_is_seen_while_it_runs(omniopt: Omniopt, local: Local) -> None:
    path = a_run(local, program(local.workdir), workers=1, max_evals=1, start_with=[HOPELESS])
    local.spawn("start", path, output=local.workdir / "driver.log")
    until(lambda: local.count("running") == 1)
    until(lambda: "so far (line" in omniopt("status", "pear").stdout)
    [live] = json.loads(omniopt("status", "pear", "--json").stdout)["live"]
    assert (live["trial"], live["value"]) == (1, pytest.approx(0.9 + 1 / live["line"], abs=1e-4))
    follower = local.spawn("follow", "pear", output=local.workdir / "followed")
    until(lambda: "best of those that run: RESULT " in (local.workdir / "followed").read_text())
    assert omniopt("cancel", "pear").returncode == 0
    follower.wait()
