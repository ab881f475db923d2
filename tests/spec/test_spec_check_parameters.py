"""The checks of parameters: their settings, bounds, values and names."""

from __future__ import annotations

import itertools

import pytest
from checked_values import GOOD, only_problem, problems, run

from worker.spec.check import check
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft


def parameter(kind: str, **settings: object) -> ParameterDraft:
    """A parameter that the objective uses."""
    return ParameterDraft("a", kind, settings)


@pytest.mark.parametrize(
    ("draft", "key", "message"),
    [
        (parameter("hp.randint", max=0), "max", "Max must be at least 1: the integers run from 0 to max - 1."),
        (parameter("hp.randint", max="1.5"), "max", '"1.5" is not a whole number.'),
        (parameter("hp.randint"), "max", "Max is missing; hp.randint needs it."),
        (parameter("hp.randint", max=""), "max", "Max is missing; hp.randint needs it."),
        (parameter("hp.uniform", min=1, max=1), "max", "Max (1) must be greater than min (1)."),
        (parameter("hp.uniform", min=2, max=1), "max", "Max (1) must be greater than min (2)."),
        (parameter("hp.uniform", min="-1e308", max="1e308"), "max", "The range from min to max is too wide for a computer."),
        (parameter("hp.uniform", min="a", max=1), "min", '"a" is not a number.'),
        (parameter("hp.uniformint", min=3, max=1), "max", "Max (1) must be greater than min (3)."),
        (parameter("hp.uniformint", min="0.5", max=1), "min", '"0.5" is not a whole number.'),
        (parameter("hp.choicestep", min=1, max=9, step=0), "step", "Step must be greater than 0."),
        (parameter("hp.choiceint", min=0, max=100_000), "max", "These are 100,001 values; the maximum for hp.choiceint is 100,000."),
        (parameter("hp.choicestep", min=0, max=10**9, step=2), "max", "These are 500,000,001 values; the maximum for hp.choicestep is 100,000."),
        (parameter("hp.quniform", min=0, max=1, q=0), "q", "q must be greater than 0."),
        (parameter("hp.quniform", min=0, max=1, q="-0.1"), "q", "q must be greater than 0."),
        (parameter("hp.quniform", min="0.1", max="0.9", q=1), "q", "No multiple of q lies between 0.1 and 0.9."),
        (parameter("hp.loguniform", min=0, max=1000), "max", "Min and max are exponents here: e to the power of them is too large."),
        (parameter("hp.qloguniform", min=0, max=1, q=10), "q", "No multiple of q lies between 1 and 2.71828."),
        (parameter("hp.normal", mu=0, sigma=0), "sigma", "σ must be greater than 0."),
        (parameter("hp.normal", mu=0), "sigma", "σ (std. dev.) is missing; hp.normal needs it."),
        (parameter("hp.lognormal", mu=700, sigma=1), "sigma", "e to the power of such numbers is too large for a computer."),
        (parameter("hp.qnormal", mu=0, sigma=1, q=0), "q", "q must be greater than 0."),
        (parameter("hp.choice", values=", ,"), "values", "Values is missing; hp.choice needs it."),
        (parameter("hp.pchoice", values="=20,a=80"), "values", "Value 1 is empty."),
        (parameter("hp.choice", values="a,b,a"), "values", 'The value "a" is listed 2 times.'),
        (parameter("hp.choice", values=[]), "values", "Values is missing; hp.choice needs it."),
        (parameter("hp.pchoice", values="a=20,b"), "values", '"b" has no percentage.'),
        (parameter("hp.pchoice", values="a=20,a=80"), "values", 'The value "a" is listed 2 times.'),
        (parameter("hp.unifrom"), "type", '"hp.unifrom" is not a parameter type.'),
        (parameter(""), "type", '"" is not a parameter type.'),
        (parameter("\x1b[2J"), "type", '"<U+001B>[2J" is not a parameter type.'),
        (ParameterDraft("", "hp.randint", {"max": 2}), "name", "Parameter 1 has no name."),
        (ParameterDraft("a b", "hp.randint", {"max": 2}), "name", 'The name "a b" contains characters that are not allowed.'),
        (ParameterDraft("a\u202eb", "hp.randint", {"max": 2}), "name", "The name contains an invisible character (U+202E)."),
        (ParameterDraft("a" * 101, "hp.randint", {"max": 2}), "name", "This name is 101 characters long; at most 100 are allowed."),
        (ParameterDraft("RESULT", "hp.randint", {"max": 2}), "name", '"RESULT" is the name of a column of the results.'),
    ],
    ids=lambda value: value.type + str(dict(value.settings)) if isinstance(value, ParameterDraft) else None,
)  # fmt: skip
def test_errors_of_parameters(draft: ParameterDraft, key: str, message: str) -> None:
    error = next(problem for problem in problems({}, draft) if problem.severity == "error")
    assert (error.path, error.message) == (f"parameters.0.{key}", message)
    assert check(Draft(GOOD, (draft,))).run is None


