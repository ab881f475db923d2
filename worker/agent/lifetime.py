"""How much time an agent has, and what its programs learn of its end: where they continue, they are warned of it."""

from __future__ import annotations

import math
import time

from worker.agent.evaluation import TERM_GRACE, Evaluation
from worker.trial import Status

_BEFORE_END = TERM_GRACE + 5  # seconds before its time is up at which an agent begins to leave
_WHOLE_TIME = 0.9  # of an agent's time; an evaluation that took more would not end elsewhere either


class Lifetime:
    """The time of one agent, measured by a clock that nobody sets."""

    def __init__(self, ends_at: float | None) -> None:
        """ends_at: when its job ends, in seconds since 1970 by this machine's clock; None for never."""
        self.ends_at = math.inf if ends_at is None else ends_at
        self._ends = time.monotonic() + (self.ends_at - time.time())
        self._working_time = self.left - _BEFORE_END

    @property
    def left(self) -> float:
        """Seconds until the job ends."""
        return self._ends - time.monotonic()

    @property
    def over(self) -> bool:
        """Whether the agent has to leave now."""
        return self.left <= _BEFORE_END

    def taken_by(self, evaluation: Evaluation) -> bool:
        """Whether an evaluation has had all of it in vain: it would not end elsewhere either, and does not go on there."""
        took_all_time = evaluation.seconds > _WHOLE_TIME * self._working_time
        return took_all_time and not evaluation.assignment.continues

    def warn(self, evaluation: Evaluation) -> None:
        """Warn an evaluation that is to be warned by now."""
        if not evaluation.warned and self.left <= evaluation.assignment.warning:
            evaluation.warn()


def unfinished(evaluation: Evaluation, status: Status, exit_code: int | None) -> bool:
    """Whether a program that has ended did so because it was warned, to go on elsewhere."""
    return evaluation.warned and not (status is Status.OK and exit_code == 0)
