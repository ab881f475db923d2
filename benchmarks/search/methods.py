"""Algorithms behind one ask and tell: ours, Optuna's samplers, hyperopt's own tpe."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, Protocol

import optuna
from hyperopt_peer import Hyperopt
from problem import Problem

from worker.search.models import MODELS
from worker.search.searcher import make_searcher
from worker.spec.distributions import Choices, Integers
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter
from worker.spec.rules import Rules

NORM_ALONE = "auto (norm alone)"  # it is not told the results whose norm the loss is


class Method(Protocol):
    """Proposes points; running ones are known to it."""

    def ask(self, number: int) -> Mapping[str, Any]:
        """The values of evaluation `number`."""
        ...

    def tell(self, number: int, loss: float | None, results: Sequence[float]) -> None:
        """How it ended; None where it failed. results: those whose norm the loss is, if any."""
        ...


class Ours:
    """A searcher of the worker."""

    def __init__(self, problem: Problem, algorithm: str, seed: int, *, sees_results: bool = True) -> None:
        self._searcher = make_searcher(problem.run(algorithm), seed)
        self._sees_results = sees_results
        self._last: Mapping[str, Any] = {}

    def ask(self, number: int) -> Mapping[str, Any]:
        """Its point; the last one again where the space is used up."""
        self._last = self._searcher.ask(number) or self._last
        return self._last

    def tell(self, number: int, loss: float | None, results: Sequence[float]) -> None:
        """As in a run; `results` are what it prints as RESULT1 and so on."""
        named = zip(map("RESULT{}".format, count(1)), results, strict=False)
        self._searcher.tell(number, loss, dict(named) if self._sees_results else {})


class Optuna:
    """One of Optuna's samplers, with its defaults."""

    def __init__(self, problem: Problem, sampler: optuna.samplers.BaseSampler) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._study = optuna.create_study(sampler=sampler)
        self._space = problem.run("hyperopt.rand.suggest").parameters
        self._rules = Rules(self._space)
        self._trials: dict[int, optuna.Trial] = {}

    def ask(self, number: int) -> Mapping[str, Any]:
        """The next trial of the study, which is asked for those parameters that exist by the values of those before."""
        trial = self._trials[number] = self._study.ask()
        values: dict[str, Any] = {}
        for parameter in self._space:
            if self._rules.exists(parameter.name, values):
                values[parameter.name] = _suggested(trial, parameter)
        return values

    def tell(self, number: int, loss: float | None, results: Sequence[float]) -> None:
        """Failed ones are told as such."""
        if loss is None or not math.isfinite(loss):
            self._study.tell(self._trials[number], state=optuna.trial.TrialState.FAIL)
        else:
            self._study.tell(self._trials[number], loss)


def _suggested(trial: optuna.Trial, parameter: Parameter) -> Any:
    kind = type_of(parameter)
    distribution = kind.distribution(parameter)
    if isinstance(distribution, Choices):
        return trial.suggest_categorical(parameter.name, distribution.options)
    if isinstance(distribution, Integers):
        return trial.suggest_int(parameter.name, distribution.low, distribution.high, step=distribution.step)
    if distribution.low is None or distribution.high is None:
        raise ValueError(f"Optuna has no distribution for {parameter.name}.")
    return trial.suggest_float(
        parameter.name, distribution.low, distribution.high, log=kind.logarithmic(parameter)
    )


def _samplers() -> Mapping[str, Callable[[int], optuna.samplers.BaseSampler]]:
    samplers = optuna.samplers
    return {
        "optuna.tpe": lambda seed: samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True),
        "optuna.tpe.plain": lambda seed: samplers.TPESampler(seed=seed),
        # What exists under conditions is modelled together where it exists together, and not each parameter by itself.
        "optuna.tpe.group": lambda seed: samplers.TPESampler(
            seed=seed, multivariate=True, group=True, constant_liar=True
        ),
        "optuna.gp": lambda seed: samplers.GPSampler(seed=seed),
        "optuna.cmaes": lambda seed: samplers.CmaEsSampler(seed=seed),
    }


PEERS = ("hyperopt.tpe", *_samplers())  # what others have made


def make_method(name: str, problem: Problem, seed: int) -> Method:
    """The method of a name; Optuna's samplers as Optuna has them, not through ours. Raises KeyError where there is none."""
    samplers = _samplers()
    if name == "hyperopt.tpe":
        return Hyperopt(problem, seed)
    if name in samplers:
        return Optuna(problem, samplers[name](seed))
    if name == NORM_ALONE:
        return Ours(problem, "auto", seed, sees_results=False)
    if name in MODELS or name == "hyperopt.rand.suggest":
        return Ours(problem, name, seed)
    return Ours(problem, {"random": "hyperopt.rand.suggest"}[name], seed)
