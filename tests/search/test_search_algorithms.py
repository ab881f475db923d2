"""The searchers as a driver uses them: the same trials again, nothing twice, an end where a space is used up."""

from __future__ import annotations

import math
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_runs import ALL_TYPES, DRAWING, LEARNING, Spec, evaluate, loss_of, run_of, searcher_of, space_of

from worker.search.searcher import Searcher, make_searcher
from worker.spec.parameters import Value
from worker.spec.points import space_size

ALL = (*DRAWING, "gridsearch")
SMALL: Spec = {
    "a": ("hp.choice", {"values": ["x", "y", "z"]}),
    "b": ("hp.choice", {"values": ["1", "2", "3", "4"]}),
}
MIXED: Spec = {name: ALL_TYPES[name] for name in ("uniform", "pchoice", "randint", "qlognormal", "lognormal")}
every_algorithm = pytest.mark.parametrize("algorithm", ALL)
drawing_algorithms = pytest.mark.parametrize("algorithm", DRAWING)
learning_algorithms = pytest.mark.parametrize("algorithm", LEARNING)


@dataclass(frozen=True)
class Event:
    """What a driver did with its searcher: proposed a trial, or told how it ended."""

    number: int
    values: dict[str, Value] | None = None
    loss: float | None = None


def flaky(values: object) -> float | None:
    """A loss, which every fourth trial or so has none of."""
    assert isinstance(values, dict)
    loss = loss_of(values)
    return None if int(loss * 1000) % 4 == 0 else loss


def drive(searcher: Searcher, first: int, last: int, workers: int, done: list[Event]) -> None:
    """Propose the trials from `first` on, and let them end out of order, `workers` of them in flight."""
    chance = random.Random(first)
    open_trials = {event.number: event.values for event in done if event.values is not None}
    for event in done:
        if event.values is None:
            del open_trials[event.number]
    for number in range(first, last):
        values = searcher.ask(number)
        assert values is not None
        done.append(Event(number, values))
        open_trials[number] = values
        if len(open_trials) >= workers:
            ended = chance.choice(sorted(open_trials))
            loss = flaky(open_trials.pop(ended))
            searcher.tell(ended, loss)
            done.append(Event(ended, None, loss))


def in_order(searcher: Searcher, events: list[Event]) -> None:
    """Replay events as they happened."""
    for event in events:
        if event.values is None:
            searcher.tell(event.number, event.loss)
        else:
            searcher.known(event.number, event.values)


def trial_by_trial(searcher: Searcher, events: list[Event]) -> None:
    """Replay the trials by number, each with its end."""
    ends = {event.number: event for event in events if event.values is None}
    for event in events:
        if event.values is not None:
            searcher.known(event.number, event.values)
            if end := ends.get(event.number):
                searcher.tell(event.number, end.loss)


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
        "for algorithm in (*DRAWING, 'gridsearch'):\n"
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
@pytest.mark.parametrize("workers", [1, 8])
def test_a_small_space_is_used_up_without_repeats(algorithm: str, workers: int) -> None:
    searcher = searcher_of(SMALL, algorithm)
    points = evaluate(searcher, 1000, workers=workers)
    assert len(points) == len({tuple(point.values()) for point in points}) == 12
    assert searcher.ask(1000) is None
    assert searcher.ask(1001) is None
    assert "All 12" in searcher.exhausted_sentence


@learning_algorithms
@pytest.mark.parametrize(
    ("spec", "precision", "size"),
    [
        ({"x": ("hp.randint", {"max": 60})}, 8, 60),
        ({"x": ("hp.quniform", {"min": -3, "max": 3, "q": 0.1})}, 8, 61),
        ({"x": ("hp.uniform", {"min": 1, "max": 5})}, 2, 41),
        ({"x": ("hp.qnormal", {"mu": 0, "sigma": 1, "q": 0.5})}, 8, 33),
        ({"x": ("hp.pchoice", {"values": [["a", 98], ["b", 1.9], ["c", 0.1], ["d", 0]]})}, 8, 3),
        ({"x": ("hp.randint", {"max": 1})}, 8, 1),
        ({"x": ("hp.randint", {"max": 8}), "y": ("hp.choiceint", {"min": 1, "max": 8})}, 8, 64),
    ],
    ids=str,
)
def test_every_point_of_a_space_is_found(algorithm: str, spec: Spec, precision: int, size: int) -> None:
    assert space_size(run_of(spec, algorithm, precision=precision)) == size
    points = evaluate(searcher_of(spec, algorithm, precision=precision), 1000)
    assert len({tuple(point.values()) for point in points}) == len(points) == size


