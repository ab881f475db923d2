"""The original's config.json, and types that it has other forms for."""

from __future__ import annotations

import json

import pytest
from original_configs import read_problems

from worker.spec.formats import any_config, original, original_writer
from worker.spec.problem import UnreadableError
from worker.spec.run import Draft, ParameterDraft, ReadResult

DIMENSION = {"name": "a", "range_generator": "hp.choice", "options": ["x", "y,z", 3]}


@pytest.mark.parametrize(
    "document",
    [
        {"data": {"seed": 3}, "dimensions": [DIMENSION]},
        {"DATA": {"seed": 3}, "DIMENSIONS": [DIMENSION]},
        {"seed": 3, "dimensions": [DIMENSION]},
        {"data": {"seed": 3, "dimensions": [DIMENSION]}},
        {"data": {"seed": 3}, "DIMENSIONS": {"dimensions": [DIMENSION]}},
        {"data": {"seed": 3}, "dimensions": [{"Name": "a", "type": "hp.choice", "values": DIMENSION["options"]}]},
        {
            "data": {"seed": 3},
            "dimensions": {"dimensions": 1, "dim_0_name": "a", "range_generator_0": "hp.choice", "options_0": DIMENSION["options"]},
        },
    ],
)  # fmt: skip
def test_shapes_of_json(document: object) -> None:
    read = original.read_json(json.dumps(document))
    assert read == ReadResult(
        Draft({"search.seed": 3}, (ParameterDraft("a", "hp.choice", {"values": ["x", "y,z", 3]}),))
    )
    assert any_config.read_any(json.dumps(document)) == read


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"data": {"a": 1}}', ("note", "", '"a" has no meaning here.')),
        ('{"mongodb": {"a": 1}}', ("note", "", "The section [MONGODB] of the original has no meaning here.")),
        ('{"seed": 1, "seed": 2}', ("warning", "", '"seed" is given twice; the last one counts.')),
        ('{"dimensions": 3}', ("error", "parameters", "The dimensions must be a list of objects.")),
        ('{"dimensions": [3]}', ("error", "parameters.0", "A dimension must be an object.")),
        ('{"dimensions": [{"a": 1}]}', ("note", "parameters.0", '"a" has no meaning here.')),
        ('{"seed": [[[1]]]}', ("error", "search.seed", "This is nested too deeply.")),
    ],
)
def test_what_is_odd_in_json_is_said(text: str, problem: tuple[str, str, str]) -> None:
    assert read_problems(original.read_json(text)) == [problem]


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"a": }', "{'a': 1}"])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(UnreadableError, match="JSON"):
        original.read_json(text)


def test_percentages_may_be_an_object() -> None:
    dimension = {"name": "a", "range_generator": "hp.pchoice", "options": {"x": 20, "y": 80}}
    (parameter,) = original.read_json(json.dumps({"dimensions": [dimension]})).draft.parameters
    assert parameter == ParameterDraft("a", "hp.pchoice", {"values": {"x": 20, "y": 80}})


def test_a_dimension_that_is_nested_too_deeply() -> None:
    read = original.read_json('{"dimensions": [{"name": "a", "min": [[[1]]]}]}')
    assert read_problems(read) == [("error", "parameters.0.min", "This is nested too deeply.")]


def test_choiceint_is_written_as_the_original_knows_it() -> None:
    draft = Draft({"run.name": "a"}, (ParameterDraft("a", "hp.choiceint", {"min": "2", "max": "5"}),))
    assert "range_generator_0 = hp.choice\noptions_0 = 2,3,4,5\n" in original_writer.write_ini(draft)
    dimensions = json.loads(original_writer.write_json(draft))["dimensions"]
    assert dimensions == [{"name": "a", "range_generator": "hp.choice", "options": "2,3,4,5"}]
    assert [problem.path for problem in original_writer.not_held(draft)] == ["parameters.0.type"]


@pytest.mark.parametrize(
    "settings", [{}, {"min": "a", "max": 3}, {"min": 5, "max": 1}, {"min": 0, "max": 10**9}]
)
def test_a_wrong_choiceint_stays_what_it_is(settings: dict[str, object]) -> None:
    draft = Draft({}, (ParameterDraft("a", "hp.choiceint", settings),))
    assert "range_generator_0 = hp.choiceint" in original_writer.write_ini(draft)


def test_only_so_many_integers_are_listed_in_all() -> None:
    many = ParameterDraft("a", "hp.choiceint", {"min": 1, "max": 100_000})
    few = ParameterDraft("a", "hp.choiceint", {"min": 1, "max": 2})
    draft = Draft({}, (few, many, many, few))
    text = original_writer.write_ini(draft)
    kinds = [line.rpartition(" ")[2] for line in text.split("\n") if line.startswith("range_generator_")]
    assert kinds == ["hp.choice", "hp.choiceint", "hp.choiceint", "hp.choice"]
    assert len(text) < 1500
    assert [problem.severity for problem in original_writer.not_held(draft)] == [
        "note",
        "warning",
        "warning",
        "note",
    ]


def test_a_line_break_cannot_bring_in_other_keys() -> None:
    text = original_writer.write_ini(Draft({"run.objective": "a\n[DATA]\nseed = 7"}))
    assert "objective_program = a<U+000A>[DATA]<U+000A>seed = 7\n" in text
    assert original.read_ini(text).draft.values["search.seed"] == "42"


@pytest.mark.parametrize(
    ("typed", "written"),
    [("3", 3), ("-0.5", -0.5), (".5", ".5"), ("007", "007"), ("+5", "+5"), ("1e3", "1e3"), ("", None), ("a", "a")],
)  # fmt: skip
def test_a_number_is_one_in_json_only_where_it_is_written_like_that(typed: str, written: object) -> None:
    draft = Draft({}, (ParameterDraft("a", "hp.unknown", {"min": typed}),))
    assert json.loads(original_writer.write_json(draft))["dimensions"][0].get("min") == written
