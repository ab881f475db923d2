"""Whether groups of runs really differ: rank tests, which ask nothing of how results are distributed.

Two groups: the U test of Mann and Whitney (1947), or for pairs the signed-rank test of Wilcoxon (1945). More: the tests of
Kruskal and Wallis (1952) or of Friedman (1937) over all, then each two with Holm's correction (1979).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations, count
from typing import cast

from worker.report.data.signed_ranks import doubled_ranks, probability_of_no_worse

SIGNIFICANT = 0.05
_MOST_EXACT = 40  # runs of two groups; of more, the sum of ranks is as good as normally distributed


@dataclass(frozen=True)
class Duel:
    """Two groups, by their places. wins: in how many pairs of their runs the first one's is better; p is corrected for all duels."""

    first: int
    second: int
    wins: int
    ties: int
    losses: int
    p: float | None  # None where too few runs could ever make it small

    @property
    def certain(self) -> bool:
        """Whether the two differ."""
        return self.p is not None and self.p < SIGNIFICANT


@dataclass(frozen=True)
class Verdict:
    """What the tests say. test, overall_test: their names; p: that not all groups are alike, where there are more than two."""

    test: str
    duels: tuple[Duel, ...]
    overall_test: str = ""
    p: float | None = None

    @property
    def least_runs(self) -> int:
        """How many runs each group needs, so that the clearest outcome of a test between all of them would prove something."""
        return next(size for size in count(2) if _clearest(size, size) * len(self.duels) < SIGNIFICANT)


def _clearest(first: int, second: int) -> float:
    """The p of two groups that could not differ more."""
    return 2 / math.comb(first + second, first)


def verdict(groups: Sequence[Sequence[float]], seeds: Sequence[Sequence[Hashable]]) -> Verdict:
    """What is known of groups by the ranks of their runs (smaller is better, inf for no result) and the seeds of these."""
    paired = in_pairs(seeds)
    duels_in_all = math.comb(len(groups), 2)
    ordered = [_by_seed(*group) for group in zip(groups, seeds, strict=True)] if paired else groups
    duels = _corrected(
        [_duel(pair, ordered, paired, duels_in_all) for pair in combinations(range(len(groups)), 2)]
    )
    test = "Wilcoxon signed-rank test, paired by seed" if paired else "Mann–Whitney U test"
    if len(groups) < 3 or min(map(len, groups)) < 2:
        return Verdict(test, duels)
    name = "Friedman test" if paired else "Kruskal–Wallis test"
    return Verdict(test, duels, name, _overall(ordered, paired))


def in_pairs(seeds: Sequence[Sequence[Hashable]]) -> bool:
    """Whether the groups have the same seeds, each once, and enough of them for a paired test to find anything."""
    first = set(seeds[0])
    same = all(len(own) == len(first) and set(own) == first for own in seeds)
    # All pairs that agree have a p of 2 / 2**pairs, which is corrected for the number of tests.
    return same and 2 / 2 ** len(first) * math.comb(len(seeds), 2) < SIGNIFICANT


def _by_seed(ranks: Sequence[float], seeds: Sequence[Hashable]) -> list[float]:
    return [rank for _, rank in sorted(zip(map(str, seeds), ranks, strict=True), key=lambda pair: pair[0])]


def _duel(pair: tuple[int, int], groups: Sequence[Sequence[float]], paired: bool, duels: int) -> Duel:
    first, second = (groups[place] for place in pair)
    met = list(
        zip(first, second, strict=True) if paired else ((mine, theirs) for mine in first for theirs in second)
    )
    wins, ties = sum(mine < theirs for mine, theirs in met), sum(mine == theirs for mine, theirs in met)
    p: float | None = None
    if paired:
        p = wilcoxon(first, second)
    elif _clearest(len(first), len(second)) * duels < SIGNIFICANT:
        p = mann_whitney(first, second)
    return Duel(*pair, wins, ties, len(met) - wins - ties, p)


def wilcoxon(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p of pairs; equal ones, two without a result among them, count for neither."""
    apart = [0.0 if mine == theirs else mine - theirs for mine, theirs in zip(first, second, strict=True)]
    sides = (probability_of_no_worse(apart), probability_of_no_worse([-difference for difference in apart]))
    return min(1.0, 2 * min(sides))


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p of two groups, exact also where ranks are equal."""
    ranks = doubled_ranks([*first, *second])
    mine = sum(ranks[: len(first)])
    if len(ranks) > _MOST_EXACT:
        return _by_normal(ranks, len(first), mine)
    sums = _sums(ranks, len(first))
    total = sum(sums)
    return min(1.0, 2 * min(sum(sums[: mine + 1]), sum(sums[mine:])) / total)


def _sums(ranks: Sequence[int], size: int) -> list[int]:
    """How many choices of `size` ranks have which sum."""
    counts = [[0] * (sum(ranks) + 1) for _ in range(size + 1)]
    counts[0][0] = 1
    for rank in ranks:
        for chosen in range(size, 0, -1):
            fewer, own = counts[chosen - 1], counts[chosen]
            for total in range(len(own) - 1, rank - 1, -1):
                own[total] += fewer[total - rank]
    return counts[size]


def _by_normal(ranks: Sequence[int], size: int, mine: int) -> float:
    """The same by the normal distribution, whose variance is that of the ranks as they are (so equal ones count right)."""
    every = len(ranks)
    mean = sum(ranks) / every
    spread = sum((rank - mean) ** 2 for rank in ranks) / (every - 1)
    variance = size * (every - size) / every * spread
    return math.erfc(abs(mine - size * mean) / math.sqrt(2 * variance)) if variance else 1.0


def _corrected(duels: Sequence[Duel]) -> tuple[Duel, ...]:
    """The same with p after Holm: the smallest times their number, the next times one less, and never below one before."""
    tested = sorted((duel.p, place) for place, duel in enumerate(duels) if duel.p is not None)
    corrected: dict[int, float] = {}
    reached = 0.0
    for done, (p, place) in enumerate(tested):
        reached = max(reached, min(1.0, p * (len(tested) - done)))
        corrected[place] = reached
    return tuple(
        Duel(duel.first, duel.second, duel.wins, duel.ties, duel.losses, corrected.get(place))
        for place, duel in enumerate(duels)
    )


def _overall(groups: Sequence[Sequence[float]], paired: bool) -> float:
    """The p of all groups together; 1 where all of their ranks are equal."""
    if len({rank for group in groups for rank in group}) == 1:
        return 1.0
    from scipy import stats

    ranks = iter(doubled_ranks([rank for group in groups for rank in group]))
    finite = [[next(ranks) for _ in group] for group in groups]  # inf is no number to either test
    p = float(cast(float, (stats.friedmanchisquare if paired else stats.kruskal)(*finite).pvalue))
    return 1.0 if math.isnan(p) else p
