"""Which panels a picture of a run has: the pairs of columns that stand against each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from worker.report.data.importance import NoImportanceError, measure

if TYPE_CHECKING:
    from worker.report.data.plot_columns import Frame, FrameColumn

MOST_PARAMETERS = 10  # drawn against each other in one picture: 45 panels
SIDE = 3.1  # inches of a panel

Pair = tuple["FrameColumn", "FrameColumn"]


@dataclass(frozen=True)
class Picked:
    """What a picture shows. named: a person has named the parameters.

    note: which of them these are, "" for all; why: why not those that matter most.
    """

    frame: Frame
    named: bool = False
    note: str = ""
    why: str = ""


def picked(frame: Frame, named: bool = False) -> Picked:
    """The frame with as many parameters as a picture has room for: those that matter most for the result.

    named: a person has named them, so that the first ones are taken, as where nobody knows which ones matter.
    """
    names = [column.name for column in parameters(frame)]
    if len(names) <= MOST_PARAMETERS:
        return Picked(frame, named)
    why = ""
    if not named:
        try:
            shares = measure(frame).shares
        except NoImportanceError as error:
            why = str(error)
        else:
            first = sorted(names, key=lambda name: -shares[name][0] if name in shares else 0.0)
            note = f"the {MOST_PARAMETERS} of {len(names)} parameters that matter most"
            return Picked(_only(frame, first[:MOST_PARAMETERS]), named, note)
    note = f"the first {MOST_PARAMETERS} of {len(names)} parameters"
    return Picked(_only(frame, names[:MOST_PARAMETERS]), named, note, why)


def _only(frame: Frame, names: list[str]) -> Frame:
    """The frame showing none but these of its parameters, in their order."""
    columns = [
        replace(column, shown=column.name in names) if column.role == "parameter" else column
        for column in frame.columns
    ]
    return replace(frame, columns=tuple(columns))


def pairs(frame: Frame) -> list[Pair]:
    """The panels of a picture: (across, up). One parameter stands against the result, several against each other."""
    chosen = parameters(frame)
    if len(chosen) == 1:
        return [(chosen[0], frame.column("result"))]
    return list(combinations(chosen, 2))


def parameters(frame: Frame) -> list[FrameColumn]:
    """The parameters that the frame shows."""
    return [column for column in frame.of_role("parameter") if column.shown]
