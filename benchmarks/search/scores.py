"""What many runs come to: mean regrets, ranks, wins with Wilcoxon's p, evaluations needed to equal the best peer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median

from problem import Problem
from race import Outcome
from scipy.stats import rankdata, wilcoxon

_CAP = 100.0  # regret of a run that has no success yet, or is worse than ten random points
Cell = tuple[str, int, int]  # problem, workers, seed


class Scores:
    """Regrets of outcomes, by method and cell."""

    def __init__(self, problems: Iterable[Problem], outcomes: Iterable[Outcome]) -> None:
        self._problems = {problem.name: problem for problem in problems}
        self._outcomes: dict[str, dict[Cell, Outcome]] = defaultdict(dict)
        for one in outcomes:
            self._outcomes[one.method][one.problem, one.workers, one.seed] = one

    @property
    def methods(self) -> list[str]:
        """In the order of their first outcome."""
        return list(self._outcomes)

    def regret(self, outcome: Outcome, evaluations: int) -> float:
        """Normalised, at most 100."""
        best = outcome.best[min(evaluations, len(outcome.best)) - 1]
        return min(self._problems[outcome.problem].regret(best), _CAP)

    def cells(self, method: str, workers: int, problem: str | None = None) -> list[Cell]:
        """Those of a method with so many workers."""
        outcomes = self._outcomes.get(method, {})
        return [cell for cell in outcomes if cell[1] == workers and problem in (None, cell[0])]

    def mean(self, method: str, workers: int, evaluations: int, problem: str | None = None) -> float:
        """The mean regret over problems and seeds."""
        cells = self.cells(method, workers, problem)
        return fmean(self.regret(self._outcomes[method][cell], evaluations) for cell in cells)

    def ranks(self, workers: int, evaluations: int) -> Mapping[str, float]:
        """The mean rank of each method among those that have as many cells as any."""
        most = max(len(self.cells(method, workers)) for method in self.methods)
        methods = [method for method in self.methods if len(self.cells(method, workers)) == most]
        shared = set.intersection(*(set(self.cells(method, workers)) for method in methods))
        rows = [
            rankdata([round(self.regret(self._outcomes[m][cell], evaluations), 6) for m in methods])
            for cell in sorted(shared)
        ]
        if not rows:
            return {}
        return dict(zip(methods, (fmean(column) for column in zip(*rows, strict=True)), strict=True))

    def duel(self, ours: str, theirs: str, workers: int, evaluations: int) -> tuple[int, int, int, float]:
        """Wins, losses, ties and Wilcoxon's p (1 where all are ties) of cells that both have."""
        shared = sorted(set(self.cells(ours, workers)) & set(self.cells(theirs, workers)))
        apart = [
            self.regret(self._outcomes[ours][cell], evaluations)
            - self.regret(self._outcomes[theirs][cell], evaluations)
            for cell in shared
        ]
        apart = [0.0 if abs(difference) < 1e-6 else difference for difference in apart]
        p = float(wilcoxon(apart).pvalue) if any(apart) else 1.0
        return sum(a < 0 for a in apart), sum(a > 0 for a in apart), apart.count(0.0), p

    def needed(self, method: str, workers: int, goal: float) -> int | None:
        """Evaluations until the mean regret over all problems is no more than `goal`; None where it never is."""
        most = min(len(self._outcomes[method][cell].best) for cell in self.cells(method, workers))
        return next((n for n in range(1, most + 1) if self.mean(method, workers, n) <= goal), None)

    def seconds(self, method: str, workers: int) -> tuple[float, float]:
        """CPU of a suggestion with its result: the median over runs of the mean, and the slowest of all."""
        runs: Sequence[Outcome] = [self._outcomes[method][cell] for cell in self.cells(method, workers)]
        return median(run.seconds / len(run.best) for run in runs), max(run.slowest for run in runs)
