"""Configs and search spaces of other tools, read by `read_any`: each type of theirs as ours, and what cannot be carried is said."""

from __future__ import annotations

import base64
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.check import check_read
from worker.spec.config_limits import RUN
from worker.spec.foreign import omniopt2, wandb
from worker.spec.formats.any_config import looks_like_command, read_any
from worker.spec.problem import UnreadableError
from worker.spec.run import ParameterDraft, ReadResult


def parameters(read: ReadResult) -> dict[str, tuple[str, dict[str, object]]]:
    return {entry.name: (entry.type, dict(entry.settings)) for entry in read.draft.parameters}


def said(read: ReadResult) -> str:
    return "\n".join(map(str, read.problems))


def check_values(read: ReadResult) -> None:
    """No parameter has a problem of its own; what else a run needs may be missing."""
    wrong = [problem for problem in check_read(read).problems if problem.severity == "error"]
    assert [problem for problem in wrong if problem.path.startswith("parameters")] == []


SWEEP = """
# tuning
program: train.py
name: my sweep
method: bayes
metric: {name: val_acc, goal: maximize, target: 0.95}
run_cap: 40
parameters:
  lr: {distribution: log_uniform_values, min: 1e-5, max: 0.1}
  wd: {distribution: log_uniform, min: -9.210340371976182, max: 0}
  layers: {min: 1, max: 8}
  dropout: {min: 0.0, max: 0.5}
  width: {distribution: q_uniform, min: 16, max: 512, q: 16}
  epochs: {distribution: q_log_uniform_values, min: 1, max: 100, q: 1}
  noise: {distribution: normal, mu: 0.5}
  act: {values: [relu, tanh, true, null, 1.5]}
  opt: {values: [adam, sgd], probabilities: [0.7, 0.3]}
  data: {value: cifar}
  net: {parameters: {depth: {values: [2, 4]}}}
  odd: {distribution: beta, a: 1}
  odder: {distribution: [beta], min: 1, max: 2}
early_terminate: {type: hyperband}
"""


def test_a_sweep_of_wandb() -> None:
    read = read_any(SWEEP)
    assert parameters(read) == {
        "lr": ("real", {"min": 1e-5, "max": 0.1, "log": True}),
        "wd": ("real", {"min": 0.0001, "max": 1.0, "log": True}),
        "layers": ("integer", {"min": 1, "max": 8}),
        "dropout": ("real", {"min": 0.0, "max": 0.5}),
        "width": ("hp.quniform", {"min": 16, "max": 512, "q": 16}),
        "epochs": ("integer", {"min": 1, "max": 100, "log": True}),
        "noise": ("hp.normal", {"mu": 0.5, "sigma": 1}),
        "act": ("categorical", {"values": ["relu", "tanh", "True", "None", "1.5"]}),
        "opt": ("hp.pchoice", {"values": {"adam": 70.0, "sgd": 30.0}}),
        "data": ("fixed", {"value": "cifar"}),
        "net.depth": ("categorical", {"values": ["2", "4"]}),
    }
    assert read.draft.values == {
        "run.name": "my_sweep",
        "run.objective": "python train.py --lr=($lr) --wd=($wd) --layers=($layers) --dropout=($dropout) --width=($width) "
        "--epochs=($epochs) --noise=($noise) --act=($act) --opt=($opt) --data=($data) --net.depth=($net.depth)",
        "search.algorithm": "auto",
        "search.direction": "max",
        "search.target": 0.95,
        "search.max_evals": 40,
    }
    assert "odd is left out: there is no type like its distribution beta here" in said(read)
    assert "Without meaning here, and left out: early_terminate." in said(read)
    assert "RESULT: and the value of val_acc" in said(read)
    assert [problem.severity for problem in check_read(read).problems if problem.severity == "error"] == []


