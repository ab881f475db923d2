"""Our use of hyperopt's parts proposes what hyperopt's own functions propose."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import pytest
from hyperopt import STATUS_FAIL, STATUS_OK, Trials, anneal, hp, tpe
from hyperopt.base import JOB_STATE_DONE, JOB_STATE_RUNNING, Domain
from hyperopt.pyll import scope
from scipy import stats
from search_runs import space_of

from worker.search.annealing import Annealing
from worker.search.history import History
from worker.search.parzen import Parzen

UNIFORM = ("hp.uniform", {"min": 0, "max": 1})
NORMAL = ("hp.normal", {"mu": 0, "sigma": 1})
CHOICE = ("hp.choiceint", {"min": 0, "max": 4})
PCHOICE = ("hp.pchoice", {"values": [["a", 50], ["b", 30], ["c", 15], ["d", 5]]})


def domain_of(*expressions: object) -> Domain:
    return Domain(lambda _: 0.0, {f"x{index:04}": expression for index, expression in enumerate(expressions)})


def histories(
    trials: int,
    draws: Sequence[Callable[[Random], float]],
    flawless: bool = False,
    encode: Callable[[float], float] = lambda latent: latent,
) -> tuple[History, Trials]:
    """The same trials for us and for hyperopt; unless `flawless`, some have failed and the last ones run.

    draws: the values that hyperopt knows. encode: takes them to our latent ones.
    """
    chance = Random(trials)
    history, documents = History(len(draws)), []
    for number in range(trials):
        latents = [draw(chance) for draw in draws]
        loss = sum(abs(latent - 0.3) for latent in latents)
        history.add(number, [encode(latent) for latent in latents])
        failed = not flawless and chance.random() < 0.1
        running = not flawless and number > trials - 6
        if not running:
            history.result(number, None if failed else loss)
        result: dict[str, object] = {"status": STATUS_FAIL} if failed else {"status": STATUS_OK, "loss": loss}
        labels = {f"x{index:04}": latent for index, latent in enumerate(latents)}
        documents.append(
            {
                "tid": number,
                "state": JOB_STATE_RUNNING if running else JOB_STATE_DONE,
                "spec": None,
                "result": {"status": "new"} if running else result,
                "misc": {
                    "tid": number,
                    "cmd": None,
                    "idxs": {label: [number] for label in labels},
                    "vals": {label: [latent] for label, latent in labels.items()},
                },
                "exp_key": None,
                "owner": None,
                "version": 0,
                "book_time": None,
                "refresh_time": None,
            }
        )
    theirs = Trials()
    theirs.insert_trial_docs(documents)
    theirs.refresh()
    return history, theirs


def normal(chance: Random) -> float:
    return chance.normalvariate(0, 1)


def values_of(documents: Sequence[Mapping[str, Any]]) -> list[float]:
    return [float(value[0]) for _, value in sorted(documents[0]["misc"]["vals"].items())]


@pytest.mark.parametrize("trials", [21, 60, 400])
@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_tpe_proposes_the_very_numbers_of_hyperopt(trials: int, kind: str) -> None:
    draw: Callable[[Random], float] = Random.random if kind == "uniform" else normal
    history, theirs = histories(trials, [draw])
    domain = domain_of(hp.uniform("x0000", 0, 1) if kind == "uniform" else hp.normal("x0000", 0, 1))
    ours = Parzen(space_of({"x": UNIFORM if kind == "uniform" else NORMAL}).dimensions)
    for seed in range(10):
        (proposed,) = ours.latents(history, trials, seed)
        assert math.isclose(
            proposed, values_of(tpe.suggest([trials], domain, theirs, seed, verbose=False))[0]
        )


@pytest.mark.parametrize("trials", [21, 60, 400])
@pytest.mark.parametrize("kind", ["uniform", "normal"])
def test_tpe_proposes_the_very_steps_of_hyperopt(trials: int, kind: str) -> None:
    even = kind == "uniform"
    spec = (
        ("hp.uniformint", {"min": 0, "max": 19}) if even else ("hp.qnormal", {"mu": 0, "sigma": 1, "q": 0.5})
    )
    (dimension,) = space_of({"x": spec}).dimensions
    history, theirs = histories(
        trials,
        [lambda chance: chance.randrange(20) if even else round(2 * chance.gauss(0, 1)) / 2],
        encode=dimension.encode,
    )
    domain = domain_of(hp.quniform("x0000", -0.5, 19.5, 1) if even else hp.qnormal("x0000", 0, 1, 0.5))
    ours = Parzen([dimension])
    for seed in range(10):
        (proposed,) = ours.latents(history, trials, seed)
        expected = values_of(tpe.suggest([trials], domain, theirs, seed, verbose=False))[0]
        # At the upper end hyperopt rounds 19.5 to 20, which is outside.
        assert dimension.decode(proposed) == min(expected, 19)


@pytest.mark.parametrize("kind", ["choice", "pchoice"])
def test_tpe_proposes_categories_as_often_as_hyperopt(kind: str) -> None:
    count, spec = (5, CHOICE) if kind == "choice" else (4, PCHOICE)
    history, theirs = histories(80, [lambda chance: chance.randrange(count)])
    expression = (
        hp.randint("x0000", 5)
        if kind == "choice"
        else scope.hyperopt_param("x0000", scope.categorical([0.5, 0.3, 0.15, 0.05]))
    )
    domain = domain_of(expression)
    ours = Parzen(space_of({"x": spec}).dimensions)
    seeds = range(250)
    proposed = Counter(ours.latents(history, 80, seed)[0] for seed in seeds)
    expected = Counter(values_of(tpe.suggest([80], domain, theirs, seed, verbose=False))[0] for seed in seeds)
    usual = [value for value in expected if expected[value] + proposed[value] >= 10]
    if len(usual) > 1:
        table = [[proposed[value] for value in usual], [expected[value] for value in usual]]
        assert stats.chi2_contingency(table).pvalue > 1e-3
    assert proposed.most_common(1)[0][0] == expected.most_common(1)[0][0]


def test_tpe_proposes_rare_categories_as_rarely_as_the_space_says() -> None:
    history = History(1)
    # The only good trial and the only other one are alike, so that nothing speaks for any category.
    for number in range(2):
        history.add(number, [1])
        history.result(number, float(number))
    ours = Parzen(space_of({"x": PCHOICE}).dimensions)
    proposed = Counter(ours.latents(history, 2, seed)[0] for seed in range(400))
    # The space itself counts as much as one trial of each of the four categories.
    expected = [400 * share / 5 for share in (4 * 0.5, 4 * 0.3 + 1, 4 * 0.15, 4 * 0.05)]
    assert stats.chisquare([proposed[index] for index in range(4)], expected).pvalue > 1e-3


def test_annealing_proposes_the_very_points_of_hyperopt() -> None:
    draws: list[Callable[[Random], float]] = [Random.random, normal, lambda chance: chance.randrange(5)]
    history, theirs = histories(40, draws, flawless=True)
    domain = domain_of(hp.uniform("x0000", 0, 1), hp.normal("x0001", 0, 1), hp.randint("x0002", 5))
    ours = Annealing(space_of({"a": UNIFORM, "b": NORMAL, "c": CHOICE}).dimensions)
    for seed in range(20):
        assert ours.latents(history, 40, seed) == values_of(anneal.suggest([40], domain, theirs, seed))
