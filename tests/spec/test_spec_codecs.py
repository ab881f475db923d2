"""Every config survives every codec: TOML, URL, token, the original's ini and json."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import drafts, lines, runs, wild_drafts

from worker.spec.check import check, check_read
from worker.spec.fields import FIELDS
from worker.spec.formats import any_config, original, original_writer, token, toml, url
from worker.spec.parameter_types import PARAMETER_TYPES, type_of
from worker.spec.parameters import MOST_VALUES
from worker.spec.problem import has_errors
from worker.spec.run import Draft, ParameterDraft, ReadResult, Run

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def run_of(read: ReadResult) -> Run:
    """The run that was read, which must be one without errors."""
    checked = check_read(read)
    assert checked.run is not None, [str(problem) for problem in checked.problems]
    return checked.run


@given(runs())
def test_a_run_survives_toml(run: Run) -> None:
    text = toml.write(toml.draft_of(run))
    assert run_of(toml.read(text)) == run
    assert toml.write(toml.read(text).draft) == text


@given(runs())
def test_a_run_survives_the_url(run: Run) -> None:
    query = url.write(toml.draft_of(run))
    assert query.isascii()
    assert run_of(url.read(query)) == run
    assert url.write(url.read(query).draft) == query


@given(runs())
def test_a_run_survives_the_token(run: Run) -> None:
    text = token.encode(toml.draft_of(run))
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert token.looks_like_token(text)
    assert run_of(token.decode(text)) == run


def original_run(run: Run) -> Run:
    """What is left of `run` in the original's config: fields that it has no key for get their default."""
    parameters = []
    for parameter in run.parameters:
        if parameter.type == "hp.choiceint":
            values = tuple(map(str, range(parameter.integer("min"), parameter.integer("max") + 1)))
            parameter = replace(parameter, type="hp.choice", settings={"values": values})
        elif form := type_of(parameter).original_form(parameter):
            settings: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value for key, value in form[1].items()
            }
            parameter = replace(parameter, type=form[0], settings=settings)
        elif type_of(parameter).original_lists_as:
            dimension = type_of(parameter).dimension(parameter, 17)
            if dimension.count <= MOST_VALUES:
                values = tuple(str(dimension.value(index)) for index in range(dimension.count))
                parameter = replace(parameter, type="hp.choice", settings={"values": values})
        always = {key: value for key, value in parameter.settings.items() if key != "when"}
        parameters.append(replace(parameter, settings=always))
    defaults: dict[str, Any] = {field.attribute: field.default for field in FIELDS if not field.original}
    return replace(run, parameters=tuple(parameters), **defaults)


@given(runs())
def test_a_run_survives_the_ini_as_far_as_it_goes(run: Run) -> None:
    draft = toml.draft_of(run)
    assert run_of(original.read_ini(original_writer.write_ini(draft))) == original_run(run)


@given(runs())
def test_a_run_survives_the_json_as_far_as_it_goes(run: Run) -> None:
    draft = toml.draft_of(run)
    assert run_of(original.read_json(original_writer.write_json(draft))) == original_run(run)


@given(runs())
def test_what_the_original_cannot_hold_is_said(run: Run) -> None:
    lost = original_writer.not_held(toml.draft_of(run))
    if original_run(run) == run:
        assert not lost
    else:
        assert lost
        assert not has_errors(lost)


@given(drafts())
def test_every_format_is_recognised(draft: Draft) -> None:
    run = run_of(ReadResult(draft))
    for text in (
        toml.write(draft),
        token.encode(draft),
        token.encode(draft) + "\n",
        url.write(draft),
        "?" + url.write(draft),
        "https://example.org/omniopt/?" + url.write(draft) + "#results",
    ):
        assert run_of(any_config.read_any(text)) == run
    for text in (original_writer.write_ini(draft), original_writer.write_json(draft)):
        assert run_of(any_config.read_any(text)) == original_run(run)


@given(wild_drafts)
def test_any_draft_can_be_written_in_every_format_and_stays_as_wrong_as_it_was(draft: Draft) -> None:
    wrong = check(draft).run is None
    for text, read in (
        (toml.write(draft), toml.read),
        (url.write(draft), url.read),
        (token.encode(draft), token.decode),
    ):
        text.encode()
        again = read(text)
        assert not wrong or check_read(again).run is None
        assert len(again.draft.parameters) == len(draft.parameters)
    original.read_ini(original_writer.write_ini(draft))
    original.read_json(original_writer.write_json(draft))


