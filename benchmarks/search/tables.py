"""What many runs come to, as Markdown: each method beside the first one, and every problem."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import fmean

from methods import PEERS
from scores import Scores

sys.path.insert(1, str(Path(__file__).parent.parent))
from harness import machine

# Not looked at while one of two ways to search was chosen, so that no way is chosen for them.
ASIDE = frozenset(
    {
        *("hartmann6", "levy10", "categories6", "noisy4", "ode_chain6"),
        *("svm_digits", "sgd_digits", "neighbours_cancer", "network_wine", "gradient_boosting_diabetes"),
    }
)
_LIBRARIES = ("numpy", "scipy", "hyperopt", "optuna")


def print_tables(scores: Scores, names: Sequence[str], workers: Sequence[int], evaluations: int) -> None:
    """Everything, for each number of workers; the methods beside the first one that the scores have."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    print(f"{machine()}, {libraries}, {date.today()}")
    half = max(1, evaluations // 2)
    for count in workers:
        print(f"\n{count} workers: normalised regret after {half} and {evaluations} evaluations\n")
        _print_methods(scores, names, count, half, evaluations)
        peers = [method for method in PEERS if scores.cells(method, count)]
        if peers:
            _print_goal(scores, peers, count, evaluations)
        print()
        _print_problems(scores, names, count, half, evaluations)


def _print_methods(scores: Scores, names: Sequence[str], count: int, half: int, whole: int) -> None:
    first = scores.methods[0]
    ranks = scores.ranks(count, whole)
    aside = [name for name in names if name in ASIDE]
    _row(
        "method",
        half,
        whole,
        f"aside {half}",
        f"aside {whole}",
        "rank",
        f"{first} better, worse, as good",
        "p",
        "CPU ms, slowest",
        "runs",
    )
    _row(*["---"] * 10)
    for method in scores.methods:
        cells = scores.cells(method, count)
        if not cells:
            continue
        wins, losses, ties, p = scores.duel(first, method, count, whole)
        mean, slowest = scores.seconds(method, count)
        shown = [name for name in aside if scores.cells(method, count, name)]
        _row(
            f"`{method}`",
            *(f"{scores.mean(method, count, moment):.1f}" for moment in (half, whole)),
            *(_over(scores, method, count, moment, shown) for moment in (half, whole)),
            f"{ranks[method]:.2f}" if method in ranks else "",
            "" if method == first else f"{wins}, {losses}, {ties}",
            "" if method == first else f"{p:.1g}",
            f"{1e3 * mean:.1f}, {1e3 * slowest:.0f}",
            len(cells),
        )


def _print_goal(scores: Scores, peers: Sequence[str], count: int, evaluations: int) -> None:
    """What the best peer reaches, and when the first method does."""
    first = scores.methods[0]
    best = min(peers, key=lambda peer: scores.mean(peer, count, evaluations))
    reached = scores.mean(best, count, evaluations)
    needed = scores.needed(first, count, reached) or "more"
    print(f"\n{reached:.1f}, which {best} has after {evaluations} evaluations, {first} has after {needed}.")


def _print_problems(scores: Scores, names: Sequence[str], count: int, half: int, whole: int) -> None:
    methods = [method for method in scores.methods if scores.cells(method, count)]
    _row("problem", *methods)
    _row(*["---"] * (1 + len(methods)))
    for name in names:
        cells = (
            " / ".join(_over(scores, method, count, moment, [name]) for moment in (half, whole))
            for method in methods
        )
        _row(f"{name} *" if name in ASIDE else name, *cells)
    print("\n\\* set aside while `auto` was made")


def _over(scores: Scores, method: str, count: int, moment: int, names: Sequence[str]) -> str:
    known = [name for name in names if scores.cells(method, count, name)]
    return f"{fmean(scores.mean(method, count, moment, name) for name in known):.1f}" if known else ""


def _row(*cells: object) -> None:
    print(f"| {' | '.join(map(str, cells))} |")