def test_the_command_of_a_sweep() -> None:
    command = [
        "${env}",
        "WANDB_MODE=offline",
        "${interpreter}",
        "my train.py",
        "${envvar:DATA}",
        "${args_no_hyphens}",
    ]
    sweep = {"method": "grid", "command": command, "parameters": {"lr": {"values": [1, 2]}}}
    values = read_any(json.dumps(sweep)).draft.values
    assert values["run.objective"] == "WANDB_MODE=offline python3 'my train.py' \"$DATA\" lr=($lr)"
    assert values["search.algorithm"] == "gridsearch"


def test_an_argument_of_a_sweep_that_cannot_be_written_is_said() -> None:
    sweep = {
        "method": "random",
        "program": "t.py",
        "command": ["${program}", "${args_json}"],
        "parameters": {},
    }
    read = read_any(json.dumps(sweep))
    assert read.draft.values["run.objective"] == "t.py"
    assert "${args_json} of the sweep's command cannot be written here." in said(read)


NNI = {
    "lr": {"_type": "loguniform", "_value": [0.0001, 0.1]},
    "u": {"_type": "uniform", "_value": [-1, 1]},
    "step": {"_type": "quniform", "_value": [0, 1, 0.25]},
    "whole": {"_type": "qloguniform", "_value": [1, 100, 1]},
    "r": {"_type": "randint", "_value": [3, 9]},
    "old": {"_type": "randint", "_value": [9]},
    "n": {"_type": "lognormal", "_value": [0, 1]},
    "c": {"_type": "choice", "_value": [16, "x"]},
    "net": {
        "_type": "choice",
        "_value": [{"_name": "none"}, {"_name": "conv", "size": {"_type": "choice", "_value": [3, 5]}}],
    },
    "nested": {"_type": "choice", "_value": [{"a": 1}]},
    "wrong": {"_type": "uniform", "_value": [1]},
    "odd": {"_type": ["uniform"], "_value": [1]},
}


def test_a_space_of_nni() -> None:
    read = read_any(json.dumps(NNI))
    assert parameters(read) == {
        "lr": ("real", {"min": 0.0001, "max": 0.1, "log": True}),
        "u": ("real", {"min": -1, "max": 1}),
        "step": ("hp.quniform", {"min": 0, "max": 1, "q": 0.25}),
        "whole": ("integer", {"min": 1, "max": 100, "log": True}),
        "r": ("integer", {"min": 3, "max": 8}),
        "old": ("integer", {"min": 0, "max": 8}),
        "n": ("hp.lognormal", {"mu": 0, "sigma": 1}),
        "c": ("categorical", {"values": ["16", "x"]}),
        "net": ("categorical", {"values": ["none", "conv"]}),
        "net.size": ("categorical", {"values": ["3", "5"], "when": "net == 'conv'"}),
    }
    check_values(read)
    assert "nested is left out: one of its choices has parameters of its own, but no plain _name." in said(
        read
    )
    assert "wrong is left out: its _value has 1 numbers in place of 2." in said(read)


def test_an_experiment_of_nni() -> None:
    text = """
experimentName: mnist
searchSpace:
  lr: {_type: loguniform, _value: [0.0001, 0.1]}
trialCommand: python3 mnist.py
trialConcurrency: 4
maxTrialNumber: 20
tuner: {name: TPE, classArgs: {optimize_mode: maximize}}
trainingService: {platform: local}
"""
    read = read_any(text)
    assert list(parameters(read)) == ["lr"]
    assert read.draft.values == {
        "run.name": "mnist",
        "run.objective": "python3 mnist.py",
        "run.workers": 4,
        "search.max_evals": 20,
        "search.algorithm": "auto",
        "search.direction": "max",
    }
    assert "nni.get_next_parameter()" in said(read)
    assert "left out: trainingService." in said(read)


