"""Optuna's samplers, asked and told through a study in memory; nothing of theirs is kept."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution
from optuna.samplers import BaseSampler, CmaEsSampler, GPSampler, NSGAIISampler, TPESampler
from optuna.trial import Trial, TrialState, create_trial

from worker.search.auto.encoding import Encoding
from worker.search.history import History
from worker.search.several_goals import Goals, ranked
from worker.spec.dimension import AnyDimension
from worker.spec.parameters import Value
from worker.spec.rules import Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NO_RULES = Rules(())
_FIRST_SPREAD = 1 / 6  # of CMA-ES, in shares of a range, as Optuna has it


class Sampled:
    """Proposes latent values by a sampler of Optuna.

    A sampler is made anew for each trial, from the seed and what is known, so that a run that is taken up again goes on. Only what CMA-ES
    and NSGA-II call a generation begins afresh then, CMA-ES at the best point known.
    """

    def __init__(
        self,
        name: str,
        dimensions: Sequence[AnyDimension],
        rules: Rules = _NO_RULES,
        goals: Goals | None = None,
    ) -> None:
        """goals: several results, of which the front is searched."""
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._name, self._dimensions, self._rules, self._goals = name, dimensions, rules, goals
        self._encoding = Encoding.of(dimensions)
        self._distributions: dict[str, BaseDistribution] = {
            f"x{position:04}": CategoricalDistribution(range(axis.categories))
            if axis.categories
            else FloatDistribution(0.0, 1.0)
            for position, axis in enumerate(self._encoding.axes)
        }
        self._begin()

    def latents(self, history: History, number: int, seed: int) -> list[float]:
        """The latent values of trial `number`."""
        if any(not history.ended[row] for row in self._rows_of(history, self._over)):
            self._begin()  # a result was taken back, which Optuna does not know
        self._catch_up(history)
        if number in self._asked:  # what it proposed first is a known point
            self._study.tell(self._asked.pop(number)[0], state=TrialState.FAIL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a sampler is experimental is no news for whoever chose it
            self._study.sampler = self._sampler(seed)
            trial, latents = self._fixed() if not self._rules.conditional else self._defined_by_run()
        self._asked[number] = (trial, latents)
        return latents

    def _fixed(self) -> tuple[Trial, list[float]]:
        """A proposal in a space whose parameters always exist."""
        trial = self._study.ask(self._distributions)
        row = np.array([trial.params[name] for name in self._distributions], dtype=float)
        return trial, self._encoding.latents(row)

    def _defined_by_run(self) -> tuple[Trial, list[float]]:
        """A proposal that asks for those parameters only that exist by the values of those before them; nan for the others."""
        trial = self._study.ask()
        latents: list[float] = []
        values: dict[str, Value] = {}
        parts = zip(
            self._distributions.items(), self._dimensions, self._encoding.axes, self._rules.names, strict=True
        )
        for (label, distribution), dimension, axis, name in parts:
            if not self._rules.exists(name, values):
                latents.append(math.nan)
                continue
            coordinate = (
                trial.suggest_categorical(label, distribution.choices)
                if isinstance(distribution, CategoricalDistribution)
                else trial.suggest_float(label, 0.0, 1.0)
            )
            latents.append(float(axis.latents(np.array([coordinate], dtype=float))[0]))
            values[name] = dimension.decode(latents[-1])
        return trial, latents

    def _begin(self) -> None:
        self._study = optuna.create_study(
            directions=["minimize"] * (len(self._goals.goals) if self._goals else 1)
        )
        self._asked: dict[int, tuple[Trial, list[float]]] = {}
        self._known: dict[int, int] = {}  # number of a trial -> its number in the study
        self._over: set[int] = set()  # numbers of trials that the study knows the end of
        self._middle: dict[str, float] | None = None

    @staticmethod
    def _rows_of(history: History, numbers: set[int]) -> list[int]:
        return [row for row, number in enumerate(history.numbers) if number in numbers]

    def _catch_up(self, history: History) -> None:
        """Tell the study what the history has and it has not."""
        beginning = not self._known
        for row, number in enumerate(history.numbers):
            if number not in self._known:
                self._known[number] = self._added(history, row, number)
            if history.ended[row] and number not in self._over:
                values = self._values(history, row)
                state = TrialState.FAIL if values is None else TrialState.COMPLETE
                self._study.tell(self._known[number], values, state=state)
                self._over.add(number)
        if beginning and any(np.isfinite(history.losses)):
            self._middle = self._params(history, int(np.argmin(history.losses)))

    def _values(self, history: History, row: int) -> tuple[float, ...] | None:
        """The results of a trial that has ended; None where it has none that count."""
        loss = history.losses[row]
        if not math.isfinite(loss):
            return None
        return ranked(self._goals.goals, history.outputs[row]) if self._goals else (loss,)

    def _added(self, history: History, row: int, number: int) -> int:
        """The number in the study of a trial; one that the sampler did not propose itself is added."""
        latents = [column[row] for column in history.columns]
        trial, asked = self._asked.pop(number, (None, latents))
        if trial is not None:
            if self._decoded(asked) == self._decoded(latents):
                return trial.number
            self._study.tell(trial, state=TrialState.FAIL)
        params = self._params(history, row)
        self._study.add_trial(
            create_trial(
                state=TrialState.RUNNING,
                params=params,
                distributions={name: self._distributions[name] for name in params},
            )
        )
        return len(self._study.get_trials(deepcopy=False)) - 1

    def _decoded(self, latents: Sequence[float]) -> list[object]:
        return [
            None if math.isnan(latent) else dimension.decode(latent)
            for dimension, latent in zip(self._dimensions, latents, strict=True)
        ]

    def _params(self, history: History, row: int) -> dict[str, float]:
        found: dict[str, float] = {}
        parts = zip(self._distributions.items(), self._encoding.axes, history.columns, strict=True)
        for (name, distribution), axis, column in parts:
            if math.isnan(column[row]):
                continue  # it does not exist there
            coordinate = axis.snapped(axis.coordinates(np.array([column[row]])))[0]
            found[name] = (
                int(coordinate) if isinstance(distribution, CategoricalDistribution) else float(coordinate)
            )
        return found

    def _sampler(self, seed: int) -> BaseSampler:
        makers: Mapping[str, Callable[[], BaseSampler]] = {
            "optuna.tpe": lambda: TPESampler(
                seed=seed, multivariate=True, constant_liar=True, group=self._rules.conditional
            ),
            "optuna.gp": lambda: GPSampler(seed=seed),
            "optuna.nsga2": lambda: NSGAIISampler(seed=seed),
            "optuna.cmaes": lambda: CmaEsSampler(seed=seed, x0=self._middle, sigma0=_FIRST_SPREAD),
        }
        return makers[self._name]()
