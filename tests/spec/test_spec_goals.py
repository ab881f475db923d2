"""Results with names and directions: read, written, checked, and what a run says about them."""

from __future__ import annotations

import pytest

from worker.spec.algorithms import ALGORITHMS
from worker.spec.check import Checked, check
from worker.spec.formats import toml, url
from worker.spec.goals import Goal
from worker.spec.run import Draft, ParameterDraft

X = ParameterDraft("x", "real", {"min": 0, "max": 1})
TWO = {"loss": "min", "accuracy": "max"}


def checked(**values: object) -> Checked:
    values = {"algorithm": "auto", **values}
    named = {"run.name": "pear", "run.objective": "echo ($x)"}
    return check(Draft({**named, **{f"search.{key}": value for key, value in values.items()}}, (X,)))


def problem(path: str, **values: object) -> tuple[str, str]:
    """The severity and the text of the only problem of a field."""
    found = [one for one in checked(**values).problems if one.path == f"search.{path}"]
    assert len(found) == 1, found
    return found[0].severity, f"{found[0].message} {found[0].hint}"


@pytest.mark.parametrize(
    "raw", [TWO, "loss=min, accuracy=max", "loss = min,accuracy= max", ["loss=min", "accuracy=max"]]
)
def test_results_are_read_from_a_table_and_from_a_text(raw: object) -> None:
    run = checked(results=raw).run
    assert run is not None
    assert run.goals == (Goal("loss", "min"), Goal("accuracy", "max"))
    assert (run.main.name, run.several, run.maximises, run.rank(2.0)) == ("loss", True, False, 2.0)


def test_a_run_that_names_none_is_about_its_result_as_before() -> None:
    run = checked(direction="max").run
    assert run is not None
    assert run.goals == (Goal("RESULT", "max"),)
    assert (run.several, run.maximises, run.best_result) == (False, True, "best (largest) RESULT")


def test_the_first_one_has_the_direction() -> None:
    run = checked(results="accuracy=max").run
    assert run is not None
    assert (run.maximises, run.several, run.best_result) == (True, False, "best (largest) accuracy")


def test_a_link_and_a_file_say_it_in_their_ways() -> None:
    draft = Draft({"search.results": TWO, "search.reference": {"loss": 2.5}}, (X,))
    assert 'results = { loss = "min", accuracy = "max" }' in toml.write(draft)
    assert "reference = { loss = 2.5 }" in toml.write(draft)
    assert "results=loss%3Dmin,%20accuracy%3Dmax" in url.write(draft)
    assert "results" not in toml.write(Draft({}, (X,))) + url.write(Draft({}, (X,)))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("loss", "lacks its ="),
        ("loss=smallest", "neither min nor max"),
        ("loss=Max", "Did you mean"),
        ({"loss": "min", "": "max"}, "cannot be the name"),
        ("val loss=min", "cannot be the name"),
        ("loss=min, loss=max", "named twice"),
        (dict.fromkeys(map("r{}".format, range(11)), "min"), "at most 10"),
    ],
)
def test_what_is_wrong_with_results_is_said(raw: object, words: str) -> None:
    severity, text = problem("results", results=raw)
    assert severity == "error"
    assert words in text


@pytest.mark.parametrize(
    ("path", "severity", "words", "values"),
    [
        ("reference", "error", "Did you mean", {"results": TWO, "reference": "acuracy=1"}),
        ("reference", "error", "not a number", {"results": TWO, "reference": "loss=low"}),
        ("reference", "error", "not one of the results", {"reference": "loss=1"}),
        ("reference", "note", "no front", {"results": "loss=min", "reference": "loss=1"}),
        ("direction", "error", "loss=min", {"results": TWO, "direction": "max"}),
        ("early_stopping", "error", "good in another", {"results": TWO, "early_stopping": "median"}),
        ("target", "note", "loss, the first", {"results": TWO, "target": 0.1}),
        ("patience", "note", "loss, the first", {"results": TWO, "patience": 9}),
        ("algorithm", "warning", "loss alone", {"results": TWO, "algorithm": "tpe.suggest"}),
    ],
)
def test_what_does_not_fit_together_is_said(
    path: str, severity: str, words: str, values: dict[str, object]
) -> None:
    found = problem(path, **values)
    assert found[0] == severity
    assert words in found[1]


@pytest.mark.parametrize("name", [one.name for one in ALGORITHMS.values() if one.fronts or not one.learns])
def test_nothing_is_said_of_algorithms_that_search_fronts_or_learn_nothing(name: str) -> None:
    assert not [
        one for one in checked(results=TWO, algorithm=name).problems if one.path == "search.algorithm"
    ]


def test_a_single_named_result_goes_with_everything() -> None:
    values = {"early_stopping": "median", "target": 0.9, "algorithm": "tpe.suggest", "direction": "max"}
    assert not [one for one in checked(results="accuracy=max", **values).problems if one.severity != "note"]
