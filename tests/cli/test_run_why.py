"""`omniopt why`, and the line of `status` on what the search does: the same for whoever asks, whenever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config, points

BOWL = "awk 'BEGIN { print \"RESULT: \" (($x) - 0.3) ^ 2 }'"
RESIDUALS = 'awk \'BEGIN { print "RESULT1: " ($x) - 0.3; print "RESULT2: " 0.1 - ($x) ^ 2 }\''
EVALUATIONS = 9


@pytest.fixture
def local(workdir: Path) -> Local:
    """The run in the workdir."""
    return Local(workdir)


def start(
    omniopt: Omniopt,
    local: Local,
    name: str,
    evaluations: int,
    algorithm: str = "auto",
    objective: str = BOWL,
) -> None:
    written = config(
        local.workdir, name=name, objective=objective, workers=1, max_evals=evaluations, algorithm=algorithm
    )
    assert omniopt("start", written).returncode == 0


def test_a_proposal_of_a_model_is_explained_and_one_of_the_first_points_too(
    omniopt: Omniopt, local: Local
) -> None:
    start(omniopt, local, "pear", EVALUATIONS)
    first = omniopt("why", "pear", 2).stdout.splitlines()
    assert first[1] == "  Proposed by auto: one of the first points, before there was enough to learn from."
    assert first[2] == "  Points spread over 1 parameter until 5 results are known; 5 start points"
    later = omniopt("why", "pear", EVALUATIONS).stdout.splitlines()
    assert later[1].startswith(f"  Proposed after {EVALUATIONS - 1} evaluations by a Gaussian process")
    assert later[2].startswith("  Expected RESULT: ")
    assert later[3].startswith("  Expected improvement: ")
    assert later[4].startswith("  RESULT ")
    line = "Gaussian process on 1 parameter; 5 start points"
    assert f"  search: {line}" in omniopt("status", "pear").stdout.splitlines()
    assert json.loads(omniopt("status", "pear", "--json").stdout)["search"] == line
    assert line in omniopt("summary", "pear").stdout


def test_a_run_that_is_taken_up_again_goes_on_as_if_it_had_not_been_interrupted(
    omniopt: Omniopt, local: Local
) -> None:
    start(omniopt, local, "whole", EVALUATIONS)
    start(omniopt, local, "parts", EVALUATIONS - 2)
    assert omniopt("resume", "parts", "--max-evals", EVALUATIONS).returncode == 0
    assert points(local.workdir, "parts") == points(local.workdir, "whole")
    explained = [omniopt("why", name, EVALUATIONS).stdout.splitlines()[1:] for name in ("whole", "parts")]
    assert explained[0] == explained[1]


def test_each_of_several_results_is_modelled_also_after_an_interruption(
    omniopt: Omniopt, local: Local
) -> None:
    start(omniopt, local, "whole", EVALUATIONS + 1, objective=RESIDUALS)
    start(omniopt, local, "parts", EVALUATIONS - 2, objective=RESIDUALS)
    assert omniopt("resume", "parts", "--max-evals", EVALUATIONS + 1).returncode == 0
    assert points(local.workdir, "parts") == points(local.workdir, "whole")
    explained = omniopt("why", "parts", EVALUATIONS + 1).stdout
    assert "by a Gaussian process of each of 2 results, for their norm." in explained
    line = "Gaussian processes of 2 results on 1 parameter; 5 start points"
    assert f"  search: {line}" in omniopt("status", "parts").stdout.splitlines()


def test_an_algorithm_that_predicts_nothing_says_what_it_does(omniopt: Omniopt, local: Local) -> None:
    start(omniopt, local, "drawn", 2, "hyperopt.rand.suggest")
    said = omniopt("why", "drawn", 1).stdout
    assert "  Proposed by hyperopt.rand.suggest: independent random draws." in said
    refused = omniopt("why", "drawn", 7)
    assert refused.returncode == 2
    assert "There is no evaluation 7 in drawn." in refused.stderr
