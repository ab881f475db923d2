"""What a first evaluation is made with, and what it suggests."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from report_runs import a_run
from spec_strategies import drafts

from worker.spec import sizing, start_points
from worker.spec.check import check
from worker.spec.field_definition import MEMORY_PER_CPU
from worker.spec.middle_point import plausible_point
from worker.spec.rules import Rules
from worker.spec.run import Draft, ParameterDraft, Run


def run_of(*parameters: ParameterDraft, **values: object) -> Run:
    texts = " ".join(
        f"[?(${one.name})?]" if one.settings.get("when") else f"(${one.name})" for one in parameters
    )
    fields = {
        "run.name": "r",
        "run.objective": f"echo {texts}",
        **{f"search.{key}": value for key, value in values.items()},
    }
    checked = check(Draft(fields, parameters))
    assert checked.run is not None, checked.problems
    return checked.run


LR = ParameterDraft("lr", "real", {"min": 0.0001, "max": 1, "log": True})
OPTIMIZER = ParameterDraft("optimizer", "hp.choice", {"values": ["adam", "sgd"]})
MOMENTUM = ParameterDraft("momentum", "real", {"min": 0, "max": 1, "when": "optimizer == 'sgd'"})
DECAY = ParameterDraft("decay", "real", {"min": 0, "max": 0.2, "when": "optimizer == 'adam'"})


def test_the_middle_of_ranges_and_the_first_of_lists() -> None:
    assert plausible_point(run_of(LR, OPTIMIZER, MOMENTUM, DECAY)) == (
        ("lr", "0.01"),
        ("optimizer", "adam"),
        ("decay", "0.1"),
    )


def test_the_setting_that_the_run_begins_with_comes_first() -> None:
    assert plausible_point(run_of(LR, start_with="lr=0.5")) == (("lr", "0.5"),)


def test_where_the_middle_is_not_allowed_there_is_none() -> None:
    assert plausible_point(run_of(LR, MOMENTUM_ALONE, constraints=["lr > momentum"])) is None


MOMENTUM_ALONE = replace(MOMENTUM, settings={"min": 0, "max": 1})


@given(drafts())
def test_every_plausible_point_is_one_of_the_space(draft: Draft) -> None:
    run = check(draft).run
    assume(run is not None)
    assert run is not None
    point = plausible_point(run)
    if point is None:
        assert run.constraints
        return
    rules = Rules(run.parameters, run.constraints)
    assert list(start_points.problems((point,), run.parameters, run.precision, rules)) == []


@pytest.mark.parametrize(
    ("seconds", "limit"), [(0.01, 60), (2, 60), (20, 60), (21, 120), (100, 300), (400, 1200), (4000, 12600)]
)
def test_time_limits_are_round_and_leave_room(seconds: float, limit: int) -> None:
    assert sizing.time_limit(seconds) == limit


@given(st.floats(0.001, 10**6))
def test_limits_are_never_below_what_was_measured(measured: float) -> None:
    assert 3 * measured <= sizing.time_limit(measured)
    assert sizing.time_limit(measured) <= 3 * measured + 1 + max(
        60, 0.6 * measured
    )  # rounded up by a step at most
    assert 1.5 * measured <= sizing.memory(measured)


@pytest.mark.parametrize(
    ("limit", "memory", "remote", "said"),
    [
        (0, 0, True, ["There is no time limit"]),
        (600, 400, True, []),
        (120, 400, True, ["That is close to the time limit"]),
        (600, 110, True, ["That is close to the 110 MB"]),
        (600, 4000, True, ["A worker has 4,000 MB"]),
        (120, 4000, False, ["That is close to the time limit"]),
    ],
)
def test_what_is_suggested(limit: int, memory: int, remote: bool, said: list[str]) -> None:
    run = replace(a_run(), time_limit=limit, memory=memory)
    found = list(sizing.suggestions(run, 100, 100, remote))
    assert [sentence.startswith(start) for sentence, start in zip(found, said, strict=True)] == [True] * len(
        said
    )


def test_memory_of_each_cpu_is_suggested_for_each_cpu() -> None:
    run = replace(a_run(), time_limit=600, memory=100, memory_per=MEMORY_PER_CPU, cpus=4)
    (sentence,) = sizing.suggestions(run, 1, 390, True)
    assert sentence.endswith("--memory 192")  # 768 MB for the four
