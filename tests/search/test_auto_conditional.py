"""auto where parameters exist under conditions: any history leads to new points that are right, and the best branch is found."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from search_runs import Spec, evaluate, searcher_of
from spec_strategies import conditional, constraints, parameters

from worker.search.searcher import Searcher, make_searcher
from worker.search.space import Space
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft

KERNELS: Spec = {
    "C": ("real", {"min": 1e-3, "max": 1e3, "log": True}),
    "kernel": ("hp.pchoice", {"values": [["linear", 30], ["rbf", 30], ["poly", 40], ["never", 0]]}),
    "gamma": ("real", {"min": 1e-5, "max": 1, "log": True, "when": "kernel != 'linear'"}),
    "degree": ("integer", {"min": 2, "max": 5, "when": "kernel == 'poly'"}),
}
any_loss = st.one_of(
    st.none(),
    st.sampled_from([math.nan, math.inf, 0.0, 1.0, -1.0, 1e308, -1e308, 5e-324]),
    st.floats(-10, 10),
)


@settings(max_examples=25)
@given(
    st.tuples(parameters("a"), parameters("b"), parameters("c")).flatmap(conditional),
    st.lists(any_loss, min_size=5, max_size=40),
    st.integers(0, 6),
    st.data(),
)
def test_any_history_of_any_space_leads_to_new_points_of_it(
    drafts: tuple[ParameterDraft, ...], losses: list[float | None], elsewhere: int, data: st.DataObject
) -> None:
    fields: dict[str, object] = {
        "run.name": "r",
        "run.objective": "./p",
        "search.algorithm": "auto",
        "search.constraints": data.draw(constraints(drafts)),
    }
    run = check(Draft(fields, drafts)).run
    assume(run is not None)
    assert run is not None
    space = Space(run.parameters, run.precision, run.constraints)
    searcher, chance = make_searcher(run, 1), make_searcher(run, 2)
    points: list[Mapping[str, Value]] = []
    for number, loss in enumerate(losses):
        if (point := chance.ask(number)) is None:
            break
        searcher.add(number, point, foreign=number < elsewhere)
        searcher.tell(number, loss)
        points.append(point)
    for number in range(len(points), len(points) + 6):  # which run beside each other
        if (point := searcher.ask(number)) is not None:
            points.append(point)
    assert len({tuple(point.items()) for point in points}) == len(points)
    assert all(space.named(space.admitted(point)) == point for point in points)


def loss_of(point: Mapping[str, Value]) -> float:
    return float(point.get("degree", 9)) + abs(math.log10(float(point["C"])))


def told(searcher: Searcher, points: list[Mapping[str, Value]]) -> Searcher:
    for number, point in enumerate(points):
        searcher.add(number, point)
        searcher.tell(number, loss_of(point))
    return searcher


def test_a_search_that_is_rebuilt_goes_on_the_same() -> None:
    first, points = searcher_of(KERNELS, "auto"), list[Mapping[str, Value]]()
    for number in range(36):
        if number in (9, 20, 29, 30, 31, 35):
            again = told(searcher_of(KERNELS, "auto"), points)
            assert (expected := first.ask(number)) == again.ask(number)
        else:
            expected = first.ask(number)
        assert expected is not None
        points.append(expected)
        first.tell(number, loss_of(expected))
    assert all(point["kernel"] != "never" for point in points)


BOWLS: Spec = {
    "common": ("real", {"min": 0, "max": 1}),
    "kind": ("categorical", {"values": ["wide", "long", "narrow"]}),
    "w": ("real", {"min": 0, "max": 1, "when": "kind == 'wide'"}),
    **{f"l{j}": ("real", {"min": 0, "max": 1, "when": "kind == 'long'"}) for j in range(3)},
    **{f"n{j}": ("real", {"min": 0, "max": 1, "when": "kind == 'narrow'"}) for j in range(4)},
}


def bowls(point: Mapping[str, Value]) -> float:
    """The best branch is the one of which chance sees least: at best 0, 0.2 and 0.3."""
    least, slope = {"wide": (0.3, 0.1), "long": (0.2, 0.4), "narrow": (0.0, 0.6)}[str(point["kind"])]
    own = [float(value) for name, value in point.items() if name not in ("kind", "common")]
    apart = [value - 0.3 - 0.15 * j for j, value in enumerate(own)]
    return least + slope * math.hypot(*apart) + 0.3 * (float(point["common"]) - 0.6) ** 2


@pytest.mark.parametrize("seed", range(5))
def test_the_best_branch_is_found_though_chance_sees_others_as_better(seed: int) -> None:
    found = [bowls(point) for point in evaluate(searcher_of(BOWLS, "auto", seed=seed), 60, bowls)]
    assert min(found) < 0.19
