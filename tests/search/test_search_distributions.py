"""Every one of the fourteen types: values inside the bounds, of the promised kind, as likely as promised."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pytest
from hyperopt.pyll.stochastic import sample
from scipy import stats
from search_runs import ALL_TYPES, searcher_of, space_of

from worker.search.annealing import prior
from worker.spec.parameters import Value

DRAWS = 4000
LEAST_P = 1e-4  # with fixed seeds, so that a test that passes once passes always

NORMAL = stats.norm.cdf

# type -> the probability of each value
MASSES: Mapping[str, Mapping[Value, float]] = {
    "randint": dict.fromkeys(range(7), 1 / 7),
    "choice": dict.fromkeys(("10", "a b", "ü"), 1 / 3),
    "pchoice": {"rare": 0.05, "common": 0.65, "some": 0.3},
    "choiceint": dict.fromkeys(range(-2, 5), 1 / 7),
    "choicestep": dict.fromkeys((10, 15, 20, 25, 30), 1 / 5),
    "uniformint": dict.fromkeys((1, 2, 3, 4, 5), 1 / 5),
    "quniform": dict.fromkeys((3, 6, 9, 12, 15, 18), 1 / 6),
    # From e^0 to e^4.2 = 66.7; what rounds to 4 begins at 2, and 68 is outside.
    "qloguniform": {
        k: math.log(min(k + 2, math.exp(4.2)) / max(k - 2, 2)) / math.log(66 / 2) for k in range(4, 65, 4)
    },
    "qnormal": {
        k / 2: NORMAL((k / 2 + 0.25 - 0.7) / 1.5) - NORMAL((k / 2 - 0.25 - 0.7) / 1.5) for k in range(-22, 26)
    },
    "qlognormal": {
        2 * k: NORMAL((math.log(2 * k + 1) - 1) / 0.8)
        - (NORMAL((math.log(2 * k - 1) - 1) / 0.8) if k else 0.0)
        for k in range(800)
    },
}
# type -> the distribution function
CURVES: Mapping[str, Callable[..., object]] = {
    "uniform": stats.uniform(-3.5, 5.5).cdf,
    "loguniform": stats.loguniform(math.exp(-9), math.exp(2)).cdf,
    "normal": stats.norm(10, 3).cdf,
    "lognormal": stats.lognorm(2, scale=math.exp(-1)).cdf,
}


def drawn(name: str) -> Iterator[Value]:
    """Values from random search."""
    searcher = searcher_of({name: ALL_TYPES[name]}, "hyperopt.rand.suggest", allow_repeats=True)
    for number in range(DRAWS):
        point = searcher.ask(number)
        assert point is not None
        yield point[name]


def decoded(name: str) -> Iterator[Value]:
    """Values from hyperopt's own draws of the latent variables that we give it."""
    (dimension,) = space_of({name: ALL_TYPES[name]}).dimensions
    expression = prior("x", dimension)
    generator = np.random.default_rng(7)
    for _ in range(DRAWS):
        yield dimension.decode(float(np.ravel(sample(expression, generator))[0]))


both_ways = pytest.mark.parametrize("way", [drawn, decoded], ids=["drawn", "through hyperopt"])


def test_every_type_is_tested() -> None:
    assert {*MASSES, *CURVES} == set(ALL_TYPES)


@both_ways
@pytest.mark.parametrize("name", MASSES)
def test_values_are_as_likely_as_promised(name: str, way: Callable[[str], Iterator[Value]]) -> None:
    promised = MASSES[name]
    assert math.isclose(sum(promised.values()), 1, abs_tol=1e-9)
    counts = Counter(way(name))
    assert set(counts) <= set(promised)
    assert {type(value) for value in counts} == {type(next(iter(promised)))}
    # What is too rare to be counted goes together.
    usual = [value for value, share in promised.items() if share * DRAWS >= 5]
    expected = [promised[value] * DRAWS for value in usual]
    observed = [counts[value] for value in usual]
    if (rare := DRAWS - sum(expected)) > 1:
        expected.append(rare)
        observed.append(DRAWS - sum(observed))
    expected = [share * sum(observed) / sum(expected) for share in expected]
    assert stats.chisquare(observed, expected).pvalue > LEAST_P


@both_ways
@pytest.mark.parametrize("name", CURVES)
def test_reals_follow_their_curve(name: str, way: Callable[[str], Iterator[Value]]) -> None:
    drawn = list(way(name))
    assert {type(value) for value in drawn} == {float}
    values = [float(value) for value in drawn]
    assert stats.kstest(values, CURVES[name]).pvalue > LEAST_P
    settings = ALL_TYPES[name][1]
    if "min" in settings:
        ends = [float(str(settings[end])) for end in ("min", "max")]
        low, high = map(math.exp, ends) if name == "loguniform" else ends
        assert low <= min(values) and max(values) <= high
    assert all(float(f"{value:.8g}") == value for value in values)


def test_parameters_are_independent() -> None:
    searcher = searcher_of(dict.fromkeys("ab", ALL_TYPES["uniform"]), "hyperopt.rand.suggest")
    points = [point for number in range(DRAWS) if (point := searcher.ask(number))]
    assert abs(stats.pearsonr([p["a"] for p in points], [p["b"] for p in points]).statistic) < 0.06


def test_seeds_and_trials_differ() -> None:
    points = [
        searcher.ask(number)
        for searcher in (searcher_of({"x": ALL_TYPES["uniform"]}, "tpe.suggest", seed) for seed in (1, 2, 11))
        for number in (0, 1, 2, 11)
    ]
    assert len({point["x"] for point in points if point}) == 12
