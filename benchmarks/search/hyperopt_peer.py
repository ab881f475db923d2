"""hyperopt's own tpe over hyperopt's own types, asked through its Trials as its fmin does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hyperopt import JOB_STATE_DONE, JOB_STATE_RUNNING, STATUS_FAIL, STATUS_OK, Trials, hp, space_eval, tpe
from hyperopt.base import Domain
from hyperopt.pyll import scope
from problem import Problem

from worker.spec.distributions import Choices, Integers
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter


class Hyperopt:
    """What runs stands in its Trials as running, as with its own parallel back ends."""

    def __init__(self, problem: Problem, seed: int) -> None:
        parameters = problem.run("hyperopt.rand.suggest").parameters
        self._space = {parameter.name: _expression(parameter) for parameter in parameters}
        self._domain = Domain(lambda _: 0.0, self._space)
        self._trials = Trials()
        self._seed = seed
        self._documents: dict[int, dict[str, Any]] = {}

    def ask(self, number: int) -> Mapping[str, Any]:
        """The values of the next document of `tpe.suggest`."""
        new = tpe.suggest([number], self._domain, self._trials, self._seed * 100_003 + number)
        new[0]["state"] = JOB_STATE_RUNNING
        self._trials.insert_trial_docs(new)
        self._trials.refresh()
        self._documents[number] = self._trials.trials[-1]
        chosen = {name: found[0] for name, found in new[0]["misc"]["vals"].items() if found}
        values = space_eval(self._space, chosen)  # in an order of its own
        return {name: values[name] for name in self._space}

    def tell(self, number: int, loss: float | None, results: Sequence[float]) -> None:
        """Failed ones are told as such."""
        good = loss is not None and math.isfinite(loss)
        self._documents[number]["result"] = (
            {"status": STATUS_OK, "loss": loss} if good else {"status": STATUS_FAIL}
        )
        self._documents[number]["state"] = JOB_STATE_DONE
        self._trials.refresh()


def _expression(parameter: Parameter) -> Any:
    kind = type_of(parameter)
    name, distribution, logarithmic = (
        parameter.name,
        kind.distribution(parameter),
        kind.logarithmic(parameter),
    )
    if isinstance(distribution, Choices):
        return hp.choice(name, list(distribution.options))
    low, high, step = distribution.low, distribution.high, distribution.step
    if low is None or high is None:
        raise ValueError(f"{name} has no bounds.")
    if isinstance(distribution, Integers):
        if logarithmic:
            return scope.int(hp.qloguniform(name, math.log(low), math.log(high), 1))
        return low + step * scope.int(hp.uniformint(name, 0, (high - low) // step))
    if step is not None:
        return hp.quniform(name, low, high, step)
    return hp.loguniform(name, math.log(low), math.log(high)) if logarithmic else hp.uniform(name, low, high)
