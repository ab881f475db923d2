"""hyperopt behind ask and tell; the only module that imports it, and only when a proposal is due (1.4 s)."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from threading import Lock
from typing import Any

from worker.search.space import Category, Latent, Normal, Space, Uniform

Document = dict[str, Any]


class HyperoptAlgorithm:
    """One of hyperopt's algorithms over the latent variables of a space.

    Trials that run are left in hyperopt's history, where they count with an infinite loss: that keeps parallel
    workers from being sent to the same place. Failed ones stay there in the same way.
    """

    def __init__(self, space: Space, name: str) -> None:
        self._space = space
        self._name = name
        self._documents: dict[int, Document] = {}
        self._loading = Lock()
        self._suggest: Callable[[int, int], Mapping[str, list[float]]] | None = None

    def prepare(self) -> None:
        """Import hyperopt and translate the space; a second call, also from another thread, finds it done."""
        with self._loading:
            if self._suggest is None:
                self._suggest = _load(self._space, self._name, self._documents)

    def suggest(self, number: int, seed: int) -> dict[str, float]:
        """A point for trial `number`."""
        self.prepare()
        assert self._suggest is not None
        found = self._suggest(number, seed)
        return {name: found[_label(index)][0] for index, name in enumerate(self._names)}

    def add(self, number: int, latents: Mapping[str, float]) -> None:
        """A trial that runs now."""
        labels = {
            _label(index): latents[name] for index, name in enumerate(self._names)
        }
        self._documents[number] = {
            "tid": number,
            "state": 1,  # hyperopt.base.JOB_STATE_RUNNING
            "spec": None,
            "result": {"status": "new"},
            "misc": {
                "tid": number,
                "cmd": None,
                "workdir": None,
                "idxs": {label: [number] for label in labels},
                "vals": {label: [value] for label, value in labels.items()},
            },
            "exp_key": None,
            "owner": None,
            "version": 0,
            "book_time": None,
            "refresh_time": None,
        }

    def result(self, number: int, loss: float | None) -> None:
        """How a trial ended; None means that it failed."""
        document = self._documents.get(number)
        if document is None:
            return
        document["state"] = 2  # hyperopt.base.JOB_STATE_DONE
        usable = loss is not None and math.isfinite(loss)
        document["result"] = (
            {"status": "ok", "loss": loss} if usable else {"status": "fail"}
        )

    @property
    def _names(self) -> list[str]:
        return [one.name for one in self._space.dimensions]


def _label(index: int) -> str:
    # hyperopt sorts by label; users' names could be anything.
    return f"x{index:04}"


def _load(
    space: Space, name: str, documents: dict[int, Document]
) -> Callable[[int, int], Mapping[str, list[float]]]:
    from hyperopt import anneal, base, hp, mix, rand, tpe

    class History(base.Trials):  # type: ignore[misc]
        """hyperopt's view of our documents; its own refresh copies all of them at every call."""

        def refresh(self) -> None:
            self._trials = list(documents.values())
            self._ids = set(documents)

    tpe_suggest = partial(tpe.suggest, n_startup_jobs=1, verbose=False)
    shares = [(0.6, tpe_suggest), (0.3, anneal.suggest), (0.1, rand.suggest)]
    algorithms = {
        "tpe.suggest": tpe_suggest,
        "anneal.suggest": anneal.suggest,
        "mix.suggest": partial(mix.suggest, p_suggest=shares),
    }
    expressions = {
        _label(index): _expression(hp, _label(index), one.latent)
        for index, one in enumerate(space.dimensions)
    }
    domain = base.Domain(_never_called, expressions)
    suggest = algorithms[name]
    history = History()

    def propose(number: int, seed: int) -> Mapping[str, list[float]]:
        history.refresh()
        with warnings.catch_warnings():
            # numpy deprecates what hyperopt 0.3 does with arrays of one element.
            warnings.simplefilter("ignore", DeprecationWarning)
            (document,) = suggest([number], domain, history, seed)
        found: Mapping[str, list[float]] = document["misc"]["vals"]
        return found

    return propose


def _never_called(_: object) -> float:
    raise AssertionError("hyperopt proposes here, it does not evaluate")


def _expression(hp: Any, label: str, latent: Latent) -> Any:
    if isinstance(latent, Uniform):
        return hp.uniform(label, latent.low, latent.high)
    if isinstance(latent, Normal):
        return hp.normal(label, latent.mu, latent.sigma)
    assert isinstance(latent, Category)
    if latent.weights is None:
        return hp.randint(label, latent.count)
    return hp.pchoice(
        label, [(weight, index) for index, weight in enumerate(latent.weights)]
    )
