"""Placeholders: what the shell gets, through real shells, and what is said about wrong ones."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shells import in_shells
from spec_strategies import lines

from worker.spec.check_placeholders import problems
from worker.spec.notation import value_text
from worker.spec.parameters import Value
from worker.spec.placeholders import render

VALUES: dict[str, Value] = {"x": 3, "rate": 1e-05, "act.fn": "re lu", "name-2": "it's"}


@pytest.mark.parametrize(
    ("objective", "command"),
    [
        ("./run ($x_0) ($x_1)", "./run 3 0.00001"),
        ("./run --x=($x) --rate=($rate)", "./run --x=3 --rate=0.00001"),
        ("./run ($act.fn)", "./run 're lu'"),
        ("./run ($x_3)", "./run 'it'\"'\"'s'"),
        ('./run "($x_3) and ($act.fn)"', './run "it\'s and re lu"'),
        ("./run '($x_3)' ($x)", "./run 'it'\\''s' 3"),
        ("./run \\' ($act.fn)", "./run \\' 're lu'"),
        ("./run int($rate) int($x)", "./run 0 3"),
        ("python -c 'print($x)'", "python -c 'print3'"),
        ("./run $x_0 $(x_0) ($)", "./run $x_0 $(x_0) ($)"),
        ("./run --out=($projectdir)/a", "./run --out='/my runs/a'/a"),
        ('./run "($trialdir)/a"', './run "/my runs/a/1/a"'),
        ("($x)($x)", "33"),
        ("no placeholder", "no placeholder"),
    ],
)
def test_render(objective: str, command: str) -> None:
    paths = {"projectdir": "/my runs/a", "trialdir": "/my runs/a/1"}
    assert render(objective, VALUES, paths) == command


@pytest.mark.parametrize(("value", "text"), [(1e-30, "1e-30"), (-2e-05, "-0.00002")])
def test_numbers_are_written_as_a_run_that_says_nothing_of_them_has_it(value: float, text: str) -> None:
    assert render("($a)", {"a": value}, {}) == render("($a)", {"a": value}, {}, "auto") == text


def test_a_placeholder_that_stands_for_nothing_is_an_error() -> None:
    with pytest.raises(KeyError):
        render("($x_9)", VALUES, {})


@pytest.mark.parametrize(
    ("value", "text"),
    [("2.9", "2"), ("-2.9", "-2"), (2.9, "2"), (-0.5, "0"), ("10", "10"), ("a b", "'a b'"), ("1e999", "1e999"),
     ("nan", "nan"), (1e22, "10000000000000000000000")],
)  # fmt: skip
def test_the_integer_part(value: float | str, text: str) -> None:
    assert render("int($a)", {"a": value}, {}) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(5, "5"), (5.0, "5.0"), (0.1, "0.1"), (1e-05, "0.00001"), (1e22, "1" + "0" * 22), (-0.0, "-0.0"), ("5", "5"), (2**53, "9007199254740992")],
)  # fmt: skip
def test_integers_print_as_integers_and_floats_as_short_as_possible(value: float | str, text: str) -> None:
    assert value_text(value) == text


@in_shells
@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("{}", "{}"),
        ('"{}"', "{}"),
        ("'{}'", "{}"),
        ('a"{}"b', "a{}b"),
        ("a'{}'b", "a{}b"),
        ('""{}', "{}"),
        ('\\"{}', '"{}'),
        ("\\\\'{}'", "\\{}"),
        ('"it\'s {}"', "it's {}"),
        ('"a\\"b {}"', 'a"b {}'),
    ],
)
def test_the_program_gets_the_very_value(shell: str, written: str, seen: str) -> None:
    awkward = "a b'c\"d$e`f\\g*h?[i]{j,k}~l#m;n|o&p<q>r!s(t)\u00e4\\"
    objective = "printf %s " + written.replace("{}", "($value)")
    command = render(objective, {"value": awkward}, {})
    done = subprocess.run([shell, "-c", command], capture_output=True, check=True)
    assert done.stdout.decode() == seen.replace("{}", awkward)


@given(st.lists(lines, min_size=1, max_size=30))
def test_any_value_reaches_the_program_unchanged(values: list[str]) -> None:
    named = {f"v{index}": value for index, value in enumerate(values)}
    objective = "printf '%s\\0'"
    for index in range(len(values)):
        objective += f" ($v{index}) \"($v{index})\" '($v{index})'"
    done = subprocess.run(["bash", "-c", render(objective, named, {})], capture_output=True, check=True)
    assert done.stdout.decode() == "".join(f"{value}\0" * 3 for value in values)


def objective_problems(objective: str, *names: str) -> list[tuple[str, str, str]]:
    """The problems of an objective, as (severity, message, hint)."""
    return [(problem.severity, problem.message, problem.hint) for problem in problems(objective, names)]


def test_nothing_is_wrong() -> None:
    assert objective_problems("./run ($x_0) --b=($b) ($projectdir) ($trialdir)", "a", "b") == []


@pytest.mark.parametrize(
    ("objective", "message"),
    [
        ("./run 'a ($x_0)", "The objective program has an unmatched quotation mark."),
        ("./run \"it's ($x_0)", "The objective program has an unmatched quotation mark."),
        (
            "“./run” ($x_0)",
            "“ is a character that word processors write; to a shell it has no special meaning.",
        ),
        (
            "./run –a=($x_0)",
            "– is a character that word processors write; to a shell it has no special meaning.",
        ),
    ],
)
def test_what_no_shell_takes_as_it_was_meant(objective: str, message: str) -> None:
    assert [problem[:2] for problem in objective_problems(objective, "a")] == [("warning", message)]


@pytest.mark.parametrize(
    "objective", ["./it\\'s ($x_0)", '"it\'s" ($x_0)', "'($x_0)' a–b", "echo \\\\ ($x_0)"]
)
def test_quotation_marks_that_are_closed(objective: str) -> None:
    assert objective_problems(objective, "a") == []


def test_undefined_placeholders() -> None:
    assert objective_problems("($x_2) ($x_2) ($bacth)", "batch", "rate") == [
        (
            "error",
            "The placeholder ($x_2) does not stand for a parameter.",
            "The last one is ($x_1); the first one is ($x_0).",
        ),
        ("error", "The placeholder ($bacth) does not stand for a parameter.", 'Did you mean "batch"?'),
        (
            "warning",
            'The parameter "batch" does not occur in the objective program.',
            "Write ($x_0) or ($batch) where its value belongs.",
        ),
        (
            "warning",
            'The parameter "rate" does not occur in the objective program.',
            "Write ($x_1) or ($rate) where its value belongs.",
        ),
    ]


def test_many_unused_parameters_are_one_warning() -> None:
    assert objective_problems("./run ($b)", "a", "b", "c", "d", "d", "n" * 300) == [
        (
            "warning",
            f"4 parameters do not occur in the objective program: a, c, d, {'n' * 77}....",
            "Write ($x_0) or ($a) where the value of the first one belongs, and likewise for the others.",
        )
    ]


@pytest.mark.parametrize(
    ("objective", "shown"),
    [("./run $x_0", "$x_0"), ("./run ${x_0}", "${x_0}"), ("./run $(x_0)", "$(x_0)"), ("./run ($x_0", "($x_0"),
     ("$x_0", "$x_0"), ("./run ($x_0 )", "($x_0 )")],
)  # fmt: skip
def test_what_only_looks_like_a_placeholder(objective: str, shown: str) -> None:
    first = objective_problems(objective, "a")[0]
    assert first == (
        "warning",
        f"{shown} is not replaced by a value, because it is not a placeholder.",
        "Write ($x_0).",
    )


def test_real_placeholders_are_not_near_misses() -> None:
    assert objective_problems("./run ($x_0)$x ($a)", "a") == []


def test_names_that_look_like_positions() -> None:
    assert objective_problems("($x_0) ($x_1)", "x_0", "x_1") == []
    assert objective_problems("($x_0) ($x_1)", "x_1", "x_0") == [
        ("error", "The placeholder ($x_1) could mean this parameter or parameter 2.", "Choose another name."),
        ("error", "The placeholder ($x_0) could mean this parameter or parameter 1.", "Choose another name."),
    ]
    assert objective_problems("($x_7)", "x_7") == []


def test_wrong_names_are_no_reason_for_more_problems() -> None:
    assert objective_problems("./run ($x_1)", "a b", "") == []


def test_hundreds_of_undefined_placeholders_make_twenty_problems() -> None:
    objective = " ".join(f"($undefined{index})" for index in range(1000))
    assert len(objective_problems(objective)) == 20


@given(
    st.text(st.sampled_from("($x_01a)'\"\\ ${}int")),
    st.lists(st.from_regex(r"[ax_01]{1,3}", fullmatch=True), max_size=4, unique=True),
)
def test_what_has_no_error_can_be_rendered(objective: str, names: list[str]) -> None:
    if not any(problem.severity == "error" for problem in problems(objective, names)):
        render(objective, dict.fromkeys(names, 1), {"projectdir": str(Path.cwd()), "trialdir": "."})
