"""The one table of what can choose the next trial, with plain words on what each does and whom it is for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Algorithm:
    """One way to choose the next trial.

    name: in the config. title: what the page calls it, with its name beside that. summary: for a line of the form. does, use: what it does and what it is good for, as the
    documentation says. learns: whether results change what it proposes. fronts: whether it searches the best compromises
    between several results. needs: packages that a plain installation lacks.
    """

    name: str
    title: str
    summary: str
    does: str
    use: str
    learns: bool = True
    fronts: bool = False
    needs: tuple[str, ...] = ()


DEFAULT = "tpe.suggest"  # what a config or link means that names none, as it always did
RANDOM, GRID = "hyperopt.rand.suggest", "gridsearch"
AUTO = "auto"

_ROWS = (
    Algorithm(
        AUTO,
        "Automatic",
        "needs the fewest evaluations; takes care of everything",
        "a Gaussian process over all parameters together: proposes where it expects the greatest improvement, and "
        "keeps away from what runs",
        "nearly everything: evaluations that cost more than a second; numbers and categories, one worker or many",
        fronts=True,
    ),
    Algorithm(
        DEFAULT,
        "Model-based",
        "hyperopt's TPE, the choice of earlier versions",
        "hyperopt's tree-structured Parzen estimator: models where the good trials lie and where the others lie, for "
        "each parameter separately, and proposes values that are likely under the first model and unlikely under "
        "the second",
        "going on as in earlier studies; several good regions; categories",
    ),
    Algorithm(
        RANDOM,
        "Random",
        "random draws, to compare with",
        "independent random draws",
        "a first look, a baseline, more workers than results can guide",
        learns=False,
    ),
    Algorithm(
        GRID,
        "Grid",
        "every combination, for few parameters with few values",
        "every combination of levels, once",
        "few parameters with few values, plots of a whole plane",
        learns=False,
    ),
    Algorithm(
        "anneal.suggest",
        "Annealing",
        "near the best so far, for smooth functions",
        "hyperopt's annealing: takes one of the best trials and draws around it, closer as more results come in",
        "smooth functions, and few evaluations; it may stay at a local optimum",
    ),
    Algorithm(
        "mix.suggest",
        "Mixture",
        "TPE, annealing and random draws by turns",
        "60 % of the trials by tpe, 30 % by anneal, 10 % at random",
        "hyperopt's algorithms, when in doubt between them",
    ),
    Algorithm(
        "sobol",
        "Even cover",
        "even cover of the whole space, for a first look",
        "Sobol's sequence: covers the space more evenly than random draws, however many there are",
        "a first look, a study of which parameters matter; more workers than results can guide",
        learns=False,
    ),
    Algorithm(
        "optuna.tpe",
        "Optuna's TPE",
        "Optuna's TPE, to compare with; needs Optuna",
        "Optuna's tree-structured Parzen estimator, for all parameters together",
        "comparing with studies made by Optuna; thousands of evaluations that take no time",
        fronts=True,
        needs=("optuna",),
    ),
    Algorithm(
        "optuna.gp",
        "Optuna's Gaussian process",
        "Optuna's Gaussian process, to compare with; needs Optuna and torch",
        "Optuna's Gaussian process",
        "comparing with studies made by Optuna; a proposal takes seconds beyond some hundred results",
        fronts=True,
        needs=("optuna", "torch"),
    ),
    Algorithm(
        "optuna.cmaes",
        "CMA-ES",
        "CMA-ES, for many evaluations of numbers; needs Optuna",
        "Optuna's CMA-ES: a cloud of points that moves and takes the shape of the valley that it is in",
        "numbers alone, thousands of evaluations, narrow valleys",
        needs=("optuna", "cmaes"),
    ),
    Algorithm(
        "optuna.nsga2",
        "Genetic",
        "a genetic algorithm, for very many evaluations; needs Optuna",
        "Optuna's NSGA-II: a genetic algorithm with generations of 50",
        "thousands of evaluations, many categories",
        fronts=True,
        needs=("optuna",),
    ),
)
ALGORITHMS = {algorithm.name: algorithm for algorithm in _ROWS}
