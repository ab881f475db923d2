"""Search spaces in Python programs are read as text: each function of hyperopt, Ray Tune and Optuna, and nothing is run."""

from __future__ import annotations

import ast
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.check import check_read
from worker.spec.foreign.constants import NoConstantError, constant
from worker.spec.formats.any_config import read_any
from worker.spec.problem import UnreadableError
from worker.spec.run import ReadResult


def parameters(read: ReadResult) -> dict[str, tuple[str, dict[str, object]]]:
    return {entry.name: (entry.type, dict(entry.settings)) for entry in read.draft.parameters}


def said(read: ReadResult) -> str:
    return "\n".join(map(str, read.problems))


HYPEROPT = """
import numpy as np
from hyperopt import fmin, hp, tpe
from hyperopt.pyll import scope

space = {
    "lr": hp.loguniform("lr", np.log(1e-5), np.log(0.1)),
    "u": hp.uniform(label="u", low=-1, high=2 ** 3),
    "n": scope.int(hp.quniform("n", 1, 10, 1)),
    "q": hp.quniform("q", 0, 1, 0.25),
    "units": hp.choice("units", [2**i for i in range(3)]),
    "width": hp.choice("width", [2**4, 2**5]),
    "r": hp.randint("r", 5),
    "r2": hp.randint("r2", 2, 5),
    "i": hp.uniformint("i", 1, 3),
    "p": hp.pchoice("p", [(0.25, "x"), (0.75, "y")]),
    "ql": hp.qloguniform("ql", 0, math.log(100), 1),
    "no": hp.normal("no", 0, 1),
    "c": hp.choice("c", [{"kind": "svm", "C": hp.lognormal("C", 0, 1)}, {"kind": "tree"}]),
}
fmin(lambda x: 0, space, algo=tpe.suggest, max_evals=60)
"""


def test_a_space_of_hyperopt() -> None:
    read = read_any(HYPEROPT)
    assert parameters(read) == {
        "lr": ("real", {"min": 1e-5, "max": 0.1, "log": True}),
        "u": ("real", {"min": -1, "max": 8}),
        "n": ("integer", {"min": 1, "max": 10}),
        "q": ("hp.quniform", {"min": 0, "max": 1, "q": 0.25}),
        "width": ("categorical", {"values": ["16", "32"]}),
        "r": ("integer", {"min": 0, "max": 4}),
        "r2": ("integer", {"min": 2, "max": 4}),
        "i": ("integer", {"min": 1, "max": 3}),
        "p": ("hp.pchoice", {"values": {"x": 25.0, "y": 75.0}}),
        "ql": ("integer", {"min": 1, "max": 100, "log": True}),
        "no": ("hp.normal", {"mu": 0, "sigma": 1}),
        "c": ("categorical", {"values": ["svm", "tree"]}),
        "C": ("hp.lognormal", {"mu": 0, "sigma": 1, "when": "c == 'svm'"}),
    }
    assert read.draft.values == {"search.algorithm": "auto", "search.max_evals": 60}
    assert "units is left out: its values are known only when the program runs." in said(read)
    assert "which was not run" in said(read)


RAY = """
from ray import tune
config = {
    "lr": tune.loguniform(1e-4, 1e-1),
    "layers": tune.randint(1, 9),
    "units": tune.lograndint(16, 513),
    "act": tune.choice(["relu", "tanh"]),
    "grid": tune.grid_search([1, 2]),
    "step": ray.tune.quniform(3.2, 5.4, 0.2),
    "some": tune.sample_from(1),
}
config["momentum"] = tune.uniform(0.1, 0.9)
more = dict(noise=tune.randn(10, 2))
tuner = tune.Tuner(f, tune_config=tune.TuneConfig(num_samples=30, mode="max", metric="acc"))
"""


def test_a_space_of_ray() -> None:
    read = read_any(RAY)
    assert parameters(read) == {
        "lr": ("real", {"min": 1e-4, "max": 0.1, "log": True}),
        "layers": ("integer", {"min": 1, "max": 8}),
        "units": ("integer", {"min": 16, "max": 512, "log": True}),
        "act": ("categorical", {"values": ["relu", "tanh"]}),
        "grid": ("categorical", {"values": ["1", "2"]}),
        "step": ("hp.quniform", {"min": 3.2, "max": 5.4, "q": 0.2}),
        "momentum": ("real", {"min": 0.1, "max": 0.9}),
        "noise": ("hp.normal", {"mu": 10, "sigma": 2}),
    }
    assert read.draft.values == {
        "search.algorithm": "auto",
        "search.max_evals": 30,
        "search.direction": "max",
    }
    assert "some is left out: there is no type like it here." in said(read)


