"""Makes tables.json.gz: learners of scikit-learn tuned on data sets that it ships, every point of a grid evaluated."""

from __future__ import annotations

import gzip
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from sklearn import __version__ as version
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_wine
from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Ridge, SGDClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC, SVR
from tuned import FILE, NO_CONDITIONS, Conditions, Grid, points

_FOLDS, _DIGITS, _SAMPLES = 3, 5, 600
Table = tuple[Grid, Iterator[float]]
ConditionalTable = tuple[Grid, Conditions, Iterator[float]]


def main() -> None:
    """Evaluate all grids, which takes some ten minutes, and write the file."""
    tables = {}
    for make in (svm_digits, gradient_boosting_diabetes, sgd_digits, neighbours_cancer, network_wine):
        grid, losses = make()
        tables[make.__name__] = _table(make.__name__, grid, losses)
    conditional = {}
    for make_conditional in (svm_kernels_digits, regressors_diabetes):
        grid, when, losses = make_conditional()
        made = _table(make_conditional.__name__, grid, losses)
        conditional[make_conditional.__name__] = {**made, "when": when}
    content = json.dumps(
        {"scikit-learn": version, "tables": tables, "conditional": conditional}, separators=(",", ":")
    )
    FILE.write_bytes(gzip.compress(content.encode(), mtime=0))


def _table(name: str, grid: Grid, losses: Iterator[float]) -> dict[str, object]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = [float(f"{loss:.{_DIGITS}g}") for loss in losses]
    print(f"{name}: {len(found)} points, {min(found)} to {max(found)}", flush=True)
    return {"grid": {name: list(values) for name, values in grid.items()}, "losses": found}


def svm_digits() -> Table:
    """The error of a support vector machine."""
    grid = {
        "C": _powers(-2, 3, 9),
        "gamma": _powers(-5, 0, 9),
        "kernel": ["rbf", "poly", "sigmoid"],
        "coef0": [0.0, 1.0],
    }
    return grid, _errors(grid, _digits(), lambda at: make_pipeline(StandardScaler(), SVC(**at)))


def sgd_digits() -> Table:
    """The error of a linear classifier that is trained for five epochs."""
    grid = {
        "loss": ["hinge", "log_loss", "modified_huber", "perceptron"],
        "penalty": ["l2", "l1", "elasticnet"],
        "alpha": _powers(-6, 0, 7),
        "learning_rate": ["optimal", "invscaling", "constant"],
        "eta0": _powers(-4, 0, 5),
    }

    def make(at: Mapping[str, Any]) -> Any:
        return make_pipeline(StandardScaler(), SGDClassifier(**at, max_iter=5, tol=None, random_state=0))

    return grid, _errors(grid, _digits(), make)


def neighbours_cancer() -> Table:
    """The error of nearest neighbours in principal components."""
    grid = {
        "n_neighbors": list(range(1, 31, 3)),
        "p": [1, 2, 4],
        "weights": ["uniform", "distance"],
        "scaler": ["none", "standard", "range"],
        "components": [2, 4, 8, 16],
    }
    scalers = {"none": [], "standard": [StandardScaler()], "range": [MinMaxScaler()]}

    def make(at: Mapping[str, Any]) -> Any:
        rest = {name: value for name, value in at.items() if name not in ("scaler", "components")}
        return make_pipeline(*scalers[at["scaler"]], PCA(at["components"]), KNeighborsClassifier(**rest))

    return grid, _errors(grid, load_breast_cancer(return_X_y=True), make)


def network_wine() -> Table:
    """The logarithmic loss of a small network after thirty epochs."""
    grid = {
        "hidden": [2, 4, 8, 16, 32],
        "learning_rate_init": _powers(-4, 0, 7),
        "alpha": _powers(-4, 1, 4),
        "activation": ["relu", "tanh", "logistic"],
    }

    def losses() -> Iterator[float]:
        data, target = load_wine(return_X_y=True)
        for at in _points(grid):
            rest = {name: value for name, value in at.items() if name != "hidden"}
            network = MLPClassifier((at["hidden"],), **rest, max_iter=30, random_state=0)
            model = make_pipeline(StandardScaler(), network)
            yield _mean(
                min(
                    log_loss(target[test], model.fit(data[train], target[train]).predict_proba(data[test])),
                    10.0,
                )
                for train, test in _folds(StratifiedKFold, data, target)
            )

    return grid, losses()


def gradient_boosting_diabetes() -> Table:
    """The root mean squared error of boosted trees."""
    stages = [5, 10, 20, 40, 80]
    grid = {
        "learning_rate": _powers(-2.5, 0, 6),
        "max_depth": [1, 2, 3, 5],
        "min_samples_leaf": [1, 8, 64],
        "subsample": [0.5, 1.0],
        "n_estimators": stages,
    }

    def losses() -> Iterator[float]:
        data, target = load_diabetes(return_X_y=True)
        folds = list(_folds(KFold, data, target))
        for at in _points({name: values for name, values in grid.items() if name != "n_estimators"}):
            errors = []
            for train, test in folds:
                model = GradientBoostingRegressor(**at, n_estimators=stages[-1], random_state=0)
                model.fit(data[train], target[train])
                predicted = list(model.staged_predict(data[test]))
                errors.append([np.sqrt(np.mean((predicted[s - 1] - target[test]) ** 2)) for s in stages])
            yield from np.mean(errors, axis=0).tolist()

    return grid, losses()


