"""When an evaluation whose workers are lost again and again is given up."""

from __future__ import annotations

from dataclasses import dataclass

from worker.spec.run import Run
from worker.spec.text import times

# An agent that vanished while it ran a trial counts two strikes against the trial, one that had it next in its
# queue, and may have been about to start it, one.
RUNNING_STRIKES, NEXT_STRIKES = 2, 1
# An attempt to continue a trial that brought it no further counts one, so that two of them in a row are a lost worker.
_FRUITLESS_STRIKES = 1
FRUITFUL = 10.0  # seconds after which an attempt is taken to have brought a trial further
# Where somebody has ended the agent (preemption, scancel), the trial is not to blame, but it may have asked for it.
MOST_ATTEMPTS = 50


@dataclass(frozen=True)
class Losses:
    """The rules of one run. most: lost workers after which the trial itself is the likely cause, and is given up.

    continues: each attempt goes on from where the last one has come, so that there may be any number of them.
    """

    most: int
    continues: bool = False

    @classmethod
    def of(cls, run: Run) -> Losses:
        """The rules of `run`."""
        return cls(run.max_losses, run.continues)

    def vanished(self, strikes: int, started: bool, willed: bool) -> int:
        """The strikes against a trial whose agent is no more. willed: somebody has ended that."""
        return strikes if willed else strikes + (RUNNING_STRIKES if started else NEXT_STRIKES)

    def given_back(self, strikes: int, willed: bool, seconds: float | None) -> int:
        """The strikes against a trial that was begun and given back. seconds: how long this attempt took, if that is known.

        One that was given back in order may have ended its agent itself, and would do so for ever.
        """
        if not willed:
            return strikes + RUNNING_STRIKES
        if not self.continues or seconds is None:
            return strikes
        return 0 if seconds >= FRUITFUL else strikes + _FRUITLESS_STRIKES

    def too_many(self, strikes: int, attempts: int) -> bool:
        """Whether a trial with so many strikes against it, given out so often, is given up."""
        return strikes >= RUNNING_STRIKES * self.most or (attempts >= MOST_ATTEMPTS and not self.continues)

    def sentence(self, strikes: int, attempts: int, last: str) -> str:
        """Why it is. last: a sentence on what ended its last worker."""
        if strikes < RUNNING_STRIKES * self.most:
            return f"Its worker was ended {times(attempts)}; the last time: {last}"
        again = "If the cluster is to blame, raise max_losses and have it evaluated again."
        if self.continues:
            return (
                "It came no further: its workers were lost, or attempts to continue it ended within "
                f"{FRUITFUL:.0f} seconds; the last time: {last} {again}"
            )
        return (
            f"Its worker was lost {times(self.most)}; the last time: {last} The program may kill its worker, use up the "
            f"memory, or need more time than workers have. {again}"
        )
