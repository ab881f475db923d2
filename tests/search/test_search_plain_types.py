"""Every search over the types real, integer, categorical and fixed proposes their values, and finds the best."""

from __future__ import annotations

import pytest
from search_runs import Spec, evaluate, run_of, searcher_of

from worker.search.space import Space
from worker.spec.algorithms import ALGORITHMS

PLAIN: Spec = {
    "lr": ("real", {"min": 0.0001, "max": 0.1, "log": True}),
    "dropout": ("real", {"min": 0, "max": 0.5, "step": 0.125}),
    "momentum": ("real", {"min": 0.5, "max": 0.99}),
    "width": ("real", {"min": 8, "max": 100, "step": 4, "log": True}),
    "layers": ("integer", {"min": 1, "max": 6}),
    "units": ("integer", {"min": 1, "max": 4096, "log": True}),
    "epochs": ("integer", {"min": 5, "max": 50, "step": 5}),
    "batch": ("categorical", {"values": "16,32,64,128", "ordered": True}),
    "optimizer": ("categorical", {"values": ["sgd", "adam"]}),
    "data": ("fixed", {"value": "set a"}),
}
# All but the one that needs torch.
EVERY = [algorithm.name for algorithm in ALGORITHMS.values() if "torch" not in algorithm.needs]


@pytest.mark.parametrize("algorithm", EVERY)
def test_every_proposal_is_valid(algorithm: str) -> None:
    space = Space(run_of(PLAIN).parameters, 8)
    found = evaluate(searcher_of(PLAIN, algorithm), 50)
    assert len(found) == 50
    for values in found:
        assert space.named(space.admitted(values)) == values
        assert values["data"] == "set a"
        assert 0.0001 <= float(values["lr"]) <= 0.1
    assert len({values["batch"] for values in found}) > 1


@pytest.mark.parametrize("algorithm", EVERY)
def test_small_spaces_are_used_up(algorithm: str) -> None:
    small: Spec = {
        "a": ("integer", {"min": 1, "max": 3, "log": True}),
        "b": ("real", {"min": 0, "max": 1, "step": 0.5}),
        "c": ("categorical", {"values": "x,y", "ordered": True}),
        "d": ("fixed", {"value": "1"}),
    }
    searcher = searcher_of(small, algorithm)
    found = evaluate(searcher, 18)
    assert len({tuple(values.values()) for values in found}) == 18
    assert searcher.ask(100) is None
