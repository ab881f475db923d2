"""Values of a choice that are typed in another way than with commas: said with how to write what is meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.check import check, check_read
from worker.spec.check_lists import problems
from worker.spec.formats import toml, url
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft


def list_problems(kind: str, values: object) -> list[Problem]:
    parameter = ParameterDraft("x", kind, {"values": values})
    problems = check(Draft({"run.name": "r", "run.objective": "./t ($x)"}, (parameter,))).problems
    return [problem for problem in problems if problem.path.startswith("parameters")]


@pytest.mark.parametrize(
    ("values", "rewrite"),
    [
        ("16 32 64", '["16", "32", "64"]'),
        ("a;b;c", '["a", "b", "c"]'),
        ("a; b; c", '["a", "b", "c"]'),
        ("relu | tanh", '["relu", "tanh"]'),
        (["relu, tanh"], '["relu", "tanh"]'),
        (["16 32"], '["16", "32"]'),
        ("0,1;0,2;0,5", '["0.1", "0.2", "0.5"]'),
        ("(3,3),(5,5)", '["(3,3)", "(5,5)"]'),
        ("[1,2],[3,4]", '["[1,2]", "[3,4]"]'),
        ('"relu","tanh"', '["relu", "tanh"]'),
        ("'relu', 'tanh'", '["relu", "tanh"]'),
    ],
)
def test_what_may_be_a_slip_gets_a_warning_with_the_rewrite(values: object, rewrite: str) -> None:
    (warning,) = list_problems("hp.choice", values)
    assert (warning.severity, warning.path) == ("warning", "parameters.0.values")
    assert rewrite in warning.hint
    # The rewrite is understood wherever values are typed.
    assert list_problems("hp.choice", rewrite) == []


@pytest.mark.parametrize(
    "values",
    ["relu,tanh", "a b,c d", "relu", ["a b", "c d"], ["a;b", "c;d"], ["(", "["], "x=1;y=2,x=2;y=1", ["f(x)", "g(x)"],
     '"a",b', ["-O2 -g", "-O3"], "a),b("],
)  # fmt: skip
def test_what_is_legitimate_gets_none(values: object) -> None:
    assert list_problems("hp.choice", values) == []


@pytest.mark.parametrize("values", ["a=20;b=80", "a=20 b=80", "a=20; b=80", "a=20|b=80", '"a"=20,"b"=80'])
def test_percentages_that_may_be_a_slip_get_a_warning(values: str) -> None:
    (warning,) = list_problems("hp.pchoice", values)
    assert (warning.severity, "a=20,b=80" in warning.hint) == ("warning", True)


def test_percentages_after_a_colon_are_explained() -> None:
    (error,) = list_problems("hp.pchoice", "a:20,b:80")
    assert error.hint == "Write it with an equals sign: a=20."


@pytest.mark.parametrize("values", ["a=20,b=80", {"a b": 20, "c;d": 80}, "a=b=20,c=80"])
def test_percentages_as_they_are_meant_get_none(values: object) -> None:
    assert list_problems("hp.pchoice", values) == []


TRICKY = st.lists(
    st.text("ab1 ,;[]{}()'\"\\\\:=|.", min_size=1).map(str.strip).filter(bool), min_size=1, unique=True
)


@given(TRICKY)
def test_values_survive_link_and_config(values: list[str]) -> None:
    draft = Draft(
        {"run.name": "r", "run.objective": "./t ($x)"},
        (ParameterDraft("x", "hp.choice", {"values": values}),),
    )
    for read in (url.read(url.write(draft)), toml.read(toml.write(draft))):
        run = check_read(read).run
        assert run is not None
        assert run.parameters[0].options == tuple(values)


@given(TRICKY, st.booleans())
def test_any_values_are_looked_through(values: list[str], weighted: bool) -> None:
    for problem in problems(values, "parameters.0.values", weighted):
        assert problem.severity == "warning"
        assert problem.hint
