"""Checks of a run that evaluates its points several times: how many evaluations that makes, and whether its columns have names."""

from __future__ import annotations

from collections.abc import Iterator

from worker.spec.fields import BY_PATH
from worker.spec.problem import Problem
from worker.spec.run import ParameterDraft
from worker.spec.text import counted, quoted

NAMES_OF_REPEATS = frozenset(
    {"point", "repeat"}
)  # columns of the csv where points are evaluated several times


def problems(repeats: int, points: int | None, drafts: tuple[ParameterDraft, ...]) -> Iterator[Problem]:
    """What there is to say of points that are evaluated so often. points: the most that are; None where that is unknown."""
    if repeats <= 1:
        return
    if points:
        yield Problem(
            "search.repeats",
            f"Each of {counted(points, 'point')} is evaluated {repeats} times, so there are up to "
            f"{counted(points * repeats, 'evaluation')}.",
            f"{BY_PATH['search.max_evals'].label} counts points. Your program finds which time it is in OMNIOPT_REPEAT; use it as a seed.",
            "note",
        )
    for index, draft in enumerate(drafts):
        if draft.name.strip(" \t") in NAMES_OF_REPEATS:
            yield Problem(
                f"parameters.{index}.name",
                f"{quoted(draft.name)} is the name of a column of the results where points are evaluated several times.",
                "Choose another name.",
            )
