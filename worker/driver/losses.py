"""When an evaluation is given up because its workers are lost again and again."""

from __future__ import annotations

from dataclasses import dataclass

from worker.spec.text import times

# An agent that vanished while it ran a trial counts two strikes against the trial, one that had it next in its
# queue, and may have been about to start it, one.
RUNNING_STRIKES, NEXT_STRIKES = 2, 1
# Where somebody has ended the agent (preemption, scancel), the trial is not to blame, but it may have asked for it.
MOST_ATTEMPTS = 50


@dataclass(frozen=True)
class Losses:
    """The rules of one run. most: lost workers after which the trial itself is the likely cause, and is given up."""

    most: int

    def too_many(self, strikes: int, attempts: int) -> bool:
        """Whether a trial with so many strikes against it, given out so often, is given up."""
        return strikes >= RUNNING_STRIKES * self.most or attempts >= MOST_ATTEMPTS

    def sentence(self, strikes: int, attempts: int, last: str) -> str:
        """Why it is. last: a sentence on what ended its last worker."""
        if strikes < RUNNING_STRIKES * self.most:
            return f"Its worker was ended {times(attempts)}; the last time: {last}"
        return (
            f"Its worker was lost {times(self.most)}; the last time: {last} The program may kill its worker, use up the "
            "memory, or need more time than workers have. If the cluster is to blame, raise max_losses and evaluate it again "
            "(omniopt retry)."
        )