@given(wild_drafts)
def test_what_was_read_is_written_the_same_again(draft: Draft) -> None:
    text = toml.write(toml.read(toml.write(draft)).draft)
    assert toml.write(toml.read(text).draft) == text
    query = url.write(url.read(url.write(draft)).draft)
    assert url.write(url.read(query).draft) == query


@given(st.lists(lines.filter(bool), min_size=1, unique=True))
def test_values_with_commas_and_backslashes_survive_lists(values: list[str]) -> None:
    draft = Draft(
        {"run.name": "a", "run.objective": "b"}, (ParameterDraft("p", "hp.choice", {"values": values}),)
    )
    assert run_of(url.read(url.write(draft))).parameters[0].options == tuple(values)


SMALL = Draft(
    {
        "run.name": "my_run",
        "run.objective": "./train --lr=($lr)",
        "run.runtime": "1:30:00",
        "search.seed": [1, 2],
    },
    (
        ParameterDraft("lr", "hp.loguniform", {"min": "-10", "max": 0}),
        ParameterDraft("act.fn", "hp.pchoice", {"values": "relu=20,a b=80"}),
        ParameterDraft("units", settings={"max": 12}),
    ),
)


def test_the_toml_is_what_a_person_would_write() -> None:
    assert toml.write(SMALL) == (
        "[run]\n"
        'name = "my_run"\n'
        'runtime = "1:30:00"\n'
        'objective = "./train --lr=($lr)"\n'
        "\n"
        "[search]\n"
        "seed = [1, 2]\n"
        "\n"
        "[parameters.lr]\n"
        'type = "hp.loguniform"\n'
        "min = -10\n"
        "max = 0\n"
        "\n"
        '[parameters."act.fn"]\n'
        'type = "hp.pchoice"\n'
        'values = { relu = 20, "a b" = 80 }\n'
        "\n"
        "[parameters.units]\n"
        'type = "hp.randint"\n'
        "max = 12\n"
    )


def test_the_url_has_the_keys_of_the_original() -> None:
    assert parse_qsl(url.write(SMALL), keep_blank_values=True) == [
        ("projectname", "my_run"),
        ("partition", ""),
        ("enable_gpus", "0"),
        ("runtime", "1:30:00"),
        ("objective_program", "./train --lr=($lr)"),
        ("seed", "1,2"),
        ("number_of_parameters", "3"),
        ("param_0_name", "lr"),
        ("param_0_type", "hp.loguniform"),
        ("param_0_value_max", "0"),
        ("param_0_value_min", "-10"),
        ("param_1_name", "act.fn"),
        ("param_1_type", "hp.pchoice"),
        ("param_1_values", "relu=20,a b=80"),
        ("param_2_name", "units"),
        ("param_2_value_max", "12"),
    ]


def test_long_lists_are_written_one_value_a_line() -> None:
    values = {f"value number {number}": 10 for number in range(10)}
    draft = Draft({}, (ParameterDraft("p", "hp.pchoice", {"values": values}),))
    text = toml.write(draft)
    assert '  "value number 3=10",\n' in text
    assert max(map(len, text.splitlines())) <= 100
    assert tomllib.loads(text)["parameters"]["p"]["values"][0] == "value number 0=10"


def test_an_empty_draft_is_an_empty_form() -> None:
    assert url.read("") == ReadResult(Draft({}, (ParameterDraft(),)))
    assert url.read(url.write(Draft({}, (ParameterDraft(),)))).draft.parameters == (ParameterDraft(),)
    assert url.read(url.write(Draft())).draft.parameters == ()


@pytest.mark.parametrize("kind", sorted(PARAMETER_TYPES))
def test_only_the_settings_of_the_type_are_written(kind: str) -> None:
    everything = {"min": "1", "max": "5", "step": "2", "q": "0.5", "mu": "0", "sigma": "1", "values": "a=1"}
    everything |= {"value": "a", "log": "1", "ordered": "1", "when": "a == 1"}
    draft = Draft({}, (ParameterDraft("p", kind, everything),))
    needed = set(PARAMETER_TYPES[kind].known)
    assert set(tomllib.loads(toml.write(draft))["parameters"]["p"]) == {"type", *needed}
    assert set(url.read(url.write(draft)).draft.parameters[0].settings) == needed
