"""The checks of a whole run: every problem at once, each with its place, what is wrong, and what to do."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import pytest

from worker.spec.check import check, check_read
from worker.spec.fields import FIELDS
from worker.spec.formats import url
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft, ReadResult, Run

GOOD = {"run.name": "my_run", "run.objective": "./run ($x_0)"}
ANY = ParameterDraft("a", "hp.uniform", {"min": 0, "max": 1})

# The link of the original's documentation, with its faults.
OLD_LINK = (
    "?maxevalserror=5&mem_per_worker=1000&number_of_parameters=3&param_0_values=10%2C50%2C100&param_1_values=8%2C16%2C32"
    "&param_2_values=10%2C15%2C30&param_0_name=out-layer1&param_1_name=batchsize&param_2_name=batchsize&account="
    "&projectname=mnist_fashion_optimization_set_1&partition=alpha&searchtype=tpe.suggest&param_0_type=hp.choice"
    "&param_1_type=hp.choice&param_2_type=hp.choice&max_evals=1000&objective_program=bash%20%3C%2Fpath%2Fto%2Fwrapper-"
    "script%2Frun-mnist-fashion.sh%3E%20--out-layer1%3D(%24x_0)%20--batchsize%3D(%24x_1)%20--epochs%3D(%24x_2)"
    "&workdir=%3C%2Fscratch%2Fws%2Fomniopt-workdir%2F%3E"
)


def problems(values: Mapping[str, object], *parameters: ParameterDraft) -> tuple[Problem, ...]:
    """What is wrong with a good run that is changed by `values`, with `parameters` or a good one."""
    return check(Draft({**GOOD, **values}, parameters or (ANY,))).problems


def only_problem(values: Mapping[str, object], *parameters: ParameterDraft) -> Problem:
    """The one thing that is wrong."""
    (problem,) = problems(values, *parameters)
    return problem


def run(values: Mapping[str, object], *parameters: ParameterDraft) -> Run:
    """The run, with which nothing is wrong."""
    checked = check(Draft({**GOOD, **values}, parameters or (ANY,)))
    assert checked.run is not None, checked.problems
    return checked.run


def test_what_is_left_out_has_its_default() -> None:
    checked = run({})
    for field in FIELDS:
        if not field.required:
            assert getattr(checked, field.key) == field.default


def test_the_old_link_opens_and_says_what_is_wrong_with_it() -> None:
    checked = check_read(url.read(OLD_LINK))
    assert checked.run is None
    assert [(problem.path, problem.message) for problem in checked.problems] == [
        ("run.workdir", "</scratch/ws/omniopt-workdir/> looks like a placeholder from an example."),
        (
            "run.objective",
            "</path/to/wrapper-script/run-mnist-fashion.sh> looks like a placeholder from an example.",
        ),
        ("parameters.1.name", 'The name "batchsize" is used twice (also by parameter 3).'),
        ("parameters.2.name", 'The name "batchsize" is used twice (also by parameter 2).'),
    ]
    assert all(problem.hint for problem in checked.problems)


def test_the_old_link_runs_when_its_faults_are_mended() -> None:
    draft = url.read(OLD_LINK).draft
    first, second, third = draft.parameters
    values = {
        **draft.values,
        "run.objective": "bash run.sh ($x_0) ($x_1) ($x_2)",
        "run.workdir": "/scratch/ws/me",
    }
    third = ParameterDraft("epochs", third.type, third.settings)
    checked = check(Draft(values, (first, second, third)))
    assert [(problem.path, problem.severity) for problem in checked.problems] == [
        ("search.max_evals", "note")
    ]
    assert checked.problems[0].message == "The space has 27 points, so at most 27 evaluations."
    assert checked.run is not None
    assert checked.run.memory == 1000
    assert [parameter.options for parameter in checked.run.parameters] == [
        ("10", "50", "100"),
        ("8", "16", "32"),
        ("10", "15", "30"),
    ]


def test_every_problem_is_reported_at_once() -> None:
    checked = check(
        Draft(
            {
                "run.name": "my run",
                "run.workers": "0",
                "run.runtime": "soon",
                "slurm.memory": "2 GX",
                "search.algorithm": "tpe",
                "search.seed": "1,1",
                "run.objective": "./run ($x_5)",
            },
            (
                ParameterDraft("", "hp.uniform", {"min": "a"}),
                ParameterDraft("b", "hp.unifrom"),
                ParameterDraft("c", "hp.randint", {"max": "0"}),
            ),
        )
    )
    assert checked.run is None
    assert [problem.path for problem in checked.problems] == [
        "run.name",
        "run.workers",
        "slurm.memory",
        "run.runtime",
        "search.algorithm",
        "parameters.0.name",
        "parameters.0.min",
        "parameters.0.max",
        "parameters.1.type",
        "parameters.2.max",
        "run.objective",
        "run.objective",
        "run.objective",
        "search.seed",
    ]
    assert all(problem.hint for problem in checked.problems)


@pytest.mark.parametrize(
    ("path", "raw", "message"),
    [
        ("run.workers", "0", "0 is too small; the least is 1."),
        ("run.workers", -3, "-3 is too small; the least is 1."),
        ("slurm.memory", 100_000_001, "100000001 MB is too large; the most is 100000000 MB."),
        ("slurm.memory", 0, "0 MB is too small; the least is 1 MB."),
        ("run.runtime", "0:00:59", "0:00:59 is too small; the least is 0:01:00."),
        ("run.runtime", "87601", "87601 h is too large; the most is 87600 h."),
        ("run.time_limit", -1, "-1 h is too small; the least is 0 h."),
        ("search.seed", "-1", "-1 is too small; the least is 0."),
        ("run.precision", "18", "18 is too large; the most is 17."),
        ("run.name", "", "Optimization run name is missing."),
        ("run.objective", " ", "Objective program is missing."),
        ("run.workdir", "<workdir>", "<workdir> looks like a placeholder from an example."),
        (
            "run.objective",
            "./run ($a) --out /scratch/<your name>/x",
            "<your name> looks like a placeholder from an example.",
        ),
        (
            "run.objective",
            "./run ($a) <input file>",
            "<input file> looks like a placeholder from an example.",
        ),
        ("search.seed", "1,2,1", "A seed is listed twice."),
        ("search.seed", list(range(101)), "101 seeds would make 101 runs; the most is 100."),
        ("slurm.sbatch", "constraint=skylake", '"constraint=skylake" is not an option of sbatch.'),
        ("slurm.setup", "true\n" * 1001, "These are 1,002 lines; at most 1,000 are possible."),
        ("slurm.sbatch", ["--time=1:00"], '"--time" is set by OmniOpt itself.'),
    ],
)
def test_errors_of_fields(path: str, raw: object, message: str) -> None:
    problem = only_problem({path: raw})
    assert (problem.path, problem.message, problem.severity) == (path, message, "error")


@pytest.mark.parametrize(
    ("values", "path", "message", "severity"),
    [
        ({"search.max_evals": 3}, "run.workers", "There are more workers (5) than evaluations (3).", "warning"),
        ({"run.workdir": "runs"}, "run.workdir", '"runs" is relative to the folder in which the command is started.', "note"),
        ({"run.workdir": "/scratch/$USER"}, "run.workdir", '"/scratch/$USER" has a $ in it, which is taken as a letter of the name.', "warning"),
        ({"run.workdir": "$HOMES"}, "run.workdir", '"$HOMES" has a $ in it, which is taken as a letter of the name.', "warning"),
        ({"slurm.nodes": 3}, "slurm.tasks", "Slurm gives a job no more nodes than tasks, so each worker would get 1 of 3 nodes.", "warning"),
        ({"slurm.walltime": "0:04:59"}, "slurm.walltime", "A worker job of less than 5 minutes is mostly start-up.", "warning"),
        (
            {"slurm.walltime": 1, "run.time_limit": 2},
            "run.time_limit",
            "An evaluation may take longer than its worker job, which would end it first.",
            "warning",
        ),
        (
            {"run.runtime": 1, "run.time_limit": 2},
            "run.time_limit",
            "An evaluation may take longer than the whole run, which would end it first.",
            "warning",
        ),
        (
            {"run.objective": "./run"},
            "run.objective",
            'The parameter "a" does not occur in the objective program.',
            "warning",
        ),
    ],
)  # fmt: skip
def test_warnings_and_notes_keep_nothing_from_starting(
    values: dict[str, object], path: str, message: str, severity: str
) -> None:
    run(values)
    problem = only_problem(values)
    assert (problem.path, problem.message, problem.severity) == (path, message, severity)
    assert problem.hint


@pytest.mark.parametrize(
    "values",
    [
        {"run.objective": "./run ($a) < input > output"},
        {"run.objective": "./run ($a) <input.txt >output.txt"},
        {"run.objective": "./run ($a) <in>out"},
        {"run.objective": "bash -c 'cat <(./run ($a)) '"},
        {"run.workdir": "/scratch/me"},
        {"run.workdir": "./here"},
        {"search.seed": ""},
        {"search.seed": "1,2,3"},
        {"run.time_limit": "2", "run.runtime": "2"},
        {"slurm.sbatch": "--constraint=skylake\n--qos normal"},
    ],
)
def test_nothing_is_wrong_with(values: dict[str, object]) -> None:
    assert problems(values) == ()


@pytest.mark.parametrize("workdir", ["~/runs", "$HOME/my runs", "${HOME}", "/home/me", "/users/me/runs"])
def test_a_workdir_in_a_home_folder_gets_a_remark(workdir: str) -> None:
    problem = only_problem({"run.workdir": workdir})
    assert (problem.path, problem.severity) == ("run.workdir", "note")
    assert "home folder" in problem.message


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
        (parameter("hp.choiceint", min=0, max=100_000), "max", "These are 100,001 values; the most for hp.choiceint is 100,000."),
        (parameter("hp.choicestep", min=0, max=10**9, step=2), "max", "These are 500,000,001 values; the most for hp.choicestep is 100,000."),
        (parameter("hp.quniform", min=0, max=1, q=0), "q", "q must be greater than 0."),
        (parameter("hp.quniform", min=0, max=1, q="-0.1"), "q", "q must be greater than 0."),
        (parameter("hp.quniform", min="0.1", max="0.9", q=1), "q", "No multiple of q lies between 0.1 and 0.9."),
        (parameter("hp.loguniform", min=0, max=1000), "max", "Min and max are exponents here: the value would be e to the power of them, which is too large."),
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
        (ParameterDraft("a b", "hp.randint", {"max": 2}), "name", 'The name "a b" has characters that cannot be used.'),
        (ParameterDraft("a\u202eb", "hp.randint", {"max": 2}), "name", "The name has an invisible character (U+202E) in it."),
        (ParameterDraft("a" * 101, "hp.randint", {"max": 2}), "name", "This name is 101 characters long; at most 100 are possible."),
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
    ],
)
def test_a_range_of_few_values_at_its_precision_gets_a_remark(
    precision: int, draft: ParameterDraft, count: int
) -> None:
    (remark,) = coarse(precision, draft)
    assert remark.severity == "warning"
    assert remark.message.split(" only ")[1].split()[0] == str(count)


@pytest.mark.parametrize(
    ("precision", "draft"),
    [
        (2, parameter("hp.uniform", min=0, max=1)),
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
    assert warning.hint == "For values from 0.001 to 1 write their natural logarithms: -6.90776 and 0."
    assert problems({}, parameter("hp.loguniform", min="-7", max=0)) == ()


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
    }
    (checked,) = run({}, ParameterDraft("a", kind, raw_settings)).parameters
    assert set(checked.settings) == set(PARAMETER_TYPES[kind].settings)
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
    assert only_problem({}, *many).message == "501 parameters are too many; the most is 500."
    assert len(run({"run.objective": "./run"}, *many[:500]).parameters) == 500


def test_the_problems_of_reading_count() -> None:
    good = Draft(GOOD, (ANY,))
    note = Problem("", "a", severity="note")
    error = Problem("", "b")
    assert check_read(ReadResult(good, (note,))).run is not None
    checked = check_read(ReadResult(good, (note, error)))
    assert checked.run is None
    assert checked.problems == (note, error)


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