def test_a_space_of_optuna() -> None:
    space = {
        "lr": {
            "name": "FloatDistribution",
            "attributes": {"low": 1e-5, "high": 0.1, "log": True, "step": None},
        },
        "n": json.dumps(
            {"name": "IntDistribution", "attributes": {"low": 16, "high": 64, "log": False, "step": 16}}
        ),
        "c": {"name": "CategoricalDistribution", "attributes": {"choices": ["a", 1]}},
        "old": {"name": "DiscreteUniformDistribution", "attributes": {"low": 0, "high": 1, "q": 0.1}},
        "odd": {"name": "OtherDistribution", "attributes": {}},
    }
    read = read_any(json.dumps(space))
    assert parameters(read) == {
        "lr": ("real", {"min": 1e-5, "max": 0.1, "log": True}),
        "n": ("integer", {"min": 16, "max": 64, "step": 16}),
        "c": ("categorical", {"values": ["a", "1"]}),
        "old": ("real", {"min": 0, "max": 1, "step": 0.1}),
    }
    check_values(read)
    assert "odd is left out: there is no type like OtherDistribution here." in said(read)


PROGRAM = "python3 t.py --lr=%(lr) --n $n %epochs\n"
PACKED = base64.b64encode(PROGRAM.encode()).decode()
COMMAND = (
    "omniopt --partition=alpha --experiment_name=example --mem_gb=2 --time=90 \\\n --worker_timeout=30 --max_eval=500 "
    "--num_parallel_jobs=20 --gpus=1 --follow --run_program={program} --parameter lr range 1e-4 0.1 float true "
    "--parameter n range 1 8 int --experiment_constraints 'n <= 6' --parameter epochs choice 30,5,10 k fixed 3 --result_names acc=max loss"
)


def test_what_omniopt2_runs_once_is_run_before_the_first_evaluation() -> None:
    once = base64.b64encode(b"bash /me/install.sh").decode()
    read = read_any(f"{COMMAND.format(program=PACKED)} --run_program_once={once}")
    assert read.draft.values["environment.before"] == "bash /me/install.sh"
    assert "no values before the first evaluation" not in said(read)
    read = read_any(f"{COMMAND.format(program=PACKED)} --run_program_once 'bash install.sh %(lr)'")
    assert "It names parameters, which have no values before the first evaluation." in said(read)


@pytest.mark.parametrize(
    "program",
    [PACKED, "$(echo -n 'python3 t.py --lr=%(lr) --n $n %epochs' | base64 -w0)", f"'{PROGRAM.strip()}'"],
)
def test_a_command_of_omniopt2(program: str) -> None:
    command = COMMAND.format(program=program)
    assert looks_like_command(command)
    read = read_any(command)
    assert parameters(read) == {
        "lr": ("real", {"min": 1e-4, "max": 0.1, "log": True}),
        "n": ("integer", {"min": 1, "max": 8}),
        "epochs": ("categorical", {"values": ["5", "10", "30"], "ordered": True}),
        "k": ("fixed", {"value": "3"}),
    }
    assert read.draft.values == {
        "slurm.partition": "alpha",
        "run.name": "example",
        "slurm.memory": "2G",
        "run.runtime": "90min",
        "run.time_limit": "30min",
        "search.max_evals": "500",
        "run.workers": "20",
        "slurm.enable_gpus": "1",
        "slurm.gpus": "1",
        "run.objective": "python3 t.py --lr=($lr) --n ($n) ($epochs)",
        "search.algorithm": "auto",
        "search.constraints": ["n <= 6"],
        "search.direction": "max",
    }
    assert "The result is called acc there." in said(read)
    assert "Only the first result is searched; left out: loss." in said(read)
    assert "left out: --follow." in said(read)
    assert [problem for problem in check_read(read).problems if problem.severity == "error"] == []


