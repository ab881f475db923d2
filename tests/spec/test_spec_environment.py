"""What a config says of the environment of evaluations: read, checked, and filled in as a shell would."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spec_strategies import filled_lines

from worker.spec.check import check
from worker.spec.environment import NotSetError, filled_in, folder, quoted_for_shell, runs_in
from worker.spec.formats import toml, url
from worker.spec.run import Draft, ParameterDraft, Run

_X = ParameterDraft("x", "real", {"min": 0, "max": 1})
_OTHERS = {"HOME": "/home/me", "TMPDIR": "/tmp/a b", "EMPTY": "", "Q": "'\"$HOME`id`"}
values = st.lists(
    st.sampled_from(["$HOME/", "${TMPDIR}", "$EMPTY ", "${Q}", "$$", "~/x", "~", "$$HOME"])
    | filled_lines.map(lambda text: text.replace("$", "$$")),
    max_size=4,
).map("".join)


def draft(**environment: object) -> Draft:
    fields = {f"environment.{key}": value for key, value in environment.items()}
    return Draft({"run.name": "a", "run.objective": "./p ($x)", **fields}, (_X,))


def run_of(**environment: object) -> Run:
    run = check(draft(**environment)).run
    assert run is not None
    return run


def messages(**environment: object) -> dict[str, str]:
    return {problem.message: problem.severity for problem in check(draft(**environment)).problems}


@pytest.mark.parametrize(
    "raw", [["GCC/12", "Python/3.11"], "GCC/12 Python/3.11", "GCC/12, Python/3.11", "GCC/12\nPython/3.11\n", ["GCC/12 Python/3.11"]]
)  # fmt: skip
def test_modules_are_separated_by_whatever_one_would_type(raw: object) -> None:
    assert run_of(modules=raw).modules == ("GCC/12", "Python/3.11")


@pytest.mark.parametrize("name", ["$(id)", "-x", "a|b", "GCC/12&", "`id`", "'a'"])
def test_a_module_is_a_name_and_nothing_that_a_shell_would_run(name: str) -> None:
    assert check(draft(modules=[name])).run is None


@pytest.mark.parametrize(
    "raw", [{"A": "4", "B": "x y"}, ["A=4", "B=x y"], "A=4\nB=x y", " A = 4 \r\n\r\n B=x y", [["A", "4"], ["B", "x y"]], {"A": 4, "B": "x y"}]
)  # fmt: skip
def test_variables_are_a_table_or_lines(raw: object) -> None:
    assert run_of(variables=raw).variables == (("A", "4"), ("B", "x y"))


@pytest.mark.parametrize(
    "name", ["OMNIOPT_TRIAL", "OMNIOPT_X", "PWD", "UID", "_", "1A", "A-B", "", "A B", "Ä"]
)
def test_names_that_are_ours_the_shells_or_none_are_refused(name: str) -> None:
    assert check(draft(variables={name: "1"})).run is None


def test_what_a_worker_sets_gets_a_warning() -> None:
    assert "warning" in messages(variables={"CUDA_VISIBLE_DEVICES": "0"}).values()


def test_a_secret_in_a_config_is_warned_of_and_one_from_the_shell_is_not() -> None:
    assert "warning" in messages(variables={"WANDB_API_KEY": "abc123"}).values()
    assert "warning" not in messages(variables={"WANDB_API_KEY": "$MY_KEY", "N": "1"}).values()


@pytest.mark.parametrize("value", ["$(id)", "$1", "a$", "${A:-b}", "$"])
def test_a_dollar_that_is_no_variable_is_refused(value: str) -> None:
    assert check(draft(variables={"A": value})).run is None


def test_a_variable_twice_is_an_error_and_keeps_both_in_a_file() -> None:
    twice = draft(variables="A=1\nA=2")
    assert 'The variable "A" is listed twice.' in {problem.message for problem in check(twice).problems}
    assert toml.read(toml.write(twice)).draft.values["environment.variables"] == ["A=1", "A=2"]


def test_a_line_without_a_name_is_an_error() -> None:
    assert check(draft(variables="OMP_NUM_THREADS 4")).run is None


@given(pairs=st.lists(st.tuples(st.sampled_from("ABC"), values), max_size=3, unique_by=lambda pair: pair[0]))
@settings(max_examples=60)
def test_variables_are_filled_in_as_bash_would(pairs: list[tuple[str, str]]) -> None:
    exports = "\n".join(f"export {name}={quoted_for_shell(value)}" for name, value in pairs)
    script = f"{exports}\nenv -0"
    done = subprocess.run(
        ["bash", "-c", script], env={**_OTHERS, "PATH": os.environ["PATH"]}, capture_output=True, check=True
    )
    found = dict(entry.split("=", 1) for entry in os.fsdecode(done.stdout).split("\0") if entry)
    filled = filled_in(pairs, _OTHERS)
    assert {name: found[name] for name, _ in pairs} == filled


def test_a_variable_may_name_those_before_it() -> None:
    assert filled_in([("A", "1"), ("B", "$A/2"), ("A2", "${A}2")], {}) == {"A": "1", "B": "1/2", "A2": "12"}


def test_one_that_is_not_set_is_named() -> None:
    with pytest.raises(NotSetError, match="The variable DATA needs SCRATCH, which is not set"):
        filled_in([("DATA", "$SCRATCH/x")], {})


def test_paths_are_those_of_where_the_run_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    base = Path("/runs")
    assert folder("venv", base) == Path("/runs/venv")
    assert folder("~/venv", base) == folder("$HOME/venv", base) == Path("/home/me/venv")
    assert runs_in("", base, base / "t") == base
    assert runs_in("trial folder", base, base / "t") == base / "t"
    assert runs_in("src", base, base / "t") == base / "src"


def test_everything_is_in_link_and_file_as_it_was_typed() -> None:
    whole = draft(
        modules=["GCC/12", "Python/3.11"],
        venv="v",
        conda="c",
        variables={"A": "$HOME/x", "B": "a=b"},
        run_in="trial folder",
        before="make && echo 'a b' > c",
    )
    run = check(whole).run
    assert run is not None
    assert check(toml.read(toml.write(whole)).draft).run == run
    assert check(url.read(url.write(whole)).draft).run == run
    assert 'variables = { A = "$HOME/x", B = "a=b" }' in toml.write(whole)
