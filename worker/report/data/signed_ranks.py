"""The signed-rank test of Wilcoxon (1945), "Individual comparisons by ranking methods", for a few pairs of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby

_MOST_EXACT = 50  # pairs; of more, the sum of ranks is as good as normally distributed


def probability_of_no_worse(differences: Sequence[float]) -> float:
    """The probability of differences as large as these, or larger, where they are as likely positive as negative.

    One-sided: it is small where most of them, and the large ones above all, are positive. Of equal sizes, each has the mean of their
    ranks; those that are 0 have ranks, and count for neither side (Pratt 1959).
    """
    ranks = doubled_ranks([abs(difference) for difference in differences])
    signed = [rank for rank, difference in zip(ranks, differences, strict=True) if difference]
    positive = sum(rank for rank, difference in zip(ranks, differences, strict=True) if difference > 0)
    if not signed:
        return 1.0
    if len(signed) > _MOST_EXACT:
        variance = sum(rank * rank for rank in signed) / 4
        return 0.5 * math.erfc((positive - sum(signed) / 2) / math.sqrt(2 * variance))
    return _tail(signed, positive)


def _tail(ranks: Sequence[int], least: int) -> float:
    """The probability that the sum of ranks, each there or not with the probability 1/2, is at least `least`."""
    counts = [1] + [0] * sum(ranks)  # how many choices of ranks have which sum
    for rank in ranks:
        for total in range(len(counts) - 1, rank - 1, -1):
            counts[total] += counts[total - rank]
    return sum(counts[least:]) / (1 << len(ranks))


def doubled_ranks(sizes: Sequence[float]) -> list[int]:
    """Twice the rank of each, which is a whole number, from 1 for the smallest on; equal ones have the mean of theirs."""
    ranks = [0] * len(sizes)
    first = 1
    for _, group in groupby(sorted(range(len(sizes)), key=sizes.__getitem__), key=sizes.__getitem__):
        members = list(group)
        for member in members:
            ranks[member] = 2 * first + len(members) - 1
        first += len(members)
    return ranks
