"""Makes the tables that early_stopping.py replays: curves of small neural networks and scores of folds, on scikit-learn's digits."""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import random
import warnings
from collections.abc import Iterator
from pathlib import Path

import sklearn
from early_stopping import CURVES, FOLDS
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC

_NETWORKS, _EPOCHS = 240, 30
_MACHINES, _PARTS = 200, 10


def main() -> None:
    """Train everything, which takes some minutes, and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("curves", "folds"), help="make one of them")
    only = parser.parse_args().only
    print(f"scikit-learn {sklearn.__version__}")
    warnings.filterwarnings("ignore")  # networks with large steps diverge, which is one of their results
    if only != "folds":
        _write(CURVES, [f"epoch {epoch}" for epoch in range(1, _EPOCHS + 1)], networks())
    if only != "curves":
        _write(FOLDS, [f"fold {fold}" for fold in range(1, _PARTS + 1)], machines())


def networks() -> Iterator[list[float]]:
    """The validation error after each epoch, for one random network after another."""
    digits = load_digits()
    data = MinMaxScaler().fit_transform(digits.data)
    train, test, train_is, test_is = train_test_split(
        data, digits.target, test_size=0.3, random_state=0, stratify=digits.target
    )
    draw = random.Random(1)
    for number in range(_NETWORKS):
        model = MLPClassifier(
            hidden_layer_sizes=(round(10 ** draw.uniform(0.6, 2.2)),) * draw.choice((1, 1, 2)),
            activation=draw.choice(("relu", "tanh")),
            solver=draw.choice(("adam", "sgd")),
            alpha=10 ** draw.uniform(-6, 0),
            learning_rate_init=10 ** draw.uniform(-4, -0.5),
            batch_size=draw.choice((16, 32, 64, 128)),
            random_state=number,
        )
        errors = []
        for _ in range(_EPOCHS):
            try:
                model.partial_fit(train, train_is, classes=range(10))
                errors.append(round(1 - model.score(test, test_is), 5))
            except ValueError:  # its weights are infinite
                errors.append(0.9)
        yield errors


def machines() -> Iterator[list[float]]:
    """The validation error of each of ten folds, for one random support vector machine after another."""
    digits = load_digits()
    parts = list(StratifiedKFold(_PARTS, shuffle=True, random_state=0).split(digits.data, digits.target))
    draw = random.Random(2)
    for _ in range(_MACHINES):
        model = make_pipeline(
            MinMaxScaler(), SVC(C=10 ** draw.uniform(-1, 3), gamma=10 ** draw.uniform(-4, 0.5))
        )
        errors = []
        for train, test in parts:
            model.fit(digits.data[train], digits.target[train])
            errors.append(round(1 - model.score(digits.data[test], digits.target[test]), 5))
        yield errors


def _write(path: Path, names: list[str], rows: Iterator[list[float]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    path.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    print(f"{path.name}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
