"""Sobol's sequence and Optuna's samplers: what they propose, and that the same trials lead to the same proposals."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import qmc
from search_driving import MIXED, SMALL
from search_runs import ALL_TYPES, Spec, evaluate, run_of, searcher_of, space_of

from worker.cli import search_check
from worker.spec.algorithms import ALGORITHMS
from worker.spec.parameters import Value

SAMPLERS = ("optuna.tpe", "optuna.cmaes", "optuna.nsga2")
REBUILT = ("optuna.tpe", "optuna.nsga2")  # CMA-ES begins a new generation when a run is taken up again
SQUARE: Spec = {name: ("hp.uniform", {"min": 0, "max": 1}) for name in "xy"}


def bowl(values: Mapping[str, Value]) -> float:
    x, y = (float(value) for value in values.values())
    return (x - 0.3) ** 2 + (y - 0.6) ** 2


@pytest.mark.parametrize("seed", [1, 2])
def test_sobol_covers_the_space_more_evenly_than_chance(seed: int) -> None:
    spread = {
        algorithm: qmc.discrepancy(
            np.array([list(point.values()) for point in evaluate(searcher_of(SQUARE, algorithm, seed), 64)])
        )
        for algorithm in ("sobol", "hyperopt.rand.suggest")
    }
    assert spread["sobol"] < spread["hyperopt.rand.suggest"] / 2


def test_sobol_goes_on_where_it_was_whatever_the_results() -> None:
    whole = evaluate(searcher_of(MIXED, "sobol"), 20)
    taken_up = searcher_of(MIXED, "sobol")
    for number in range(12):
        taken_up.add(number, whole[number])
    assert [taken_up.ask(number) for number in range(12, 20)] == whole[12:]


@pytest.mark.parametrize("algorithm", ["optuna.tpe", "optuna.cmaes"])  # NSGA-II needs several generations
def test_a_sampler_comes_nearer_to_the_minimum_than_chance(algorithm: str) -> None:
    late = [bowl(point) for point in evaluate(searcher_of(SQUARE, algorithm), 100, bowl)[60:]]
    chance = [bowl(point) for point in evaluate(searcher_of(SQUARE, "hyperopt.rand.suggest"), 40)]
    assert np.mean(late) < np.mean(chance) / 2


@pytest.mark.parametrize("algorithm", SAMPLERS)
@settings(max_examples=5)
@given(names=st.sets(st.sampled_from(sorted(ALL_TYPES)), min_size=1, max_size=5))
def test_a_sampler_proposes_new_points_of_any_space(algorithm: str, names: set[str]) -> None:
    spec = {name: ALL_TYPES[name] for name in sorted(names)}
    space = space_of(spec)
    points = evaluate(
        searcher_of(spec, algorithm), 25, lambda values: None if len(str(values)) % 3 else 1.0, workers=4
    )
    assert len({tuple(point.values()) for point in points}) == len(points) == min(25, space.size)
    assert all(space.admitted(point) == tuple(point.values()) for point in points)


@pytest.mark.parametrize("algorithm", REBUILT)
def test_a_sampler_goes_on_where_it_was(algorithm: str) -> None:
    whole = evaluate(searcher_of(SQUARE, algorithm), 24, bowl)
    taken_up = searcher_of(SQUARE, algorithm)
    for number in range(20):
        taken_up.add(number, whole[number])
        taken_up.tell(number, bowl(whole[number]))
    # It knows its own proposals in full, and those of before as they were rounded.
    assert taken_up.ask(20) == pytest.approx(whole[20], rel=1e-4)


@pytest.mark.parametrize("algorithm", SAMPLERS)
def test_a_sampler_takes_back_a_result(algorithm: str) -> None:
    searcher = searcher_of(SQUARE, algorithm)
    for number in range(15):
        point = searcher.ask(number)
        assert point
        searcher.tell(number, bowl(point))
    assert searcher.ask(15)
    searcher.runs_again(3)
    assert searcher.ask(16)
    searcher.tell(3, math.nan)
    assert searcher.ask(17)


@pytest.mark.parametrize("algorithm", SAMPLERS)
def test_a_sampler_uses_up_a_small_space(algorithm: str) -> None:
    points = evaluate(searcher_of(SMALL, algorithm), 100, workers=3)
    assert len({tuple(point.values()) for point in points}) == len(points) == 12


def test_what_is_missing_is_said_with_the_line_that_installs_it() -> None:
    run = run_of(SQUARE, "optuna.gp")
    (problem,) = search_check.problems(run, lambda package: package != "torch")
    assert problem.message == "optuna.gp needs torch, which is not installed here."
    assert problem.hint.endswith("install optuna-gp, or choose auto.")
    (problem,) = search_check.problems(run, lambda package: False)
    assert problem.message == "optuna.gp needs optuna and torch, which are not installed here."
    assert problem.hint.endswith("install optuna optuna-gp, or choose auto.")
    for name in ALGORITHMS:
        assert list(search_check.problems(run_of(SQUARE, name), lambda package: True)) == []


def test_optuna_is_imported_by_none_but_its_own_searches() -> None:
    program = (
        "import sys\n"
        "from search_runs import *\n"
        "for algorithm in ('auto', 'sobol', 'mix.suggest'):\n"
        "    evaluate(searcher_of(ALL_TYPES, algorithm), 25)\n"
        "searcher_of(ALL_TYPES, 'optuna.tpe')\n"
        "print({'optuna', 'cmaes', 'torch'} & set(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[1] / "support",
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "set()\n"