@pytest.mark.parametrize("form", ["json", "toml", "yaml"])
def test_a_config_of_omniopt2(form: str) -> None:
    config = {"experiment_name": "e", "max_eval": 9, "mem_gb": 1, "follow": True, "run_program": "t.py %(x)"}
    rows = [["x", "range", "0", "1", "float"], ["c", "choice", "a,b"]]
    text = {
        "json": json.dumps({**config, "parameter": rows}),
        "toml": "\n".join(
            f"{key} = {str(value).lower() if value is True else json.dumps(value)}"
            for key, value in config.items()
        )
        + f"\nparameter = {json.dumps(rows)}",
        "yaml": "\n".join(
            f"{key}: {json.dumps(value)}" for key, value in {**config, "parameter": rows}.items()
        ),
    }[form]
    read = read_any(text)
    assert parameters(read) == {
        "x": ("real", {"min": 0, "max": 1}),
        "c": ("categorical", {"values": ["a", "b"], "ordered": True}),
    }
    assert read.draft.values["run.objective"] == "t.py ($x)"
    assert read.draft.values["slurm.memory"] == "1G"


def test_what_is_no_command_of_omniopt2_stays_what_it_is() -> None:
    ours = '[run]\nname = "a"\nobjective = "omniopt --run_program=x --parameter y range 0 1"\n'
    assert read_any(ours).draft.values["run.name"] == "a"
    assert not looks_like_command(ours)
    assert not looks_like_command("python3 train.py --parameter x")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\nb: [1, 2]\n", "This is YAML, but no sweep"),
        ("a: [1\n", "This is not valid YAML"),
        ("a: &x [1]\nb: [*x, *x]\n", "aliases"),
        ("a: " + "[" * 3000, "YAML"),
        ("omniopt --run_program='x --parameter y range 0 1", "quotation mark of this command does not end"),
        ("parameters: {}\nmethod: bayes\nx: " + "y" * 100_000, "at most 100,000"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        read_any(text)


NUMBERS = st.floats(-1e6, 1e6) | st.integers(-1000, 1000)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=8) | st.just("1e-3")
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    ["min", "max", "q", "mu", "sigma", "value", "values", "probabilities", "distribution", "parameters"]
)
KINDS = st.sampled_from([*wandb._DISTRIBUTIONS, "beta", ""])


@given(
    st.dictionaries(
        st.text(max_size=6), st.dictionaries(KEYS, VALUES | KINDS, max_size=5) | VALUES, max_size=4
    )
)
def test_no_sweep_is_too_odd_to_be_read(entries: dict[str, object]) -> None:
    read = wandb.read({"method": "bayes", "program": "a b.py", "parameters": entries}, RUN)
    check_read(read)


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=6),
        st.fixed_dictionaries(
            {"_type": st.sampled_from(["choice", "randint", "uniform", "qnormal", "x"]), "_value": VALUES}
        ),
        min_size=1,
        max_size=4,
    )
)
def test_no_space_of_nni_is_too_odd_to_be_read(entries: dict[str, object]) -> None:
    check_read(read_any(json.dumps(entries)))


@given(
    st.text(alphabet="ab -=%$()'\"\\\n1,.", max_size=60),
    st.lists(st.sampled_from(["x", "range", "0", "1", "float", "choice", "a,b", "fixed"]), max_size=8),
)
def test_no_command_of_omniopt2_is_too_odd_to_be_read(program: str, words: list[str]) -> None:
    quoted = "'" + program.replace("'", "'\\''") + "'"
    read = omniopt2.read_command(f"omniopt --run_program={quoted} --parameter {' '.join(words)}", RUN)
    check_read(read)


@given(low=st.floats(1e-6, 1e3), factor=st.floats(1.01, 1e3))
def test_a_range_keeps_its_ends(low: float, factor: float) -> None:
    high = low * factor
    exponents = {"distribution": "log_uniform", "min": math.log(low), "max": math.log(high)}
    read = wandb.read(
        {"method": "bayes", "parameters": {"x": exponents, "y": {"min": low, "max": high}}}, RUN
    )
    x, y = read.draft.parameters
    assert y == ParameterDraft("y", "real", {"min": low, "max": high})
    assert x.settings["min"] == pytest.approx(low, rel=1e-9)
    assert x.settings["max"] == pytest.approx(high, rel=1e-9)
