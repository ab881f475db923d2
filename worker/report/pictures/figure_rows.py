"""The evaluations of a figure, those without a usable result apart, and how results become colours."""

from __future__ import annotations

from typing import Any

from worker.errors import OmnioptError
from worker.report.data.plot_columns import PlotData
from worker.report.data.scale_choice import fence
from worker.report.pictures.scales import colour_norm


class Rows:
    """The evaluations of a figure: `good` ones with the best last, and `bad` ones without a usable result."""

    def __init__(self, plot_data: PlotData) -> None:
        self.data = plot_data
        result = plot_data.column("result")
        self.loss = {
            row: loss
            for row, (loss, usable) in enumerate(zip(result.values, plot_data.usable, strict=True))
            if usable and loss is not None
        }
        # Of equal ones, the first is the best.
        self.good = sorted(self.loss, key=lambda row: (-plot_data.rank(self.loss[row]), -row))
        self.bad = [row for row in range(len(plot_data.usable)) if row not in self.loss]
        if not self.good:
            raise OmnioptError("No evaluation has a usable result, so there is nothing to draw.")
        ranks = [plot_data.rank(loss) for loss in self.loss.values()]
        worst = plot_data.rank(fence(ranks) if result.scale == "linear" else max(ranks))
        self.ends = (worst, None) if plot_data.goal.maximises else (None, worst)

    @property
    def norm(self) -> Any:
        """How results become colours."""
        return colour_norm(self.data.column("result").scale, list(self.loss.values()), self.ends)
