"""What is only nearly a placeholder: said with the placeholder to write, and never where the shell has its own use for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.check import check
from worker.spec.check_placeholders import problems
from worker.spec.problem import MOST_LISTED
from worker.spec.run import Draft, ParameterDraft


def said(objective: str, *names: str) -> list[tuple[str, str]]:
    return [(problem.severity, problem.hint) for problem in problems(objective, names)]


@pytest.mark.parametrize(
    "written",
    [
        "$lr", "${lr}", "$(lr)", "{lr}", "{{lr}}", "{{ lr }}", "{ lr }", "%(lr)s", "%(lr)", "%lr%", "@lr@", "#{lr}", "{$lr}",
        "(${lr})", "($ lr)", "( $lr )", "($lr ", "$[lr]", "(lr)", "$LR", "{Lr}", "${LR}", '"$lr"', "--rate=$lr", "$lr/x", "$lr-x",
        "@{lr}", "%{lr}",
    ],
)  # fmt: skip
def test_a_slip_of_a_name_gets_its_placeholder(written: str) -> None:
    assert said(f"./run {written} ($layers)", "lr", "layers") == [("warning", "Write ($lr).")]


@pytest.mark.parametrize(
    "written", ["$x0", "${x0}", "$x-0", "$X_0", "{x0}", "{{x_0}}", "%(x0)s", "(x_0)", "{x_0}"]
)
def test_a_slip_of_a_number_gets_its_placeholder(written: str) -> None:
    assert said(f"./run {written} ($layers)", "lr", "layers") == [("warning", "Write ($x_0).")]


@pytest.mark.parametrize(
    ("written", "hint"),
    [("($x0)", "Write ($x_0)."), ("($X_0)", "Write ($x_0)."), ("($LR)", "Write ($lr)."), ("int($Lr)", "Write ($lr)."),
     ("($l-r)", "Write ($lr).")],
)  # fmt: skip
def test_a_placeholder_that_is_nearly_right_is_an_error_with_the_right_one(written: str, hint: str) -> None:
    assert said(f"./run {written} ($layers)", "lr", "layers") == [("error", hint)]


@pytest.mark.parametrize("written", ["<lr>", "--rate=<lr>", "<x0>"])
def test_angle_brackets_get_the_placeholder_too(written: str) -> None:
    kinds = tuple(ParameterDraft(name, "hp.uniform", {"min": 0, "max": 1}) for name in ("lr", "layers"))
    all_problems = check(
        Draft({"run.name": "r", "run.objective": f"./run {written} ($layers)"}, kinds)
    ).problems
    assert [problem.severity for problem in all_problems] == ["error"]
    assert all_problems[0].hint in ("Write ($lr).", "Write ($x_0).")


@pytest.mark.parametrize(
    "objective",
    [
        "lr=3; ./run $lr ($lr) ($layers)",
        "./run ($lr) ($layers) | awk '{print $1}'",
        "for i in 1 2; do ./run $i ${HOME} $(date) ($lr) ($layers); done",
        "./run ($lr) ($layers) {a,b} %s %(x)s {} @file [lr] (echo lr) $? $$ $1 ${1}",
        "X=5 ./run ($lr) ($layers) $X $x {x}",
        "./run ($lr) ($layers) ${lr:-3} ${#lr}",
    ],
)
def test_where_all_parameters_occur_the_shell_has_its_own_words(objective: str) -> None:
    assert said(objective, "lr", "layers") == []


@pytest.mark.parametrize("written", ["$rate", "{a,b}", "'{print $1}'", "$HOME", "$x9", "lr", "lr=3", "$1"])
def test_what_means_no_parameter_is_no_slip_of_one(written: str) -> None:
    assert said(f"./run {written} ($layers)", "lr", "layers") == [
        ("warning", "Write ($x_0) or ($lr) where its value belongs.")
    ]


def test_several_slips_are_said_once_each() -> None:
    assert said("./run --rate=$x0 --again=$x0 {layers}", "lr", "layers") == [
        ("warning", "Write ($x_0)."),
        ("warning", "Write ($layers)."),
    ]


def test_names_that_are_alike_are_not_mixed_up() -> None:
    assert said("./run $LR", "lr", "l_r") == [
        ("warning", "Write ($x_0) or ($lr) where its value belongs."),
        ("warning", "Write ($x_1) or ($l_r) where its value belongs."),
    ]


@given(st.text(st.sampled_from("(){}$%<>@[]#x_01 lrLR-."), max_size=60))
def test_any_text_is_looked_through(objective: str) -> None:
    for problem in problems(objective, ["lr", "x", "l-r"]):
        assert problem.message
        assert problem.hint


@pytest.mark.parametrize(
    "piece", ["( $", "$lr ", "{{", "%l", "$x0-", "( " * 2, "(" + " " * 50 + "$" + " " * 50, "($a"]
)
def test_of_long_commands_a_few_slips_are_told(piece: str) -> None:
    names = [f"p{number}" for number in range(500)]
    assert len(list(problems((piece * 10_000)[:10_000], names))) < 2 * MOST_LISTED