def svm_kernels_digits() -> ConditionalTable:
    """The error of a support vector machine whose kernels have different parameters."""
    grid = {
        "kernel": ["linear", "rbf", "poly", "sigmoid"],
        "C": _powers(-3, 3, 9),
        "gamma": _powers(-5, 0, 9),
        "degree": [2, 3, 4],
        "coef0": [0.0, 0.3, 1.0, 3.0],
    }
    when = {
        "gamma": "kernel != 'linear'",
        "degree": "kernel == 'poly'",
        "coef0": "kernel == 'poly' or kernel == 'sigmoid'",
    }
    return grid, when, _errors(grid, _digits(), lambda at: make_pipeline(StandardScaler(), SVC(**at)), when)


def regressors_diabetes() -> ConditionalTable:
    """The root mean squared error of principal components, if wanted, and one of five regressors."""
    grid = {
        "reduce": ["none", "components"],
        "components": [2, 4, 8],
        "model": ["ridge", "neighbours", "svr", "boosting", "network"],
        "alpha": _powers(-4, 4, 9),
        "n_neighbors": [1, 2, 4, 8, 12, 20, 30, 50],
        "p": [1, 2, 4],
        "weights": ["uniform", "distance"],
        "C": _powers(-1, 4, 8),
        "gamma": _powers(-4, 1, 8),
        "epsilon": [0.1, 3.0, 30.0],
        "learning_rate": _powers(-2, 0, 6),
        "max_depth": [1, 2, 4],
        "subsample": [0.5, 1.0],
        "n_estimators": [10, 30, 80],
        "hidden": [4, 16, 64],
        "learning_rate_init": _powers(-4, 0, 5),
        "decay": _powers(-4, 2, 3),
    }
    when = {"components": "reduce == 'components'"}
    of_models = {
        "ridge": ["alpha"],
        "neighbours": ["n_neighbors", "p", "weights"],
        "svr": ["C", "gamma", "epsilon"],
        "boosting": ["learning_rate", "max_depth", "subsample", "n_estimators"],
        "network": ["hidden", "learning_rate_init", "decay"],
    }
    when |= {name: f"model == '{model}'" for model, names in of_models.items() for name in names}

    def losses() -> Iterator[float]:
        data, target = load_diabetes(return_X_y=True)
        folds = list(_folds(KFold, data, target))
        for at in _points(grid, when):
            model = _regressor(at, {name: at[name] for name in of_models[at["model"]]})
            errors = (
                np.mean((model.fit(data[train], target[train]).predict(data[test]) - target[test]) ** 2)
                for train, test in folds
            )
            yield _mean(float(np.sqrt(error)) for error in errors)

    return grid, when, losses()


def _regressor(at: Mapping[str, Any], own: Mapping[str, Any]) -> Any:
    """own: the parameters of the model alone."""
    reduction = [PCA(at["components"])] if at["reduce"] == "components" else []
    model: Any
    if at["model"] == "ridge":
        model = Ridge(**own)
    elif at["model"] == "neighbours":
        model = KNeighborsRegressor(**own)
    elif at["model"] == "svr":
        model = SVR(**own, max_iter=20_000)
    elif at["model"] == "boosting":
        model = GradientBoostingRegressor(**own, random_state=0)
    else:
        model = MLPRegressor(
            hidden_layer_sizes=(own["hidden"],),
            learning_rate_init=own["learning_rate_init"],
            alpha=own["decay"],
            max_iter=40,
            random_state=0,
        )
    return make_pipeline(StandardScaler(), *reduction, model)


def _errors(
    grid: Grid,
    data: tuple[Any, Any],
    make: Callable[[Mapping[str, Any]], Any],
    when: Conditions = NO_CONDITIONS,
) -> Iterator[float]:
    rows, target = data
    folds = list(_folds(StratifiedKFold, rows, target))
    for at in _points(grid, when):
        yield _mean(
            1 - make(at).fit(rows[train], target[train]).score(rows[test], target[test])
            for train, test in folds
        )


def _points(grid: Grid, when: Conditions = NO_CONDITIONS) -> Iterator[dict[str, Any]]:
    for point in points(grid, when):
        yield {
            name: place if isinstance(place, str) else grid[name][int(place)] for name, place in point.items()
        }


def _folds(kind: Any, rows: Any, target: Any) -> Iterator[tuple[Any, Any]]:
    yield from kind(_FOLDS, shuffle=True, random_state=0).split(rows, target)


def _digits() -> tuple[Any, Any]:
    rows, target = load_digits(return_X_y=True)
    return rows[:_SAMPLES], target[:_SAMPLES]


def _powers(low: float, high: float, count: int) -> list[float]:
    return [float(f"{10**exponent:.4g}") for exponent in np.linspace(low, high, count)]


def _mean(values: Iterator[float]) -> float:
    return float(np.mean(list(values)))


if __name__ == "__main__":
    main()
