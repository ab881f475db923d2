"""Conditions and constraints in a config: what is refused, with which words, and what is said before a run."""

from __future__ import annotations

import pytest

from worker.spec.check import check
from worker.spec.placeholders import complete, render
from worker.spec.points import space_size
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft, Run

KIND = ParameterDraft("optimizer", "categorical", {"values": ["sgd", "adam"]})
LAYERS = ParameterDraft("layers", "integer", {"min": 1, "max": 64})
WIDTH = ParameterDraft("width", "integer", {"min": 1, "max": 4096})
BATCH = ParameterDraft("batch", "categorical", {"values": ["16", "32"]})


def momentum(when: str) -> ParameterDraft:
    return ParameterDraft("momentum", "real", {"min": 0, "max": 1, "when": when})


def problems(*parameters: ParameterDraft, objective: str = "", **search: object) -> list[Problem]:
    """The errors and warnings of a run."""
    names = [parameter.name for parameter in parameters if "when" not in parameter.settings]
    values: dict[str, object] = {
        "run.name": "r",
        "run.objective": objective or "./p " + " ".join(f"(${name})" for name in names),
        **{f"search.{key}": value for key, value in search.items()},
    }
    return [one for one in check(Draft(values, parameters)).problems if one.severity != "note"]


def run_of(*parameters: ParameterDraft, objective: str = "./p", **search: object) -> Run:
    values = {
        "run.name": "r",
        "run.objective": objective,
        **{f"search.{key}": value for key, value in search.items()},
    }
    checked = check(Draft(values, parameters))
    assert checked.run, checked.problems
    return checked.run


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("optimizer = 'sgd'", "=="),
        ("optimiser == 'sgd'", 'Did you mean "optimizer"?'),
        ("optimizer == sgd", "quotation marks: 'sgd'"),
        ("optimizer == 'sdg'", "optimizer is never 'sdg'. Did you mean \"sgd\"?"),
        ("optimizer > 'sgd'", "no order"),
        ("optimizer == 3", "they cannot be compared"),
        ("layers == '3'", "without quotation marks"),
        ("optimizer * 2 > 1", "nothing can be computed"),
        ("layers", "compares nothing"),
        ("momentum > 0.5", "cannot depend on itself"),
        ("later > 1", 'Move "later" before it'),
        ("1 < 2", "names no parameter"),
        ("layers ** 60 * layers ** 60 > 1", "powers"),
    ],
)
def test_a_condition_that_means_nothing_is_one_clear_problem(when: str, said: str) -> None:
    later = ParameterDraft("later", "integer", {"min": 1, "max": 2})
    found = problems(
        KIND,
        LAYERS,
        momentum(when),
        later,
        objective="./p ($optimizer) ($layers) ($later) [?-m ($momentum)?]",
    )
    assert [problem.path for problem in found] == ["parameters.2.when"]
    assert said in str(found[0])


def test_no_two_parameters_can_depend_on_each_other() -> None:
    a = ParameterDraft("a", "integer", {"min": 1, "max": 2, "when": "b == 1"})
    b = ParameterDraft("b", "integer", {"min": 1, "max": 2, "when": "a == 1"})
    (problem,) = problems(a, b, objective="./p [?($a)?] [?($b)?]")
    assert (problem.path, "behind it" in problem.message) == ("parameters.0.when", True)


@pytest.mark.parametrize(
    ("constraint", "said"),
    [
        ("layers * widht <= 4096", 'Did you mean "width"?'),
        ("layers * optimizer <= 1", "nothing can be computed"),
        ("layers * (width <= 4096", "closing parenthesis"),
        ("1 <= 2", "names no parameter"),
        ("layers + 1 > 10 ** 3 * layers + 65", "No point|None of"),
    ],
)
def test_a_constraint_that_means_nothing_is_one_clear_problem(constraint: str, said: str) -> None:
    (problem,) = problems(KIND, LAYERS, WIDTH, constraints=["width >= 1", constraint])
    assert problem.path == "search.constraints"
    assert any(part in str(problem) for part in said.split("|"))


def test_a_list_of_numbers_counts_as_numbers_beside_numbers() -> None:
    assert problems(BATCH, WIDTH, constraints=["batch * width <= 60000", "batch == '16' or width < 9"]) == []