@pytest.mark.parametrize(
    ("draft", "options"),
    [
        (parameter("hp.choice", values="a,,b, "), ("a", "b")),
        (parameter("hp.choice", values=["a", " ", "b"]), ("a", "b")),
        (parameter("hp.pchoice", values=",a=20,,b=80,"), ("a", "b")),
        (parameter("hp.pchoice", values=["a=20", "", "b=80"]), ("a", "b")),
    ],
)
def test_empty_values_of_a_list_are_left_out_with_a_note(
    draft: ParameterDraft, options: tuple[str, ...]
) -> None:
    checked = check(Draft(GOOD, (draft,)))
    assert checked.run is not None
    assert checked.run.parameters[0].options == options
    notes = [problem for problem in checked.problems if "empty values" in problem.message]
    assert [(problem.path, problem.severity) for problem in notes] == [("parameters.0.values", "note")]


def test_an_empty_seed_in_a_list_is_left_out_with_a_note() -> None:
    checked = check(Draft({**GOOD, "search.seed": "1,,2,"}, (parameter("hp.randint", max=3),)))
    assert checked.run is not None
    assert checked.run.seed == (1, 2)
    notes = [problem for problem in checked.problems if "empty values" in problem.message]
    assert [(problem.path, problem.severity) for problem in notes] == [("search.seed", "note")]


def coarse(precision: int, draft: ParameterDraft) -> list[Problem]:
    """The remarks about a range that is too coarse."""
    return [
        problem
        for problem in problems({"run.precision": precision}, draft)
        if "precision of" in problem.message
    ]


@pytest.mark.parametrize(
    ("precision", "draft", "count"),
    [
        (2, parameter("hp.uniform", min=300, max=330), 4),
        (2, parameter("hp.uniform", min=-330, max=-300), 4),
        (2, parameter("hp.uniform", min=1000, max=1001), 1),
        (1, parameter("hp.uniform", min=0, max=1), 19),
        (8, parameter("hp.uniform", min=1e7, max="10000000.5"), 1),
        (2, parameter("hp.loguniform", min=0, max=1), 18),
        (3, parameter("hp.normal", mu=1000, sigma=10), 23),
        (2, parameter("hp.lognormal", mu=0, sigma="0.1"), 21),
        # 0.03 to 0.09, 0.1 to 0.9, 1 to 3, and the same below 0; what is smaller is hardly ever drawn.
        (1, parameter("hp.uniform", min=-3, max=3), 38),
        (1, parameter("hp.uniform", min=-3, max=0), 19),
        (1, parameter("hp.normal", mu=5, sigma=2), 9),
        (2, parameter("hp.uniform", min=1, max=18), 99),
    ],
)
def test_a_range_of_few_values_at_its_precision_gets_a_remark(
    precision: int, draft: ParameterDraft, count: int
) -> None:
    (remark,) = coarse(precision, draft)
    assert remark.severity == "warning"
    assert remark.message.split(" only ")[1].split()[0] == str(count)
    assert remark.path == f"parameters.0.{'max' if 'max' in draft.settings else 'sigma'}"


@pytest.mark.parametrize(
    ("precision", "draft"),
    [
        (2, parameter("hp.uniform", min=0, max=1)),
        (2, parameter("hp.uniform", min=1, max=19)),
        (8, parameter("hp.uniform", min=300, max=330)),
        (1, parameter("hp.quniform", min=300, max=330, q=5)),
        (1, parameter("hp.uniformint", min=300, max=330)),
        (2, parameter("hp.loguniform", min=-10, max=0)),
        (2, parameter("hp.normal", mu=0, sigma=1)),
    ],
)
def test_a_range_of_many_values_gets_none(precision: int, draft: ParameterDraft) -> None:
    assert coarse(precision, draft) == []


