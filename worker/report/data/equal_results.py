"""Whether the parameters of a run change its result at all: ten or more equal results of different points say no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from worker.spec.notation import real_text
from worker.spec.placeholders import unused
from worker.spec.run import Run
from worker.spec.text import counted, visible
from worker.trial import Status, Trial

LEAST = 10  # equal results of different points; fewer may be chance
_ALMOST = 0.95  # share of equal results from which a few others do not matter
_MOST_NAMES = 3  # of outputs or parameters in a sentence


@dataclass(frozen=True)
class Sameness:
    """`count` of `results` results are `loss`, at different points. differing: other outputs that are not all equal."""

    loss: float
    count: int
    results: int
    differing: tuple[str, ...]


def sameness(trials: Collection[Trial]) -> Sameness | None:
    """What is the same; None where results differ, or are too few to say.

    Results that are equal to most others are usual where they are counts or shares of a few samples, so all of
    them have to be equal, but for one in twenty. Failed evaluations, and imported ones, which another program may
    have made, say nothing about it.
    """
    if len(trials) < LEAST or _differ(trials):
        return None
    conclusive = [trial for trial in trials if _says_something(trial)]
    losses = Counter(trial.loss for trial in conclusive)
    if not losses:
        return None
    ((loss, count),) = losses.most_common(1)
    equal = [trial for trial in conclusive if trial.loss == loss]
    if loss is None or count < _ALMOST * len(conclusive) or not _at_different_points(equal):
        return None
    return Sameness(loss, count, len(conclusive), _differing(equal))


def _says_something(trial: Trial) -> bool:
    return trial.status is Status.OK and not trial.imported


def _differ(trials: Collection[Trial]) -> bool:
    """Whether there are too many different results for most to be equal: of most runs, the first few of them show it."""
    most = 1 + (1 - _ALMOST) * len(trials)
    losses = set()
    for trial in trials:
        if _says_something(trial):
            losses.add(trial.loss)
            if len(losses) > most:
                return True
    return False


def _at_different_points(trials: Sequence[Trial]) -> bool:
    points = set()
    for trial in trials:
        points.add(tuple(trial.values.values()))
        if len(points) >= LEAST:
            return True
    return False


def _differing(trials: Sequence[Trial]) -> tuple[str, ...]:
    """The outputs besides RESULT that are not the same everywhere, in the order in which they come."""
    first = trials[0].outputs
    return tuple(name for name in first if any(trial.outputs.get(name) != first[name] for trial in trials))


def sentences(run: Run, same: Sameness) -> tuple[str, str]:
    """What is the same, and why that may be and what to do. Safe for a terminal."""
    result = real_text(same.loss)
    finding = (
        f"All {same.count:,} results are {result}, although the parameters differ."
        if same.count == same.results
        else f"{same.count:,} of {same.results:,} results are {result}, although the parameters differ."
    )
    if same.differing:
        names = ", ".join(map(visible, same.differing[:_MOST_NAMES]))
        more = len(same.differing) - _MOST_NAMES
        names += f" and {more} more" if more > 0 else ""
        return finding, (
            f"Other outputs differ ({names}), so check the RESULT line: the program may print something "
            "other than what it computes from the parameters."
        )
    if same.count < same.results:
        return finding, f"Perhaps the program prints this when something goes wrong. {_likely(run)}"
    return finding, _likely(run)


def _likely(run: Run) -> str:
    names = [parameter.name for parameter in run.parameters]
    missing = unused(run.objective, names)
    if len(missing) == len(names):
        return (
            "The command contains none of them: write each where it belongs, such as ($x_0) for the first, "
            "unless the program reads OMNIOPT_PARAM_... from its environment."
        )
    likely = (
        'They do not seem to reach the computation: a wrapper script may not pass them on (write "$@" '
        "after the program in it), or the program reads its parameters elsewhere, such as from a file with "
        "fixed values."
    )
    if missing:
        named = ", ".join(missing[:_MOST_NAMES]) + (
            f" and {counted(len(missing) - _MOST_NAMES, 'other')}" if len(missing) > _MOST_NAMES else ""
        )
        return f"{likely} The command does not contain {named}."
    return likely


def remark(run: Run, trials: Collection[Trial]) -> str:
    """Both sentences in one line; "" where there is nothing to say."""
    same = sameness(trials)
    return "" if same is None else " ".join(sentences(run, same))
