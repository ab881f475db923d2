"""What early stopping saves on the tables of real curves and folds, in a short form of its benchmark."""

from __future__ import annotations

import sys
from statistics import fmean

import pytest
from product_texts import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

import early_stopping as benchmark


@pytest.mark.parametrize(
    ("rule", "least", "most"), [("median", 2.0, 0.0005), ("asha", 3.5, 0.002), ("wilcoxon", 1.8, 1e-5)]
)
def test_compute_is_saved_and_the_best_hardly_worse(rule: str, least: float, most: float) -> None:
    folds = rule == "wilcoxon"
    known = benchmark.read(benchmark.FOLDS if folds else benchmark.CURVES)
    outcomes = [
        benchmark.simulate(known, rule, 3, fmean if folds else benchmark.last, seed, 60, 8)
        for seed in range(6)
    ]
    assert fmean(outcome.saved for outcome in outcomes) >= least
    assert 0 <= fmean(outcome.worse for outcome in outcomes) <= most
