"""Which panels a picture of a run has: the pairs of columns that stand against each other."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.report.frame import Frame, FrameColumn

MOST_PARAMETERS = 10  # drawn against each other in one picture: 45 panels
SIDE = 3.1  # inches of a panel

Pair = tuple["FrameColumn", "FrameColumn"]


def pairs(frame: Frame) -> list[Pair]:
    """The panels of a picture: (across, up). One parameter stands against the result, several against each other."""
    chosen = parameters(frame)[:MOST_PARAMETERS]
    if len(chosen) == 1:
        return [(chosen[0], frame.column("result"))]
    return list(combinations(chosen, 2))


def parameters(frame: Frame) -> list[FrameColumn]:
    """The parameters that the frame shows; a picture has the first MOST_PARAMETERS of them."""
    return [column for column in frame.of_role("parameter") if column.shown]


def left_out(frame: Frame) -> str:
    """What a picture of the frame does not show, in words; "" where it shows everything."""
    count = len(parameters(frame))
    return f"the first {MOST_PARAMETERS} of {count} parameters" if count > MOST_PARAMETERS else ""
