"""What a problem says would solve it does solve it."""

from __future__ import annotations

import pytest

from worker.spec.check import check
from worker.spec.problem import Fix
from worker.spec.run import Draft, ParameterDraft


def draft(objective: str, *names: str, **settings: str) -> Draft:
    given = {"min": "1", "max": "2", **settings}
    parameters = tuple(ParameterDraft(name, "real", given) for name in names)
    return Draft({"run.name": "a", "run.objective": objective}, parameters)


def fixes(asked: Draft) -> list[Fix]:
    return [fix for problem in check(asked).problems for fix in problem.fixes]


@pytest.mark.parametrize(
    ("objective", "names", "fixed"),
    [
        ("./a", ("lr",), "./a --lr=($lr)"),
        ("./a --lr=($LR)", ("lr",), "./a --lr=($lr)"),
        ("./a", ("p", "q", "r", "s"), "./a --p=($p) --q=($q) --r=($r) --s=($s)"),
    ],
)
def test_a_program_gets_what_it_lacks(objective: str, names: tuple[str, ...], fixed: str) -> None:
    [fix] = fixes(draft(objective, *names))
    assert fix.changes == (("run.objective", fixed),)
    assert check(draft(fixed, *names)).problems == ()


def test_parameters_are_added_for_all_placeholders_that_stand_for_none() -> None:
    found = fixes(draft("./a ($lr) ($b) ($c)", "lr"))
    assert found == [Fix("Add these 2 parameters", adds=("b", "c"))] * 2
    assert fixes(draft("./a ($lr) ($b)", "lr")) == [Fix("Add this parameter", adds=("b",))]


def test_ends_that_are_the_wrong_way_round_are_swapped() -> None:
    [fix] = fixes(draft("./a ($lr)", "lr", min="0.5", max="0.001"))
    assert fix.changes == (("parameters.0.min", "0.001"), ("parameters.0.max", "0.5"))
    assert fixes(draft("./a ($lr)", "lr", min="1", max="1")) == []