OPTUNA = """
import optuna
def objective(trial: optuna.Trial) -> float:
    lr = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    units = trial.suggest_int(name="units", low=16, high=64, step=16)
    act = trial.suggest_categorical("act", ["relu", "tanh"])
    old = trial.suggest_loguniform("old", 1, 10)
    again = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    for i in range(3):
        trial.suggest_int(f"n{i}", 1, 4)
study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=25)
fixed = {"d": optuna.distributions.FloatDistribution(0, 1, step=0.5)}
"""


def test_a_space_of_optuna() -> None:
    read = read_any(OPTUNA)
    assert parameters(read) == {
        "lr": ("real", {"min": 1e-5, "max": 0.1, "log": True}),
        "units": ("integer", {"min": 16, "max": 64, "step": 16}),
        "act": ("categorical", {"values": ["relu", "tanh"]}),
        "old": ("real", {"min": 1, "max": 10, "log": True}),
        "d": ("real", {"min": 0, "max": 1, "step": 0.5}),
    }
    assert read.draft.values["search.direction"] == "max"
    assert read.draft.values["search.max_evals"] == 25
    assert "in line 10 is left out: its name is known only when the program runs." in said(read)


def test_a_sweep_in_a_program() -> None:
    text = 'import wandb\nsweep = {"method": "random", "metric": {"name": "loss"}, "parameters": {"x": {"min": 0, "max": 1}}}\n'
    read = read_any(text)
    assert parameters(read) == {"x": ("integer", {"min": 0, "max": 1})}
    assert read.draft.values["search.algorithm"] == "hyperopt.rand.suggest"


def test_a_table_alone_is_read() -> None:
    assert list(parameters(read_any('{"lr": tune.loguniform(1e-4, 0.1)}'))) == ["lr"]


def test_nothing_of_a_program_is_run(tmp_path: Path) -> None:
    target = tmp_path / "made"
    text = f'import os\nos.mkdir({str(target)!r})\nx = hp.uniform("x", 0, os.mkdir({str(target)!r}))\n'
    assert parameters(read_any(text)) == {}
    assert not target.exists()


@pytest.mark.parametrize(
    "text", ["import x\nhp.uniform('a', 0, 1\n", "import x\nx = hp.uniform(" + "-" * 5000 + "1)"]
)
def test_a_program_that_is_none_is_said_so(text: str) -> None:
    with pytest.raises(UnreadableError, match="looks like Python"):
        read_any(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2 * 3 + 2**10", 1018),
        ("[1, 'a', None, True]", [1, "a", None, True]),
        ("{'a': (1, 2)}", {"a": [1, 2]}),
        ("list(range(1, 6, 2))", [1, 3, 5]),
        ("np.log(1e-3)", math.log(1e-3)),
        ("1 / 4", 0.25),
    ],
)
def test_what_an_expression_writes_out_is_found(text: str, value: object) -> None:
    assert constant(ast.parse(text, mode="eval").body) == value


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "2**10**6",
        "9**9**9",
        "1 / 0",
        "0**-1",
        "(-2)**0.5",
        "range(10**9)",
        "np.log(-1)",
        "np.log(0)",
        "np.exp(1e9)",
        "1e300 * 10",
        "f(1)",
        "b'a'",
        "1j",
        "int(x=1)",
        "'a' * 9",
        "[1] + [2]",
        "lambda: 1",
    ],
)
def test_what_is_known_only_when_the_program_runs_is_not_guessed(text: str) -> None:
    with pytest.raises(NoConstantError):
        constant(ast.parse(text, mode="eval").body)


NUMBERS = st.one_of(
    st.integers(-9, 9),
    st.floats(-9, 9),
    st.sampled_from(["np.log(2)", "'a'", "[1, 2]", "x", "", "2**-1", "None"]),
)
CALLS = st.sampled_from(["hp.{}('{}', {})", "a = {{'{1}': tune.{0}({2})}}", "trial.suggest_{0}('{1}', {2})"])
KINDS = st.sampled_from(
    [
        "uniform",
        "quniform",
        "loguniform",
        "choice",
        "pchoice",
        "randint",
        "qrandint",
        "normal",
        "float",
        "int",
        "categorical",
        "lognormal",
        "qlognormal",
        "lograndint",
    ]
)


@given(
    st.lists(
        st.tuples(CALLS, KINDS, st.sampled_from("abc"), st.lists(NUMBERS, max_size=4)), min_size=1, max_size=5
    )
)
def test_no_call_is_too_odd_to_be_read(calls: list[tuple[str, str, str, list[object]]]) -> None:
    lines = [
        form.format(kind, name, ", ".join(str(value) for value in values if value != ""))
        for form, kind, name, values in calls
    ]
    read = read_any("\n".join(["import hyperopt as h", "hp.uniform('z', 0, 1)", *lines]))
    check_read(read)
    assert "z" in parameters(read)
