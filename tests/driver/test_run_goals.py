"""Runs that begin with a setting of the user, end at a target, or end when they get no better."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config
from report_runs import a_run, a_trial, write_run

from worker.driver.limits import Limits
from worker.driver.proposer import Proposer
from worker.progress.tally import Over, Tally
from worker.report.data import own_setting
from worker.report.data.results import read
from worker.report.pages import report
from worker.spec.algorithms import ALGORITHMS
from worker.trial import IMPORTED, Status, Trial

# All but those that need more than a plain installation has.
PLAIN = [algorithm.name for algorithm in ALGORITHMS.values() if not algorithm.needs]


class Proposals:
    """What a proposer has proposed."""

    def __init__(self) -> None:
        self.values: dict[int, dict[str, object]] = {}

    def propose(self, number: int, values: dict[str, object], at: float) -> None:
        self.values[number] = values


def proposals(proposer: Proposer, count: int) -> dict[int, dict[str, object]]:
    found = Proposals()
    for _ in range(count):
        proposer.propose(found, 0.0)  # type: ignore[arg-type]
    return found.values


@pytest.mark.parametrize("algorithm", PLAIN)
def test_settings_of_the_user_come_first_and_once(algorithm: str) -> None:
    points = [{"lr": 0.25, "kind": "b"}, {"lr": 0.5, "kind": "a"}, {"lr": 0.25, "kind": "b"}]
    run = a_run(search__start_with=points, search__algorithm=algorithm, search__grid_points=5)
    found = proposals(Proposer(run, 1, [], 1), 6)
    assert [found[1], found[2]] == points[:2]
    assert len({tuple(values.items()) for values in found.values()}) == 6
    known = [a_trial(1, points[0], 0.5)]  # type: ignore[arg-type]
    assert proposals(Proposer(run, 1, known, 2), 1) == {2: points[1]}


def good(number: int, loss: float, **more: object) -> Trial:
    return a_trial(number, {"lr": number / 99, "kind": "a"}, loss, **more)  # type: ignore[arg-type]


def test_a_run_ends_at_its_target() -> None:
    limits = Limits(100, 10, 1000.0, target=0.5)
    tally = Tally([good(1, 0.6)])
    assert limits.over(tally, 0) is None
    tally.note(good(2, 0.5))
    assert limits.over(tally, 0) is Over.TARGET
    tally.note(a_trial(2, {"lr": 0, "kind": "a"}, None, Status.FAILED))
    assert limits.over(tally, 0) is None
    tally.note(good(3, 0.1, agent=IMPORTED))
    assert limits.over(tally, 0) is None, "what was imported counts for no limit"
    tally.note(good(4, 0.4))
    assert limits.over(tally, 0) is Over.TARGET
    largest = a_run(search__direction="max", search__target="0.9")
    limits = Limits(100, 10, 1000.0, target=largest.target_rank)
    assert limits.over(Tally([good(1, 0.8)], largest.rank), 0) is None
    assert limits.over(Tally([good(1, 0.9)], largest.rank), 0) is Over.TARGET


def test_a_run_ends_once_it_gets_no_better() -> None:
    limits = Limits(100, 10, 1000.0, patience=3)
    tally = Tally([good(1, 0.6), good(2, 0.7), good(3, 0.8)])
    assert limits.over(tally, 0) is None
    tally.note(good(3, 0.8))
    tally.note(a_trial(4, {"lr": 0, "kind": "a"}, None, Status.FAILED))
    tally.note(good(9, 0.8, agent=IMPORTED))
    assert limits.over(tally, 0) is None, "neither failures nor what was imported counts"
    tally.note(good(5, 0.6))
    assert limits.over(tally, 0) is Over.PATIENCE
    tally.note(good(6, 0.59))
    assert limits.over(tally, 0) is None
    assert Limits(100, 10, 1000.0).over(tally, 0) is None


def compared(*losses: float | None, direction: str = "min") -> str:
    run = a_run(search__direction=direction, search__start_with=[{"lr": 0, "kind": "a"}])
    trials = [
        a_trial(
            number,
            {"lr": (number - 1) / 9, "kind": "a"},
            loss,
            Status.OK if loss is not None else Status.FAILED,
        )
        for number, loss in enumerate(losses, 1)
    ]
    return own_setting.sentence(run, trials, Tally(trials, run.rank).best)


def test_the_best_is_compared_with_the_setting_of_the_user() -> None:
    assert compared(0.5, 0.4) == (
        "The best is better than your own setting (evaluation 1, RESULT 0.5) by 0.1, or 20 %."
    )
    assert compared(0.5, 0.6) == "No evaluation is better than your own setting (evaluation 1, RESULT 0.5)."
    assert compared(0.0, -2) == "The best is better than your own setting (evaluation 1, RESULT 0) by 2."
    assert compared(0.5, 0.6, direction="max").startswith("The best is better than your own setting")
    assert compared(None, 0.6) == compared(None) == ""
    assert own_setting.sentence(a_run(), [good(1, 1)], good(1, 1)) == ""


def test_it_is_said_wherever_the_best_is(workdir: Path, omniopt: Omniopt) -> None:
    run = a_run(search__start_with=[{"lr": 0, "kind": "a"}])
    trials = [a_trial(number, {"lr": (number - 1) / 9, "kind": "a"}, 1 / number) for number in range(1, 6)]
    paths = write_run(workdir, run, trials)
    said = "The best is better than your own setting (evaluation 1, RESULT 1) by 0.8, or 80 %."
    page = report.page(read(paths), report.Options(with_importance=False), datetime.now(timezone.utc))
    assert said in page
    for command in ("status", "best", "summary"):
        assert said in omniopt(command, str(paths.root)).stdout
    assert "It is one of the settings that the run began with." in omniopt("why", str(paths.root), 1).stdout


def test_a_run_from_its_own_setting_to_its_target(workdir: Path, omniopt: Omniopt) -> None:
    path = config(workdir, start_with=[{"x": 0.75}], target="0.8", direction="max", max_evals=500)
    done = omniopt("start", path, "--local", "--yes")
    assert done.returncode == 0
    assert "The target of 0.8 is reached." in done.stdout
    local = Local(workdir)
    assert dict(local.trials[1].values) == {"x": 0.75}
    assert len(local.trials) < 100
    status = json.loads(omniopt("status", "pear", "--json").stdout)
    assert status["best"]["loss"] >= 0.8
    assert "resume" in done.stdout and "--target ''" in done.stdout
    again = omniopt("resume", "pear", "--target", "", "--max-evals", len(local.trials) + 3)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "evaluations are done." in again.stdout


def test_a_run_that_gets_no_better_ends_and_goes_on_when_it_is_told_to(
    workdir: Path, omniopt: Omniopt
) -> None:
    path = config(workdir, objective="echo RESULT: 1", patience=4, workers=1, max_evals=50)
    done = omniopt("start", path, "--local", "--yes")
    assert done.returncode == 0
    assert "4 evaluations in a row were no better than the best before." in done.stdout
    local = Local(workdir)
    ended = len(local.trials)  # what was in hand when it ended is finished
    assert 5 <= ended < 20
    assert "--patience 0" in done.stdout
    assert omniopt("resume", "pear").returncode == 0
    assert ended + 4 <= len(local.trials) < ended + 20


@pytest.mark.parametrize("result", ["($x)", "1"])
def test_a_run_of_auto_says_what_is_still_to_gain(workdir: Path, omniopt: Omniopt, result: str) -> None:
    path = config(
        workdir, objective=f"echo RESULT: {result}", algorithm="auto", patience=7, workers=1, max_evals=60
    )
    said = omniopt("start", path).stdout
    found = re.search(
        r"The search expects the next evaluation to improve on (\S+) by (\S+) on average\.", said
    )
    assert found, said
    assert float(found[2]) >= 0
    assert found[0] in omniopt("status", "pear").stdout


def test_a_run_at_random_expects_nothing(workdir: Path, omniopt: Omniopt) -> None:
    path = config(workdir, objective="echo RESULT: 1", patience=3, max_evals=50)
    assert "The search expects" not in omniopt("start", path).stdout
