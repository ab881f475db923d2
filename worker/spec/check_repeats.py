"""Checks of a run that evaluates its points several times: how many evaluations that makes, and whether its columns have names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from worker.spec.confirmation import Confirm, confirm_of
from worker.spec.fields import BY_PATH
from worker.spec.problem import Problem
from worker.spec.run import ParameterDraft
from worker.spec.text import counted, quoted

NAMES_OF_REPEATS = frozenset(
    {"point", "repeat"}
)  # columns of the csv where points are evaluated several times


def problems(values: Mapping[str, Any], drafts: tuple[ParameterDraft, ...]) -> Iterator[Problem]:
    """What there is to say where points are evaluated several times. values: those of the fields that can be read."""
    repeats, points = values.get("repeats", 1), values.get("max_evals")
    confirm = confirm_of(values.get("confirm", ""))
    if repeats <= 1 and confirm is None:
        return
    if points:
        yield from _sizes(points, repeats, confirm)
    for index, draft in enumerate(drafts):
        if draft.name.strip(" \t") in NAMES_OF_REPEATS:
            yield Problem(
                f"parameters.{index}.name",
                f"{quoted(draft.name)} is the name of a column of the results where points are evaluated several times.",
                "Choose another name.",
            )


def _sizes(points: int, repeats: int, confirm: Confirm | None) -> Iterator[Problem]:
    """How many evaluations all that makes."""
    if repeats > 1:
        yield Problem(
            "search.repeats",
            f"Each of {counted(points, 'point')} is evaluated {repeats} times, so there are up to "
            f"{counted(points * repeats, 'evaluation')}.",
            f"{BY_PATH['search.max_evals'].label} counts points. Your program finds which time it is in OMNIOPT_REPEAT; use it as a seed.",
            "note",
        )
    if confirm is not None:
        best = min(confirm.best, points)
        which = "The best point is" if best == 1 else f"The best {best} points are"
        yield Problem(
            "search.confirm",
            f"{which} evaluated {confirm.times} times again at the end, which are {counted(best * confirm.times, 'evaluation')} more.",
            "Your program finds which time it is in OMNIOPT_REPEAT; use it as a seed.",
            "note",
        )
