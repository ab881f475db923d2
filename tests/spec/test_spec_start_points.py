"""Settings that a run begins with, and a target: read from tables and lines, checked, and kept by every format."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from worker.spec.check import check, check_read
from worker.spec.formats import token, toml, url
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft, Run

PARAMETERS = (
    ParameterDraft("lr", "real", {"min": 0.0001, "max": 0.1, "log": True}),
    ParameterDraft("layers", "integer", {"min": 1, "max": 8}),
    ParameterDraft("kind", "categorical", {"values": ["sgd", "adam, w"]}),
    ParameterDraft("data", "fixed", {"value": "a"}),
)
POINT = (("lr", "0.001"), ("layers", "3"), ("kind", "adam, w"))


def draft(**search: object) -> Draft:
    values = {f"search.{key}": raw for key, raw in search.items()}
    return Draft({"run.name": "r", "run.objective": "./p", **values}, PARAMETERS)


def run_of(**search: object) -> Run:
    checked = check(draft(**search))
    assert checked.run is not None, checked.problems
    return checked.run


def problems_of(**search: object) -> Sequence[Problem]:
    return [problem for problem in check(draft(**search)).problems if problem.path.startswith("search.")]


@pytest.mark.parametrize(
    "raw",
    [
        [{"lr": 0.001, "layers": 3, "kind": "adam, w"}],
        {"lr": "0.001", "layers": 3, "kind": "adam, w"},
        "lr=0.001, layers=3, kind=adam\\, w",
        "\n  lr = 0.001,layers = 3,kind = adam\\, w  \n\n",
        ["lr=0.001,layers=3,kind=adam\\, w"],
    ],
)
def test_a_point_is_read_from_tables_and_lines(raw: object) -> None:
    assert run_of(start_with=raw).start_with == (POINT,)


def test_a_config_holds_it_as_people_write_it() -> None:
    text = toml.write(draft(start_with=[dict(POINT), {"lr": 0.01, "layers": "04", "kind": "sgd"}]))
    assert '{ lr = 0.001, layers = 3, kind = "adam, w" }' in text
    assert '{ lr = 0.01, layers = "04", kind = "sgd" }' in text


@pytest.mark.parametrize("direction", ["min", "max"])
def test_every_format_keeps_it(direction: str) -> None:
    run = run_of(start_with=[dict(POINT)], target="-0.5", patience=7, direction=direction)
    assert (run.target, run.patience, run.direction) == ("-0.5", 7, direction)
    assert run.target_rank == (-0.5 if direction == "min" else 0.5)
    written = toml.draft_of(run)
    assert check_read(toml.read(toml.write(written))).run == run
    assert check_read(url.read(url.write(written))).run == run
    assert check_read(token.decode(token.encode(written))).run == run


def test_what_is_not_said_is_not_written() -> None:
    for text in (url.write(draft()), toml.write(draft())):
        for word in ("start_with", "target", "patience", "direction"):
            assert word not in text
    assert run_of().target_rank is None


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("lr=0.001, layers=3", "The point has no value for kind."),
        (
            "lr=0.5, layers=3, kind=sgd",
            "lies outside of the search space: lr: 0.5 is not between 0.0001 and 0.1.",
        ),
        (
            "lr=0.01, layers=3.5, kind=sgd",
            "lies outside of the search space: layers: 3.5 is none of the values from 1 to 8",
        ),
        ("lr=x, layers=3, kind=sgd", 'The point: lr: "x" is not a number.'),
        ("lr=0.01, layers=3, kind=rmsprop", "kind: rmsprop is not one of the 2 values."),
        ("lr=0.01, layers=3, kind=sgd, data=b", "data: b is not one of the 1 values."),
        ("lr=0.01, layers=3, kind=sgd, width=2", 'The point has "width", which is no parameter.'),
        ("lr=0.01, lr=0.02, layers=3, kind=sgd", 'The point has "lr" twice.'),
        ("0.01", '"0.01" is no value of a parameter.'),
    ],
)
def test_what_is_wrong_with_a_point_is_said(raw: str, words: str) -> None:
    (problem,) = problems_of(start_with=raw)
    assert (problem.path, problem.severity) == ("search.start_with", "error")
    assert words in problem.message
    assert problem.hint


def test_of_several_points_the_wrong_one_is_named() -> None:
    (problem,) = problems_of(start_with=[dict(POINT), {**dict(POINT), "layers": 9}])
    assert problem.message.startswith("Point 2 lies outside")


def test_too_many_points_and_a_target_that_is_no_number_are_refused() -> None:
    (problem,) = problems_of(start_with=[dict(POINT)] * 101)
    assert problem.message == "These are 101 points; at most 100 are allowed."
    (problem,) = problems_of(target="good")
    assert problem.message == '"good" is not a number.'


def test_a_point_is_written_in_another_way_than_the_values_and_meant_as_one_of_them() -> None:
    checked = check(
        Draft(
            {
                "run.name": "r",
                "run.objective": "./p",
                "search.start_with": [{"batch": 16.0, "flip": True, "lr": "1e-1"}],
            },
            (
                ParameterDraft("batch", "categorical", {"values": "16,32"}),
                ParameterDraft("flip", "categorical", {"values": "true,false"}),
                ParameterDraft("lr", "real", {"min": 0, "max": 0.1}),
            ),
        )
    )
    assert checked.run is not None, checked.problems
