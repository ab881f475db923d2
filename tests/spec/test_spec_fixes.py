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


@pytest.mark.parametrize(
    ("objective", "fixed"),
    [
        ("./a --lr=$lr", "./a --lr=($lr)"),
        ("./a --lr={lr} --lrs=$lrs {lr}", "./a --lr=($lr) --lrs=$lrs ($lr)"),
        ("./a --lr=${lr} ($b)", "./a --lr=($lr) ($b)"),
        ("./a --lr=<lr>", "./a --lr=($lr)"),
        ("./a --lr=%(lr)s $lr_max", "./a --lr=($lr) $lr_max"),
    ],
)
def test_what_looks_like_a_placeholder_becomes_one(objective: str, fixed: str) -> None:
    names = ("lr", "b") if "($b)" in objective else ("lr",)
    [fix] = fixes(draft(objective, *names))
    assert fix == Fix("Write ($lr)", (("run.objective", fixed),))
    assert check(draft(fixed, *names)).problems == ()


@pytest.mark.parametrize(
    ("path", "text", "better"),
    [
        ("search.algorithm", "tpe.sugest", "tpe.suggest"),
        ("run.number_format", "plane", "plain"),
        ("slurm.memory", "16", "16G"),
        ("slurm.memory", "1.5k", "1M"),
        ("run.runtime", "90", "90min"),
        ("run.workers", "0", "1"),
        ("run.workers", "2000", "1000"),
        ("search.max_evals", "12,000", "12000"),
        ("run.precision", "99", "17"),
    ],
)
def test_one_text_is_written_in_place_of_another(path: str, text: str, better: str) -> None:
    asked = draft("./a ($lr)", "lr")
    wrong = Draft({**asked.values, path: text, "slurm.partition": "a"}, asked.parameters)
    [fix] = fixes(wrong)
    assert fix == Fix.writing(path, better)
    assert fixes(Draft({**wrong.values, path: better}, asked.parameters)) == []


def test_types_and_numbers_of_parameters_are_mended() -> None:
    [fix] = fixes(
        Draft({"run.objective": "./a ($lr)"}, (ParameterDraft("lr", "hp.unifrom", {"min": 0, "max": 1}),))
    )
    assert fix == Fix.writing("parameters.0.type", "hp.uniform")
    [fix] = fixes(draft("./a ($lr)", "lr", min="0,5"))
    assert fix == Fix.writing("parameters.0.min", "0.5")
