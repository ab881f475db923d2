"""What the tests of the search share: spaces of every type, and runs over them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from worker.search.searcher import Searcher, make_searcher
from worker.search.space import Space
from worker.spec.check import check
from worker.spec.parameters import Value
from worker.spec.run import Draft, ParameterDraft, Run

Spec = Mapping[str, tuple[str, Mapping[str, object]]]

LEARNING = ("auto", "tpe.suggest", "anneal.suggest", "mix.suggest")
DRAWING = ("hyperopt.rand.suggest", *LEARNING)
# One parameter of each of the fourteen types.
ALL_TYPES: Spec = {
    "randint": ("hp.randint", {"max": 7}),
    "choice": ("hp.choice", {"values": ["10", "a b", "ü"]}),
    "pchoice": ("hp.pchoice", {"values": [["rare", 5], ["common", 65], ["some", 30]]}),
    "choiceint": ("hp.choiceint", {"min": -2, "max": 4}),
    "choicestep": ("hp.choicestep", {"min": 10, "max": 31, "step": 5}),
    "uniform": ("hp.uniform", {"min": -3.5, "max": 2}),
    "uniformint": ("hp.uniformint", {"min": 1, "max": 5}),
    "quniform": ("hp.quniform", {"min": 1, "max": 20, "q": 3}),
    "loguniform": ("hp.loguniform", {"min": -9, "max": 2}),
    "qloguniform": ("hp.qloguniform", {"min": 0, "max": 4.2, "q": 4}),
    "normal": ("hp.normal", {"mu": 10, "sigma": 3}),
    "qnormal": ("hp.qnormal", {"mu": 0.7, "sigma": 1.5, "q": 0.5}),
    "lognormal": ("hp.lognormal", {"mu": -1, "sigma": 2}),
    "qlognormal": ("hp.qlognormal", {"mu": 1, "sigma": 0.8, "q": 2}),
}


def run_of(spec: Spec, algorithm: str = "hyperopt.rand.suggest", **values: object) -> Run:
    """A run over the parameters of `spec`; further values by the key of their field in [search] or [run]."""
    paths = {"precision": "run.precision"}
    drafted = {paths.get(key, f"search.{key}"): value for key, value in values.items()}
    draft = Draft(
        {"run.name": "r", "run.objective": "true", "search.algorithm": algorithm, **drafted},
        tuple(ParameterDraft(name, kind, settings) for name, (kind, settings) in spec.items()),
    )
    checked = check(draft)
    assert checked.run is not None, checked.problems
    return checked.run


def searcher_of(spec: Spec, algorithm: str, seed: int = 1, **values: object) -> Searcher:
    """A searcher over the parameters of `spec`."""
    return make_searcher(run_of(spec, algorithm, **values), seed)


def space_of(spec: Spec, precision: int = 8) -> Space:
    """The space of the parameters of `spec`."""
    return Space(run_of(spec).parameters, precision)


def loss_of(values: Mapping[str, Value]) -> float:
    """A loss that depends on every value."""
    return sum(
        len(value) if isinstance(value, str) else abs(value - 3 * position)
        for position, value in enumerate(values.values())
    )


def evaluate(
    searcher: Searcher,
    trials: int,
    loss: Callable[[Mapping[str, Value]], float | None] = loss_of,
    workers: int = 1,
) -> list[dict[str, Value]]:
    """The points of so many trials, `workers` of them at a time; fewer where the space is used up."""
    points: list[dict[str, Value]] = []
    while len(points) < trials:
        asked = [searcher.ask(len(points) + offset) for offset in range(min(workers, trials - len(points)))]
        found = [point for point in asked if point is not None]
        for offset, point in enumerate(found):
            searcher.tell(len(points) + offset, loss(point))
        points += found
        if len(found) < len(asked):
            break
    return points
