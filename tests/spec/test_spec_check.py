"""The checks of a whole run: every problem at once, each with its place, what is wrong, and what to do."""

from __future__ import annotations

import pytest
from checked_values import ANY, GOOD, only_problem, problems, run
from page_links import OLD_LINK

from worker.spec.check import check, check_read
from worker.spec.fields import FIELDS
from worker.spec.formats import url
from worker.spec.problem import Problem
from worker.spec.run import Draft, ParameterDraft, ReadResult


def test_what_is_left_out_has_its_default() -> None:
    checked = run({})
    for field in FIELDS:
        if not field.required:
            assert getattr(checked, field.attribute) == field.default


def test_the_old_link_opens_and_says_what_is_wrong_with_it() -> None:
    checked = check_read(url.read(f"?{OLD_LINK}"))
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
    draft = url.read(f"?{OLD_LINK}").draft
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
        ("run.workers", "0", "0 is too small; the minimum is 1."),
        ("run.workers", -3, "-3 is too small; the minimum is 1."),
        ("slurm.memory", 100_000_001, "100000001 MB is too large; the maximum is 100000000 MB."),
        ("slurm.memory", -1, "-1 MB is too small; the minimum is 0 MB."),
        ("run.runtime", "0:00:59", "0:00:59 is too small; the minimum is 0:01:00."),
        ("run.runtime", "87601", "87601 h is too large; the maximum is 87600 h."),
        ("run.time_limit", -1, "-1 h is too small; the minimum is 0 h."),
        ("search.seed", "-1", "-1 is too small; the minimum is 0."),
        ("run.precision", "18", "18 is too large; the maximum is 17."),
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
        ("search.seed", list(range(101)), "101 seeds would make 101 runs; the maximum is 100."),
        ("slurm.sbatch", "constraint=skylake", '"constraint=skylake" is not an option of sbatch.'),
        ("slurm.setup", "true\n" * 1001, "These are 1,002 lines; at most 1,000 are allowed."),
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
        ({"run.workdir": "/scratch/$USER"}, "run.workdir", '"/scratch/$USER" contains a $, which is taken as a letter of the name.', "warning"),
        ({"run.workdir": "$HOMES"}, "run.workdir", '"$HOMES" contains a $, which is taken as a letter of the name.', "warning"),
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


def test_the_problems_of_reading_count() -> None:
    good = Draft(GOOD, (ANY,))
    note = Problem("", "a", severity="note")
    error = Problem("", "b")
    assert check_read(ReadResult(good, (note,))).run is not None
    checked = check_read(ReadResult(good, (note, error)))
    assert checked.run is None
    assert checked.problems == (note, error)
