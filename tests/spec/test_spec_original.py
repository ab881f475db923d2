"""The original's config.ini: every key, every type, and what is odd in it."""

from __future__ import annotations

import json

import pytest
from original_configs import EXAMPLE, read_problems, run_of

from worker.spec.check import check_read
from worker.spec.formats import original
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.problem import UnreadableError
from worker.spec.run import ParameterDraft

FULL = """\
# made by hand
[DATA]
seed = 1234
number_of_workers = 7
num_gpus_per_worker = 2
precision = 4
account = p_ml
reservation = p_res_3
partition = alpha
projectname = my_run
enable_gpus = 1
mem_per_cpu = 1500
computing_time = 3
max_evals = 99
algo_name = hyperopt.rand.suggest
range_generator_name = hp.uniform
objective_program = ./run --a=($x_0) --percent=50% --home=$HOME "%(a)s" # no comment = here
; a comment
[DIMENSIONS]
dimensions = 3
dim_0_name = a
min_dim_0 = 0
max_dim_0 = 1
dim_1_name = b
range_generator_1 = hp.choice
options_1 = relu, tan h ,50%
  # a comment inside
dim_2_name = c
range_generator_2 = hp.qnormal
mu_2 = 1
sigma_2 = 2
q_2 = 0.5

[DEBUG]
debug = 1
[MONGODB]
worker_last_job_timeout = 1
poll_interval = 10
kill_after_n_no_results = 3
"""


def test_the_example_of_the_documentation() -> None:
    read = original.read_ini(EXAMPLE)
    assert read_problems(read) == [("note", "", "The section [MONGODB] of the original has no meaning here.")]
    assert [(item.path, item.message) for item in check_read(read).problems if item.severity == "error"] == [
        ("run.name", "Optimization run name is missing.")
    ]
    run = run_of(original.read_ini(EXAMPLE.replace("[DATA]", "[DATA]\nprojectname = a")))
    assert run.max_evals == 100
    assert [(item.name, item.type, item.settings) for item in run.parameters] == [
        ("layers", "hp.randint", {"max": 12}),
        ("dropout", "hp.quniform", {"min": 0, "max": 0.9, "q": 0.1}),
    ]


def test_every_key() -> None:
    read = original.read_ini(FULL)
    assert read_problems(read) == [
        ("note", "", "The section [DEBUG] of the original has no meaning here."),
        ("note", "", "The section [MONGODB] of the original has no meaning here."),
        (
            "note",
            "run.precision",
            "In the original, precision (4) only affected what it displayed; the program got the values in "
            "full.",
        ),
        (
            "note",
            "slurm.memory",
            "The original asked for 1500 MB for each of 4 CPUs: that is 6000 MB per worker.",
        ),
    ]
    run = run_of(read)
    assert run.objective == './run --a=($x_0) --percent=50% --home=$HOME "%(a)s" # no comment = here'
    assert (run.name, run.seed, run.workers, run.enable_gpus, run.gpus) == ("my_run", (1234,), 7, True, "2")
    assert (run.precision, run.account, run.reservation, run.partition) == (8, "p_ml", "p_res_3", "alpha")
    assert (run.memory, run.runtime, run.max_evals) == (6000, 3 * 3600, 99)
    assert run.algorithm == "hyperopt.rand.suggest"
    assert [(parameter.name, parameter.type, parameter.settings) for parameter in run.parameters] == [
        ("a", "hp.uniform", {"min": 0, "max": 1}),
        ("b", "hp.choice", {"values": ("relu", "tan h", "50%")}),
        ("c", "hp.qnormal", {"mu": 1, "sigma": 2, "q": 0.5}),
    ]


@pytest.mark.parametrize(
    ("keys", "settings"),
    [
        ("hp.randint|max_dim_0=3", {"max": 3}),
        ("hp.choice|options_0=a,b", {"values": ("a", "b")}),
        ("hp.pchoice|options_0=a=25,b=75", {"values": (("a", 25), ("b", 75))}),
        ("hp.choiceint|min_dim_0=1|max_dim_0=3", {"min": 1, "max": 3}),
        ("hp.choicestep|min_dim_0=1|max_dim_0=9|step_dim_0=2", {"min": 1, "max": 9, "step": 2}),
        ("hp.uniform|min_dim_0=1|max_dim_0=3", {"min": 1, "max": 3}),
        ("hp.uniformint|min_dim_0=1|max_dim_0=3", {"min": 1, "max": 3}),
        ("hp.quniform|min_dim_0=1|max_dim_0=3|q_0=1", {"min": 1, "max": 3, "q": 1}),
        ("hp.loguniform|min_dim_0=1|max_dim_0=3", {"min": 1, "max": 3}),
        ("hp.qloguniform|min_dim_0=1|max_dim_0=3|q_0=1", {"min": 1, "max": 3, "q": 1}),
        ("hp.normal|mu_0=1|sigma_0=3", {"mu": 1, "sigma": 3}),
        ("hp.qnormal|mu_0=1|sigma_0=3|q_0=1", {"mu": 1, "sigma": 3, "q": 1}),
        ("hp.lognormal|mu_0=1|sigma_0=3", {"mu": 1, "sigma": 3}),
        ("hp.qlognormal|mu_0=1|sigma_0=3|q_0=1", {"mu": 1, "sigma": 3, "q": 1}),
    ],
)
def test_the_keys_of_every_type(keys: str, settings: dict[str, object]) -> None:
    kind, *lines = keys.split("|")
    head = "[DATA]\nprojectname=a\nobjective_program=./run ($a)\n[DIMENSIONS]\ndimensions=1\ndim_0_name=a\n"
    text = head + f"range_generator_0={kind}\n" + "\n".join(lines)
    (parameter,) = run_of(original.read_ini(text)).parameters
    assert (parameter.type, parameter.settings) == (kind, settings)
    numbers = {
        key.removesuffix("_0").removesuffix("_dim"): value
        for key, _, value in (line.partition("=") for line in lines)
    }
    document = {
        "data": {"projectname": "a", "objective_program": "./run ($a)"},
        "dimensions": [{"name": "a", "range_generator": kind, **numbers}],
    }
    assert run_of(original.read_json(json.dumps(document))).parameters == (parameter,)