def test_exponents_that_look_like_values_are_pointed_out() -> None:
    (warning,) = problems({}, parameter("hp.loguniform", min="0.001", max=1))
    assert (warning.path, warning.severity) == ("parameters.0.min", "warning")
    assert warning.message == "Min and max are exponents here: the values run from 1.001 to 2.71828."
    assert warning.hint == 'For values from 0.001 to 1 write type = "real", min = 0.001, max = 1, log = true.'
    (offer,) = problems({}, parameter("hp.loguniform", min="-7", max=0))
    assert offer.severity == "note"


def test_huge_numbers_are_refused_and_not_printed() -> None:
    for huge in (10**400, 10**5000, 2**53 + 1, "9" * 400):
        for kind, settings in PARAMETER_TYPES.items():
            for key in settings.settings:
                raw_settings = {
                    "min": 0,
                    "max": 5,
                    "step": 1,
                    "q": 1,
                    "mu": 0,
                    "sigma": 1,
                    "values": "a=1",
                } | {key: huge}
                huge_problems = problems({}, ParameterDraft("a", kind, raw_settings))
                assert all(len(str(problem)) < 300 for problem in huge_problems)


@pytest.mark.parametrize("kind", sorted(PARAMETER_TYPES))
def test_every_type_works(kind: str) -> None:
    raw_settings = {
        "min": "1",
        "max": "5",
        "step": "2",
        "q": "0.5",
        "mu": "0",
        "sigma": "1",
        "values": "a=1,b=3",
        "value": "a",
        "log": "1",
        "ordered": "1",
    }
    (checked,) = run({}, ParameterDraft("a", kind, raw_settings)).parameters
    assert set(checked.settings) == {*PARAMETER_TYPES[kind].settings, *PARAMETER_TYPES[kind].optional}
    if kind == "hp.pchoice":
        assert checked.options == ("a", "b")
        assert checked.percentages == (25, 75)
    elif kind == "hp.choice":
        assert checked.options == ("a=1", "b=3")
        assert checked.percentages == (50, 50)


def test_an_integer_range_may_have_one_value() -> None:
    assert run({}, parameter("hp.choiceint", min=3, max=3)).parameters[0].integer("min") == 3
    assert run({}, parameter("hp.uniformint", min=3, max=3))


def test_names() -> None:
    same = ParameterDraft("a", "hp.randint", {"max": 2})
    messages = [problem.message for problem in problems({}, same, same, same)]
    assert messages[0] == 'The name "a" is used 3 times (also by parameter 2, 3).'
    assert run({}, ParameterDraft(" a\t", "hp.randint", {"max": 2})).parameters[0].name == "a"
    shadow = only_problem(
        {"run.objective": "($x_0) ($x_1)"},
        ParameterDraft("a-b", "hp.uniform", {"min": 0, "max": 1}),
        ParameterDraft("A_b", "hp.uniform", {"min": 0, "max": 1}),
    )
    assert shadow.message == '"A_b" and "a-b" share the environment variable OMNIOPT_PARAM_A_B.'
    assert shadow.severity == "warning"


def test_number_of_parameters() -> None:
    assert check(Draft(GOOD, ())).problems[0].message == "There is no parameter to optimize."
    many = tuple(ParameterDraft(f"a{index}", "hp.randint", {"max": 2}) for index in range(501))
    assert only_problem({}, *many).message == "501 parameters are too many; the maximum is 500."
    assert len(run({"run.objective": "./run"}, *many[:500]).parameters) == 500


EXTREMES = ("0", "1", "-1", "1e-9", "1e308", "-1e308", "5e-324", "4503599627370497", "700", "-700", "1.7e308")


@pytest.mark.parametrize("kind", [name for name in PARAMETER_TYPES if "choice" not in name])
def test_no_number_is_too_extreme_to_be_checked(kind: str) -> None:
    keys = [key for key in PARAMETER_TYPES[kind].settings if key not in ("q", "step")]
    for numbers in itertools.product(EXTREMES, repeat=len(keys)):
        for q in ("1", "0.1", "1e308", "5e-324"):
            settings = {**dict(zip(keys, numbers, strict=True)), "q": q}
            draft = ParameterDraft("a", kind, {key: settings[key] for key in PARAMETER_TYPES[kind].settings})
            values = {"run.name": "a", "run.objective": "./run ($a)", "search.grid_points": "50"}
            for algorithm in ("tpe.suggest", "gridsearch"):
                check(Draft({**values, "search.algorithm": algorithm}, (draft,)))
            if "q" not in PARAMETER_TYPES[kind].settings:
                break
