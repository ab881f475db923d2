"""The types real, integer, categorical and fixed: their checks, their values, and what the original's types become in them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import parameters

from worker.spec.check import check
from worker.spec.check_parameters import parameters_of
from worker.spec.dimension import AnyDimension
from worker.spec.formats import any_config, original_writer, toml, url
from worker.spec.parameter_types import PARAMETER_TYPES, type_of
from worker.spec.parameters import Parameter
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft

PLAIN = ("real", "integer", "categorical", "fixed")


def problems_of(kind: str, **settings: object) -> list[Problem]:
    problems: list[Problem] = []
    parameters_of((ParameterDraft("a", kind, settings),), problems, 8)
    return problems


def parameter(kind: str, **settings: object) -> Parameter:
    problems: list[Problem] = []
    (made,) = parameters_of((ParameterDraft("a", kind, settings),), problems, 8)
    assert not problems
    return made


def dimension(kind: str, **settings: object) -> AnyDimension:
    made = parameter(kind, **settings)
    return type_of(made).dimension(made, 8)


def values(kind: str, **settings: object) -> list[object]:
    made = dimension(kind, **settings)
    return [made.value(index) for index in range(made.count)]


@pytest.mark.parametrize(
    ("kind", "settings", "expected"),
    [
        ("real", {"min": 0.5, "max": 2, "step": 0.5}, [0.5, 1.0, 1.5, 2.0]),
        ("real", {"min": 0.1, "max": 0.95, "step": 0.3}, [0.1, 0.4, 0.7]),
        ("real", {"min": 1, "max": 10, "step": 4, "log": True}, [1, 5, 9]),
        ("integer", {"min": -2, "max": 1}, [-2, -1, 0, 1]),
        ("integer", {"min": 3, "max": 3}, [3]),
        ("integer", {"min": 5, "max": 30, "step": 10}, [5, 15, 25]),
        ("integer", {"min": 1, "max": 4, "log": "yes"}, [1, 2, 3, 4]),
        ("categorical", {"values": "16,32,64"}, ["16", "32", "64"]),
        ("categorical", {"values": ["low", "mid", "high"], "ordered": True}, ["low", "mid", "high"]),
        ("fixed", {"value": 0.001}, ["0.001"]),
        ("fixed", {"value": "a,b"}, ["a,b"]),
    ],
)
def test_the_values_are_those_that_were_meant(
    kind: str, settings: Mapping[str, object], expected: list[object]
) -> None:
    assert values(kind, **settings) == expected
    made = dimension(kind, **settings)
    assert [made.index(value) for value in map(made.value, range(made.count))] == list(range(made.count))
    assert [made.decode(made.encode(made.value(index))) for index in range(made.count)] == expected


def test_a_switch_that_is_off_is_as_good_as_none() -> None:
    for off in (False, "0", "off", "", 0):
        assert parameter("real", min=0, max=1, log=off) == parameter("real", min=0, max=1)


@pytest.mark.parametrize(
    ("kind", "settings", "path", "words"),
    [
        (
            "real",
            {"min": 0, "max": 1, "log": True},
            "min",
            "A logarithmic range must begin above 0, not at 0.",
        ),
        ("integer", {"min": -1, "max": 1, "log": True}, "min", "must begin above 0, not at -1."),
        ("real", {"min": 1, "max": 1}, "max", "Max (1) must be greater than min (1)."),
        (
            "real",
            {"min": 0, "max": 1, "step": 2},
            "step",
            "The step (2) is larger than the range from 0 to 1.",
        ),
        ("real", {"min": 0, "max": 1, "step": 0}, "step", "Step must be greater than 0."),
        ("integer", {"min": 0, "max": 9, "step": 0.5}, "step", "is not a whole number."),
        ("real", {"min": 0, "max": 1, "log": "maybe"}, "log", "neither on nor off"),
        ("real", {"max": 1}, "min", "Min is missing; real needs it."),
        ("categorical", {"values": "a,b,a"}, "values", 'The value "a" is listed 2 times.'),
        ("fixed", {}, "value", "Value is missing; fixed needs it."),
    ],
)
def test_what_is_wrong_is_said(kind: str, settings: Mapping[str, object], path: str, words: str) -> None:
    (problem,) = problems_of(kind, **settings)
    assert problem.severity == "error"
    assert problem.path == f"parameters.0.{path}"
    assert words in problem.message


def test_a_single_value_is_offered_as_fixed() -> None:
    (problem,) = problems_of("real", min=1, max=1)
    assert "type fixed" in problem.hint


def test_logarithmic_values_are_even_in_their_logarithms() -> None:
    made, generator = dimension("real", min=1e-4, max=0.1, log=True), Random(1)
    drawn = [float(made.draw(generator)) for _ in range(4000)]
    assert all(1e-4 <= value <= 0.1 for value in drawn)
    for edge, share in ((1e-3, 1 / 3), (1e-2, 2 / 3)):
        assert abs(sum(value < edge for value in drawn) / len(drawn) - share) < 0.04
    assert (made.at_share(0), made.at_share(1)) == (1e-4, 0.1)


def test_logarithmic_integers_are_as_likely_as_what_rounds_to_them() -> None:
    made, generator = dimension("integer", min=1, max=10, log=True), Random(1)
    drawn = [made.draw(generator) for _ in range(6000)]
    low, high = 1 / 1.5, 10.5
    for value in (1, 2, 10):
        share = math.log((value + 0.5) / max(low, value - 0.5)) / math.log(high / low)
        assert abs(drawn.count(value) / len(drawn) - share) < 0.03


def test_a_grid_takes_orders_of_magnitude_of_logarithmic_integers() -> None:
    assert dimension("integer", min=1, max=1000, log=True).levels(4) == [1, 10, 100, 1000]
    assert dimension("integer", min=1, max=1000).levels(4) is None


def test_ordered_values_have_neighbours() -> None:
    made = dimension("categorical", values="16,32,64", ordered=True)
    assert made.ordered
    assert not dimension("categorical", values="16,32,64").ordered
    assert made.admitted("32") == "32"
    with pytest.raises(ValueError, match="7 is not one of the 3 values"):
        made.admitted("7")


@given(
    st.sampled_from(PLAIN).flatmap(lambda kind: parameters_of_type(kind)), st.randoms(use_true_random=False)
)
def test_every_drawn_value_is_one_of_the_parameter(draft: ParameterDraft, generator: Random) -> None:
    problems: list[Problem] = []
    found = parameters_of((draft,), problems, 8)
    if any(problem.severity == "error" for problem in problems):
        return
    made = type_of(found[0]).dimension(found[0], 8)
    for value in (made.draw(generator), made.at_share(0), made.at_share(1)):
        assert made.admitted(value) == value
        assert made.decode(made.encode(value)) == value
        if "min" in found[0].settings:
            assert found[0].number("min") <= float(value) <= found[0].number("max")


def parameters_of_type(kind: str) -> st.SearchStrategy[ParameterDraft]:
    return parameters("a").filter(lambda draft: draft.type in PLAIN) if kind in PLAIN else st.nothing()


@pytest.mark.parametrize(
    ("kind", "settings", "said"),
    [
        (
            "hp.loguniform",
            {"min": -9.2103, "max": -2.302585},
            'type = "real", min = 0.0001, max = 0.1, log = true',
        ),
        (
            "hp.loguniform",
            {"min": -7, "max": 2.5},
            'type = "real", min = 0.000912, max = 12.1825, log = true',
        ),
        (
            "hp.qloguniform",
            {"min": 0, "max": 4.2, "q": 4},
            'type = "real", min = 4, max = 64, log = true, step = 4',
        ),
    ],
)
def test_exponents_are_offered_as_values(kind: str, settings: Mapping[str, object], said: str) -> None:
    (problem,) = problems_of(kind, **settings)
    assert (problem.severity, problem.path) == ("note", "parameters.0.type")
    assert "Its min and max are exponents" in problem.message
    assert problem.hint == f"The same in values: {said}."


def test_the_offer_means_the_same() -> None:
    (problem,) = problems_of("hp.qloguniform", min=0, max=4.2, q=4)
    text = problem.hint.partition(": ")[2].rstrip(".").replace(", ", "\n")
    (draft,) = toml.read(f"[parameters.a]\n{text}\n").draft.parameters
    assert values(draft.type, **draft.settings) == [4 * step for step in range(1, 17)]


def run_draft(kind: str, settings: Mapping[str, object]) -> Draft:
    return Draft({"run.name": "r", "run.objective": "./p"}, (ParameterDraft("a", kind, settings),))


@pytest.mark.parametrize(
    ("kind", "settings", "type_there", "settings_there"),
    [
        ("real", {"min": 0, "max": 1}, "hp.uniform", {"min": 0, "max": 1}),
        ("real", {"min": 1, "max": math.e, "log": True}, "hp.loguniform", {"min": 0, "max": 1}),
        ("real", {"min": 0.5, "max": 1.5, "step": 0.5}, "hp.choice", {"values": ("0.5", "1.0", "1.5")}),
        ("integer", {"min": 0, "max": 9}, "hp.uniformint", {"min": 0, "max": 9}),
        ("integer", {"min": 1, "max": 7, "step": 3}, "hp.choice", {"values": ("1", "4", "7")}),
        ("integer", {"min": 1, "max": 1, "log": True}, "hp.qloguniform", {"min": 0, "max": 0, "q": 1}),
        ("categorical", {"values": "a,b", "ordered": True}, "hp.choice", {"values": ("a", "b")}),
        ("fixed", {"value": "3"}, "hp.choice", {"values": ("3",)}),
    ],
)
def test_the_original_gets_a_type_that_it_has(
    kind: str, settings: Mapping[str, object], type_there: str, settings_there: Mapping[str, object]
) -> None:
    draft = run_draft(kind, settings)
    (remark,) = original_writer.not_held(draft)
    assert remark.severity == "note"
    assert f"The original writes {kind} as {type_there}" in remark.message
    for write in (original_writer.write_ini, original_writer.write_json):
        (there,) = any_config.read_any(write(draft)).draft.parameters
        assert there.type == type_there
        kinds = PARAMETER_TYPES[type_there].settings
        checked: list[Problem] = []
        if settings_there.get("max") != settings_there.get("min"):
            (again,) = parameters_of((there,), checked, 8)
            assert again.settings == settings_there
        assert there.settings.keys() == kinds.keys()


def test_wrong_settings_are_kept_for_the_original_as_they_were_typed() -> None:
    draft = run_draft("real", {"min": 0, "max": 1, "step": 0.5, "log": True})
    assert "range_generator_0 = real" in original_writer.write_ini(draft)


@pytest.mark.parametrize("kind", PLAIN)
def test_links_and_configs_say_no_more_than_was_given(kind: str) -> None:
    settings: Mapping[str, Mapping[str, object]] = {
        "real": {"min": 0.0001, "max": 0.1, "log": True},
        "integer": {"min": 1, "max": 9, "step": 2},
        "categorical": {"values": ["16", "32"], "ordered": True},
        "fixed": {"value": "x y"},
    }
    draft = run_draft(kind, {**settings[kind], "q": ""})
    query, text = url.write(draft), toml.write(draft)
    for read in (url.read(query), toml.read(text)):
        assert read.draft.parameters[0].settings.keys() == settings[kind].keys()
        assert check(read.draft).run == check(draft).run


def test_a_link_of_a_new_parameter_is_short() -> None:
    draft = run_draft("real", {"min": 0.0001, "max": 0.1, "log": True, "step": ""})
    query = url.write(draft).partition("param_0_name=a&")[2]
    assert query == "param_0_type=real&param_0_value_max=0.1&param_0_value_min=0.0001&param_0_log=1"
    off = run_draft("real", {"min": 0.0001, "max": 0.1, "log": False})
    assert "log" not in url.write(off)
    assert "log" not in toml.write(off)