@drawing_algorithms
@settings(max_examples=15)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(0, 1000))
def test_any_small_space_is_used_up_without_repeats(algorithm: str, counts: list[int], seed: int) -> None:
    kinds = ("hp.randint", "hp.choiceint")
    spec: Spec = {
        f"x{index}": (kinds[index % 2], {"max": count} if index % 2 == 0 else {"min": 1, "max": count})
        for index, count in enumerate(counts)
    }
    points = evaluate(searcher_of(spec, algorithm, seed), 150)
    assert len({tuple(point.values()) for point in points}) == len(points) == min(150, math.prod(counts))


def test_the_sentence_names_what_can_be_done() -> None:
    searcher = searcher_of({"x": ("hp.uniform", {"min": 1, "max": 2})}, "tpe.suggest", precision=1)
    assert len(evaluate(searcher, 10)) == 2
    assert searcher.exhausted_sentence == (
        "All 2 different points of the search space have been proposed. "
        "To go on, widen the ranges, raise precision, or set allow_repeats."
    )


def test_a_space_of_one_point_is_used_up() -> None:
    searcher = searcher_of({"x": ("hp.randint", {"max": 1})}, "tpe.suggest")
    assert len(evaluate(searcher, 10)) == 1
    assert searcher.exhausted_sentence.startswith("The only point of the search space has been proposed. ")


def test_a_large_finite_space_is_used_up() -> None:
    searcher = searcher_of({name: ("hp.randint", {"max": 100}) for name in "ab"}, "hyperopt.rand.suggest")
    points = {tuple(point.values()) for number in range(10_000) if (point := searcher.ask(number))}
    assert len(points) == 10_000
    assert searcher.ask(10_000) is None


def test_rare_values_come_last() -> None:
    weights = [[str(index), 2**index] for index in range(20)]
    points = evaluate(searcher_of({"x": ("hp.pchoice", {"values": weights})}, "hyperopt.rand.suggest"), 20)
    order = [int(point["x"]) for point in points]
    assert sorted(order) == list(range(20))
    assert sum(order[:5]) > 70


def test_a_normal_grows_outwards_where_it_is_used_up() -> None:
    points = evaluate(
        searcher_of({"x": ("hp.qnormal", {"mu": 0, "sigma": 1, "q": 0.1})}, "hyperopt.rand.suggest"), 100
    )
    assert len({point["x"] for point in points}) == 100
    assert max(abs(float(point["x"])) for point in points) < 6.5


@drawing_algorithms
def test_repeats_come_where_they_are_allowed(algorithm: str) -> None:
    points = evaluate(searcher_of(SMALL, algorithm, allow_repeats=True), 40)
    assert len(points) == 40
    assert len({tuple(point.values()) for point in points}) <= 12


@every_algorithm
def test_known_points_are_not_proposed(algorithm: str) -> None:
    searcher = searcher_of(SMALL, algorithm)
    searcher.known(100, {"b": "2", "a": "x"})
    searcher.tell(100, 0.5)
    searcher.known(101, {"a": "z", "b": "4"})
    points = [tuple(point.values()) for point in evaluate(searcher, 50)]
    assert len(set(points)) == len(points) == 10
    assert not {("x", "2"), ("z", "4")} & set(points)


@every_algorithm
def test_a_point_outside_the_space_is_refused_and_changes_nothing(algorithm: str) -> None:
    searcher = searcher_of(SMALL, algorithm)
    with pytest.raises(ValueError, match="The parameter b cannot have this value: 9 is none of the 4 values"):
        searcher.known(100, {"a": "x", "b": "9"})
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
    assert failing == evaluate(searcher_of(MIXED, "hyperopt.rand.suggest"), 60)


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
    from worker.spec.basic_fields import ALGORITHMS

    assert set(ALGORITHMS) == set(ALL)
    for algorithm in ALGORITHMS:
        assert make_searcher(run_of(SMALL, algorithm), 1).ask(0)


@learning_algorithms
def test_a_trial_has_one_entry_and_one_result(algorithm: str) -> None:
    searcher = searcher_of(MIXED, algorithm)
    point = searcher.ask(0)
    assert point
    with pytest.raises(ValueError, match="Trial 0 is known already"):
        searcher.known(0, point)
    with pytest.raises(KeyError):
        searcher.tell(1, 0.5)
    for _ in range(25):
        searcher.tell(0, 1.0)  # said again, it is still one result
    assert searcher.ask(1) == searcher_of(MIXED, "hyperopt.rand.suggest").ask(1)