def test_every_type_is_tested() -> None:
    (marker,) = test_the_keys_of_every_type.pytestmark  # type: ignore[attr-defined]
    assert {case[0].partition("|")[0] for case in marker.args[1]} == {
        name for name, kind in PARAMETER_TYPES.items() if not kind.original_lists_as or name == "hp.choiceint"
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[DATA]\nnothing = 1", ("note", "", '"nothing" has no meaning here.')),
        ("[DATA]\n[OTHER]\na = 1", ("note", "", "The section [other] has no meaning here.")),
        ("[DATA]\nseed = 1\nSEED = 2", ("warning", "", '"seed" is given twice; the last one counts.')),
        ("[DATA]\nhello", ("error", "", 'Line 2 is neither a section nor a key: "hello".')),
        ("a = 1\n[DATA]", ("error", "", 'Line 1 is neither a section nor a key: "a = 1".')),
        ("[DIMENSIONS]\nmax_dim_x = 1", ("note", "", '"max_dim_x" has no meaning here.')),
        (
            "[DIMENSIONS]\ndimensions = 1\ndim_1_name = b",
            ("note", "parameters", "The number of parameters is 1, but 2 are given; the rest is left out."),
        ),
        (
            "[DIMENSIONS]\ndimensions = many",
            ("error", "parameters", 'The number of parameters is wrong: "many" is not a whole number.'),
        ),
        (
            "[DIMENSIONS]\ndimensions = 1000000000",
            ("error", "parameters", "1,000,000,000 parameters are not possible; a run has 1 to 500."),
        ),
    ],
)
def test_what_is_odd_is_said(text: str, problem: tuple[str, str, str]) -> None:
    assert read_problems(original.read_ini(text)) == [problem]


def test_more_dimensions_than_are_given_are_empty_parameters() -> None:
    read = original.read_ini("[DIMENSIONS]\ndimensions = 2\ndim_0_name = a\nmax_dim_0 = 3")
    assert read.draft.parameters == (ParameterDraft("a", settings={"max": "3"}), ParameterDraft())
    assert "parameters.1.name" in [problem.path for problem in check_read(read).problems]


def test_dimensions_without_a_count() -> None:
    assert len(original.read_ini("[DIMENSIONS]\ndim_0_name = a\ndim_1_name = b").draft.parameters) == 2
    assert original.read_ini("[DATA]\nseed = 1").draft.parameters == ()


def test_shapes_of_lines() -> None:
    text = (
        "\ufeff[data]\r\n  Seed : 3\r\n  max_evals=7\r\nobjective_program = a = b : c\r\n[ dimensions ]\r\n"
    )
    assert original.read_ini(text).draft.values == {
        "search.seed": "3",
        "search.max_evals": "7",
        "run.objective": "a = b : c",
    }


def test_a_value_of_several_lines_is_not_joined_silently() -> None:
    read = original.read_ini("[DATA]\nobjective_program = a\n   b\nseed = 1")
    assert read.draft.values == {"run.objective": "a\nb", "search.seed": "1"}
    assert "line break" in next(
        problem.message for problem in check_read(read).problems if problem.path == "run.objective"
    )


def test_empty_values_are_left_out_but_an_empty_seed_is_a_random_one() -> None:
    read = original.read_ini("[DATA]\nseed =\nmax_evals =\naccount =\n")
    assert read.draft.values == {"search.seed": ""}


def test_no_gpus_is_the_originals_way_to_switch_them_off() -> None:
    read = original.read_ini("[DATA]\nenable_gpus = 1\nnum_gpus_per_worker = 0")
    assert read.draft.values == {"slurm.enable_gpus": "0"}


@pytest.mark.parametrize("text", ["", "hello", "[run]\nname = 1", "[OTHER]\na = 1"])
def test_what_is_no_ini(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"no section \[DATA\]"):
        original.read_ini(text)
