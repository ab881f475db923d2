"""What every search keeps to: the same seed, its space, what it is told; and that it learns."""

from __future__ import annotations

import math
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from search_driving import (
    ALL,
    MIXED,
    SMALL,
    Event,
    drive,
    every_algorithm,
    in_order,
    learning_algorithms,
    trial_by_trial,
)
from search_runs import ALL_TYPES, Spec, evaluate, run_of, searcher_of, space_of

from worker.search.searcher import Searcher, make_searcher


@every_algorithm
@pytest.mark.parametrize("replay", [in_order, trial_by_trial])
@pytest.mark.parametrize("workers", [1, 5])
def test_a_rebuilt_search_goes_on_as_if_nothing_had_happened(
    algorithm: str, replay: Callable[[Searcher, list[Event]], None], workers: int
) -> None:
    whole: list[Event] = []
    searcher = searcher_of(MIXED, algorithm, max_evals=90)
    drive(searcher, 0, 60, workers, whole)
    events = list(whole)
    drive(searcher, 60, 90, workers, whole)
    rebuilt = searcher_of(MIXED, algorithm, max_evals=90)
    # What a journal holds has been through JSON.
    replay(rebuilt, events)
    drive(rebuilt, 60, 90, workers, events)
    assert events == whole


@every_algorithm
def test_one_worker_gets_the_same_trials_under_the_same_seed(algorithm: str) -> None:
    first, second, other = (evaluate(searcher_of(ALL_TYPES, algorithm, seed), 40) for seed in (3, 3, 4))
    assert first == second
    assert algorithm == "gridsearch" or first != other
    assert len(first) == 40


def test_the_same_trials_in_every_process() -> None:
    program = (
        "from search_runs import *\n"
        "for algorithm in (*DRAWING, 'gridsearch', 'sobol'):\n"
        "    print(evaluate(searcher_of(ALL_TYPES, algorithm, 5), 32, workers=2))\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parents[1] / "support",
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "77")
    }
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == len(ALL)


@every_algorithm
def test_known_points_are_not_proposed(algorithm: str) -> None:
    searcher = searcher_of(SMALL, algorithm)
    searcher.add(100, {"b": "2", "a": "x"})
    searcher.tell(100, 0.5)
    searcher.add(101, {"a": "z", "b": "4"})
    points = [tuple(point.values()) for point in evaluate(searcher, 50)]
    assert len(set(points)) == len(points) == 10
    assert not {("x", "2"), ("z", "4")} & set(points)


@every_algorithm
def test_a_point_outside_the_space_is_refused_and_changes_nothing(algorithm: str) -> None:
    searcher = searcher_of(SMALL, algorithm)
    with pytest.raises(
        ValueError, match="The parameter b cannot have this value: 9 is not one of the 4 values"
    ):
        searcher.add(100, {"a": "x", "b": "9"})
    assert len(evaluate(searcher, 50)) == 12


@learning_algorithms
def test_values_stay_inside_the_space_however_the_losses_pull(algorithm: str) -> None:
    space = space_of(ALL_TYPES)
    for pull in (-1, 1):

        def loss(values: object, pull: int = pull) -> float:
            assert isinstance(values, dict)
            return pull * sum(math.atan(value) for value in values.values() if not isinstance(value, str))

        for point in evaluate(searcher_of(ALL_TYPES, algorithm), 120, loss):
            assert space.admitted(point) == tuple(point.values())
            assert list(point) == list(ALL_TYPES)


@learning_algorithms
def test_the_search_learns(algorithm: str) -> None:
    spec: Spec = {
        "x": ("hp.uniform", {"min": -10, "max": 10}),
        "rate": ("hp.loguniform", {"min": -12, "max": 0}),
        "kind": ("hp.choice", {"values": ["a", "b", "c"]}),
    }

    def loss(point: object) -> float:
        assert isinstance(point, dict)
        return float(abs(point["x"] - 3) + abs(math.log(point["rate"]) + 5) + "bac".index(point["kind"]))

    points = evaluate(searcher_of(spec, algorithm), 150, loss)
    drawn = evaluate(searcher_of(spec, "hyperopt.rand.suggest"), 150)
    ours, random_ones = (sorted(map(loss, part[100:]))[25] for part in (points, drawn))
    assert ours < 0.75 * random_ones
    assert Counter(point["kind"] for point in points[100:]).most_common(1)[0][0] == "b"