def test_an_empty_space_is_an_error_and_a_nearly_empty_one_is_said() -> None:
    (none,) = problems(KIND, LAYERS, constraints=["layers > 64"])
    assert (none.message, none.severity) == (
        "No point of the search space satisfies the constraints.",
        "error",
    )
    (few,) = problems(LAYERS, WIDTH, constraints=["layers * width <= 400"])
    assert few.severity == "warning" and "Only about" in few.message and "%" in few.message
    (perhaps,) = problems(
        WIDTH, ParameterDraft("x", "real", {"min": 0, "max": 1}), constraints=["x > 0.99999"]
    )
    assert perhaps.severity == "warning" and "None of" in perhaps.message


def test_a_start_point_has_what_exists_and_keeps_to_the_constraints() -> None:
    when = momentum("optimizer == 'sgd'")
    objective = "./p ($optimizer) ($layers) [?--m=($momentum)?]"

    def said(point: dict[str, object]) -> list[str]:
        found = problems(
            KIND, LAYERS, when, objective=objective, start_with=[point], constraints=["layers < 60"]
        )
        return [str(problem) for problem in found]

    assert said({"optimizer": "adam", "layers": 2}) == []
    assert said({"optimizer": "sgd", "layers": 2, "momentum": 0.5}) == []
    assert "has no value for momentum" in said({"optimizer": "sgd", "layers": 2})[0]
    assert "exists only when" in said({"optimizer": "adam", "layers": 2, "momentum": 0.5})[0]
    assert "violates the constraint" in said({"optimizer": "adam", "layers": 60})[0]


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        ("./p ($optimizer) --momentum=($momentum)", "[?--momentum=($momentum)?]"),
        ("./p ($optimizer) ($x_1)", "[?--momentum=($momentum)?]"),
        ("./p ($optimizer) [?--m=($momentum)", "has no end"),
        ("./p ($optimizer) --m=($momentum)?]", "has no beginning"),
        ("./p ($optimizer) [?a [?--m=($momentum)?] ?]", "inside of another"),
        ("./p [?($optimizer)?] [?($momentum)?]", "never left out"),
        ("./p ($optimizer) '[?($momentum)'?]", "unmatched quotation mark"),
    ],
)
def test_what_does_not_always_exist_stands_in_an_optional_part(objective: str, said: str) -> None:
    (problem,) = problems(KIND, momentum("optimizer == 'sgd'"), objective=objective)
    assert problem.path == "run.objective" and said in str(problem)


def test_a_command_lacks_the_parts_whose_parameters_do_not_exist() -> None:
    objective = "./p --o=($x_0) [?--m=($x_1)?] [?--both=($momentum),($optimizer)?] --l=($x_2) [ -f a ]"
    run = run_of(KIND, momentum("optimizer == 'sgd'"), LAYERS, objective=objective)
    whole = render(objective, {"optimizer": "sgd", "momentum": 0.5, "layers": 3}, {}, "auto", run.parameters)
    assert whole == "./p --o=sgd --m=0.5 --both=0.5,sgd --l=3 [ -f a ]"
    less = render(objective, {"optimizer": "adam", "layers": 3}, {}, "auto", run.parameters)
    assert less == "./p --o=adam   --l=3 [ -f a ]"
    assert complete(objective, run.parameters).count("?") == 0


def test_without_conditions_the_marks_are_letters() -> None:
    objective = "ls [?a?] ($layers)"
    run = run_of(LAYERS, objective=objective)
    assert render(objective, {"layers": 3}, {}, "auto", run.parameters) == "ls [?a?] 3"
    assert complete(objective, run.parameters) == objective


def test_a_space_is_counted_with_its_rules() -> None:
    child = ParameterDraft("child", "integer", {"min": 1, "max": 5, "when": "optimizer == 'sgd'"})
    assert space_size(run_of(KIND, child)) == 5 + 1
    assert space_size(run_of(KIND, child, BATCH, constraints=["child + batch <= 18"])) == 2 + 2


def test_a_parameter_that_is_absent_satisfies_its_constraint() -> None:
    run = run_of(KIND, momentum("optimizer == 'sgd'"), constraints=["momentum <= 0.5"])
    (checked,) = [run.constraints]
    assert checked == ("momentum <= 0.5",)
    assert (
        problems(
            KIND,
            momentum("optimizer == 'sgd'"),
            constraints=["momentum > 2"],
            objective="./p ($optimizer) [?($momentum)?]",
        )
        == []
    )
