"""Twelve runs of different kinds, made from their journals at once: what every page, picture and figure has to bear."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas
from plain_facts import facts
from report_runs import a_trial, write_run

from worker.report.data.results import Results, read
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run
from worker.trial import Status, Trial

_SQUARE = (
    ParameterDraft("x", "real", {"min": 0, "max": 1}),
    ParameterDraft("y", "real", {"min": 0, "max": 1}),
)
_LONG = "a-very-long-parameter-name-that-somebody-made-up-for-the-sake-of-it"
_TEXTS = (
    *("<script>alert(1)</script>", "=cmd|' /C calc'!A0", 'x"y', "</style></script>", "größe", "日本語"),
    *("$\\frac{1}{2}$ & 100 %_#", "nan", "https://example.org/a/very/long/path/to/checkpoint-0001.pt"),
    "https://example.org/a/very/long/path/to/checkpoint-0002.pt",
)


def run_of(name: str, parameters: Sequence[ParameterDraft], **fields: object) -> Run:
    """A checked run with these parameters; fields by path, . as __."""
    words = " ".join(
        f"[?{one.name} --{one.name}=($x_{at})?]" if "when" in one.settings else f"($x_{at})"
        for at, one in enumerate(parameters)
    )
    values = {"run.name": name, "run.objective": f"./objective {words}"}
    values.update({path.replace("__", "."): value for path, value in fields.items()})  # type: ignore[misc]
    checked = check(Draft(values, tuple(parameters)))
    assert checked.run is not None, checked.problems
    return checked.run


def _even(
    count: int, loss: Callable[[int, float, float], float | None], low: float = 0.0, high: float = 1.0
) -> list[Trial]:
    """Evaluations at random places of two parameters; `loss` gets the number and both, and None stands for a failure."""
    generator = random.Random(7)
    trials = []
    for number in range(1, count + 1):
        x, y = (generator.uniform(low, high) for _ in "xy")
        result = loss(number, x, y)
        failed = result is None or not math.isfinite(result)
        trials.append(
            a_trial(
                number,
                {"x": x, "y": y},
                None if failed else result,
                _failure(result) if failed else Status.OK,
                reason="It ended with exit code 1." if result is None else "",
                raw_loss="" if result is None or not failed else str(result),
                agent=str(number % 3),
            )
        )
    return trials


def _failure(result: float | None) -> Status:
    return Status.FAILED if result is None else Status.NOT_FINITE


def _twelve() -> tuple[Run, list[Trial]]:
    names = [f"p_{number:02}" for number in range(12)]
    run = run_of("twelve", [ParameterDraft(name, "real", {"min": 0, "max": 1}) for name in names])
    generator = random.Random(3)
    trials = []
    for number in range(1, 151):
        values = {name: generator.random() for name in names}
        loss = sum((place + 1) * (value - 0.3) ** 2 for place, value in enumerate(values.values()))
        outputs = {"val_loss": generator.random(), "mem/peak": float(generator.randint(1, 10**10))}
        trials.append(a_trial(number, values, loss, outputs=outputs))
    return run, trials


def _conditional() -> tuple[Run, list[Trial]]:
    run = run_of(
        "conditional",
        [
            ParameterDraft("optimizer", "categorical", {"values": ["sgd", "adam", "never"]}),
            ParameterDraft("momentum", "real", {"min": 0, "max": 1, "when": "optimizer == 'sgd'"}),
            ParameterDraft("layers", "integer", {"min": 2, "max": 14, "step": 3}),
            ParameterDraft("lr", "real", {"min": 1e-5, "max": 1, "log": True}),
        ],
    )
    generator = random.Random(5)
    trials = []
    for number in range(1, 61):
        values: dict[str, Value] = {
            "optimizer": generator.choice(["sgd", "adam"]),
            "layers": generator.choice([2, 5, 8, 11]),
            "lr": 10 ** generator.uniform(-5, 0),
        }
        if values["optimizer"] == "sgd":
            values["momentum"] = generator.uniform(0.3, 0.6)
        loss = abs(math.log10(float(values["lr"])) + 3) + float(values["layers"]) / 10
        curve = tuple((float(step), loss + 1 / step) for step in range(1, 9))
        trials.append(
            a_trial(number, values, loss, outputs={"constant": 3.0, "accuracy": 1 / (1 + loss)}, curve=curve)
        )
    return run, trials


def _several() -> tuple[Run, list[Trial]]:
    run = run_of("several", _SQUARE, search__results={"loss": "min", "accuracy": "max", "size": "min"})
    trials = []
    for trial in _even(80, lambda _, x, y: x * x + y):
        x, y = float(trial.values["x"]), float(trial.values["y"])
        outputs = {"loss": x * x + y, "accuracy": 1 - (1 - x) ** 2 - y / 2, "size": abs(x - y)}
        trials.append(a_trial(trial.number, trial.values, outputs["loss"], outputs=outputs))
    return run, trials


def _hostile() -> tuple[Run, list[Trial]]:
    run = run_of(
        "hostile",
        [
            ParameterDraft(_LONG, "categorical", {"values": list(_TEXTS)}),
            ParameterDraft("b.c", "hp.loguniform", {"min": -30, "max": 30}),
            ParameterDraft("A", "hp.randint", {"max": 9007199254740991}),
            ParameterDraft("a", "hp.qnormal", {"mu": -1000, "sigma": 300, "q": 0.1}),
            ParameterDraft("RESULT1", "hp.pchoice", {"values": [("__proto__", 50), ("constructor", 50)]}),
        ],
    )
    generator = random.Random(2)
    trials = []
    for number in range(1, 61):
        values: dict[str, Value] = {
            _LONG: generator.choice(_TEXTS),
            "b.c": math.exp(generator.uniform(-30, 30)),
            "A": generator.randrange(9007199254740991),
            "a": round(generator.gauss(-1000, 300), 1),
            "RESULT1": generator.choice(["__proto__", "constructor"]),
        }
        failed = number % 7 == 0
        outputs = {"__proto__": 3.0, "toString": number / 7, "x" * 90: 1.0 + number}
        reason = "It said: fatal: </script><b>bold & 'quoted' \u202e" if failed else ""
        status = Status.FAILED if failed else Status.OK
        loss = None if failed else generator.gauss(0, 1)
        trials.append(a_trial(number, values, loss, status, {} if failed else outputs, reason=reason))
    return run, trials


def _many() -> tuple[Run, list[Trial]]:
    run = run_of(
        "many",
        [
            ParameterDraft("lr", "hp.loguniform", {"min": -10, "max": 0}),
            ParameterDraft("y", "hp.uniform", {"min": -1, "max": 1}),
            ParameterDraft("units", "hp.uniformint", {"min": 1, "max": 512}),
            ParameterDraft("act", "hp.choice", {"values": ["relu", "tanh", "logistic"]}),
            ParameterDraft("q", "hp.quniform", {"min": 0, "max": 1, "q": 0.05}),
        ],
    )
    generator = random.Random(11)
    trials = []
    for number in range(1, 10_001):
        values: dict[str, Value] = {
            "lr": math.exp(generator.uniform(-10, 0)),
            "y": generator.uniform(-1, 1),
            "units": generator.randint(1, 512),
            "act": generator.choice(["relu", "tanh", "logistic"]),
            "q": round(generator.randint(0, 20) * 0.05, 2),
        }
        trials.append(a_trial(number, values, float(values["lr"]) + abs(float(values["y"])) ** 3))
    return run, trials


def _square(name: str, trials: list[Trial], **fields: object) -> tuple[Run, list[Trial]]:
    return run_of(name, _SQUARE, **fields), trials


KINDS: Mapping[str, Callable[[], tuple[Run, list[Trial]]]] = {
    "empty": lambda: _square("empty", _even(15, lambda *_: None)),
    "one": lambda: _square("one", _even(1, lambda *_: 1.5)),
    "constant": lambda: _square("constant", _even(40, lambda *_: 1.5)),
    "hugerange": lambda: _square(
        "hugerange", _even(80, lambda _, x, y: 10 ** (x * 24 - 12) * (1 if y > 0.1 else -1))
    ),
    "negative": lambda: _square(
        "negative", _even(100, lambda _, x, y: -(100 - (10 * x - 8) ** 2 - (10 * y - 4) ** 2))
    ),
    "naninf": lambda: _square(
        "naninf",
        _even(40, lambda at, x, _: {0: math.nan, 1: math.inf, 2: -math.inf}.get(at % 6, x)),
    ),
    "failures": lambda: _square("failures", _even(24, lambda at, x, y: None if at % 12 < 8 else x * x + y)),
    "twelve": _twelve,
    "conditional": _conditional,
    "several": _several,
    "hostile": _hostile,
    "many": _many,
}


def results_of(kind: str, workdir: Path) -> Results:
    """The run of this kind, written below `workdir` and read from there."""
    run, trials = KINDS[kind]()
    return read(write_run(workdir / kind, run, trials))


SEVERAL: Mapping[str, Mapping[str, int]] = {"several": {"loss": 1, "accuracy": -1, "size": 1}}


@dataclass(frozen=True)
class KindRun:
    """A run of one of the kinds: as the product reads it, and as pandas reads its journal.

    signs: its results, with 1 where the smallest is the best and -1 where the largest is.
    """

    kind: str
    results: Results
    frame: pandas.DataFrame
    signs: Mapping[str, int]

    @property
    def main(self) -> str:
        """The first of its results."""
        return next(iter(self.signs))

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The facts of each evaluation."""
        return [dict(row) for row in self.frame.to_dict("records")]


def write_kinds(workdir: Path) -> dict[str, KindRun]:
    """All of the kinds in one workdir."""
    runs = {}
    for kind, make in KINDS.items():
        paths = write_run(workdir, *make())
        runs[kind] = KindRun(kind, read(paths), facts(paths.root), SEVERAL.get(kind, {"RESULT": 1}))
    return runs