@learning_algorithms
@pytest.mark.parametrize("bad", [None, math.nan, math.inf, -math.inf])
def test_trials_without_a_usable_loss_do_no_harm(algorithm: str, bad: float | None) -> None:
    spec: Spec = {"x": ("hp.uniform", {"min": 0, "max": 1})}

    def loss(point: object) -> float | None:
        assert isinstance(point, dict)
        return bad if point["x"] > 0.5 else 1 - point["x"]

    points = evaluate(searcher_of(spec, algorithm), 120, loss)
    assert len(points) == 120
    # The best that works is found; where it fails is not where the search stays.
    assert sum(0.3 < float(point["x"]) <= 0.5 for point in points[60:]) > 20


@learning_algorithms
def test_a_search_without_any_result_draws_at_random(algorithm: str) -> None:
    failing = evaluate(searcher_of(MIXED, algorithm), 60, lambda values: None)
    spread = 7 if algorithm == "auto" else 0  # points that it spreads over the space first
    assert failing[spread:] == evaluate(searcher_of(MIXED, "hyperopt.rand.suggest"), 60)[spread:]


@learning_algorithms
def test_many_in_flight_are_not_all_sent_to_one_place(algorithm: str) -> None:
    searcher = searcher_of({"x": ("hp.uniform", {"min": 0, "max": 1})}, algorithm)
    evaluate(searcher, 30)
    points = [searcher.ask(number) for number in range(30, 62)]
    assert len({round(float(point["x"]), 4) for point in points if point}) > 25


@learning_algorithms
def test_the_state_of_other_random_numbers_is_left_alone(algorithm: str) -> None:
    before = random.getstate(), np.random.get_state(legacy=False)
    evaluate(searcher_of(MIXED, algorithm), 40)
    assert random.getstate() == before[0]
    assert str(np.random.get_state(legacy=False)) == str(before[1])


def test_libraries_are_imported_only_for_models() -> None:
    program = (
        "import sys\n"
        "from search_runs import *\n"
        "for algorithm in (*DRAWING, 'gridsearch'):\n"
        "    searcher = searcher_of(ALL_TYPES, algorithm)\n"
        "    evaluate(searcher, 10, lambda values: None)\n"
        "print({'numpy', 'scipy', 'hyperopt'} & set(sys.modules))\n"
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


def test_libraries_may_be_loaded_in_another_thread() -> None:
    searcher = searcher_of(MIXED, "mix.suggest")
    threads = [threading.Thread(target=searcher.prepare) for _ in range(3)]
    for thread in threads:
        thread.start()
    points = evaluate(searcher, 30)
    for thread in threads:
        thread.join()
    assert points == evaluate(searcher_of(MIXED, "mix.suggest"), 30)


def test_every_algorithm_that_can_be_chosen_has_a_searcher() -> None:
    from worker.spec.algorithms import ALGORITHMS

    plain = {name for name, algorithm in ALGORITHMS.items() if not algorithm.needs}
    assert plain == set(ALL)
    for algorithm in plain:
        assert make_searcher(run_of(SMALL, algorithm), 1).ask(0)


@learning_algorithms
def test_a_trial_has_one_entry_and_one_result(algorithm: str) -> None:
    searcher = searcher_of(MIXED, algorithm)
    point = searcher.ask(0)
    assert point
    with pytest.raises(ValueError, match="Trial 0 is known already"):
        searcher.add(0, point)
    with pytest.raises(KeyError):
        searcher.tell(1, 0.5)
    for _ in range(25):
        searcher.tell(0, 1.0)  # said again, it is still one result
    without_result = searcher_of(MIXED, algorithm)
    without_result.ask(0)
    assert searcher.ask(1) == without_result.ask(1)
