"""Whether a run is over, and why; and whether it is so no more, since a worker has taken back a result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from worker.driver import retries
from worker.driver.agents import Agents
from worker.driver.assignments import Assignments
from worker.driver.dispatch import Dispatcher
from worker.driver.limits import Limits
from worker.driver.plan import Phase
from worker.driver.proposer import Proposer
from worker.progress.preparing import failure
from worker.progress.tally import Over, Tally
from worker.store.paths import RunPaths
from worker.store.replay import Replayed

_WHY_CANCELLED = {
    Over.RUNTIME: "The runtime of the run was over.",
    Over.HOURS: "The budget of the run was used up.",
    Over.ALL_FAILED: "The run was stopped because its first evaluations all failed.",
}


_GOALS = (Over.BUDGET, Over.TARGET, Over.PATIENCE, Over.SPACE)  # that a run comes to
_CANCEL_PATIENCE = 11.5  # seconds that agents get to end what they run; they themselves kill it after 10
_LEAVE_PATIENCE = 5.0  # seconds that idle agents get to leave
_FULL_DISK_PATIENCE = 20.0  # seconds that a cancelled run waits for room on the disk


class EndConditions:
    """Looks at everything that may be the end of a run."""

    def __init__(
        self,
        limits: Limits,
        state: Replayed,
        tally: Tally,
        assignments: Assignments,
        agents: Agents,
        dispatcher: Dispatcher,
    ) -> None:
        self._state = state
        self._limits = limits
        self._tally = tally
        self._assignments = assignments
        self._agents = agents
        self._dispatcher = dispatcher

    def over(self, phase: Phase, proposer: Proposer, seconds: float, at: float) -> Over | None:
        """Why something comes to an end with `seconds` of the runtime used up at the time `at`; None where nothing does.

        While work is handed out, that is the end of it; while running evaluations may end, it is theirs.
        """
        spent = self._dispatcher.spent(at)
        if phase is not Phase.WORKING:
            return Over.HOURS if spent and phase is Phase.DRAINING else None
        over = self._limits.over(self._tally, seconds)
        if self._assignments.stuck:
            over = Over.BEFORE
        if over is None and proposer.exhausted and not self._dispatcher.in_hand:
            over = Over.SPACE
        if over in _GOALS:
            over = self._left_to_do(over)
        else:
            self._dispatcher.closing = self._dispatcher.confirming = False
        if over is None and self._dispatcher.too_late(seconds) and not self._assignments.held:
            over = Over.RUNTIME
        if over is None and (spent or (self._dispatcher.pays < 1 and not self._assignments.held)):
            over = Over.HOURS
        if (
            over is None
            and self._agents.hopeless
            and not any(member.ready for member in self._assignments.members.values())
        ):
            over = Over.NO_AGENTS
        return over

    def _left_to_do(self, over: Over) -> Over | None:
        """The end that a run has come to; None while something is to be done before it, and nothing new is begun.

        That is what a person has asked to evaluate again, and what confirms the best points.
        """
        dispatcher = self._dispatcher
        dispatcher.confirming = dispatcher.unconfirmed
        dispatcher.closing = dispatcher.confirming or retries.under_way(self._assignments)
        waits = dispatcher.closing or (over is Over.BUDGET and self._assignments.open)
        return None if waits else over

    def taken_back(self, over: Over | None) -> bool:
        """Whether what the run was to end for is not so any more, since a worker has taken back a result."""
        if over in (Over.BUDGET, Over.TARGET, Over.PATIENCE, Over.FAILURES):
            return self._limits.over(self._tally, 0.0) is not over
        if over is Over.BEFORE:
            return not self._assignments.stuck
        return over is Over.SPACE and self._dispatcher.in_hand

    def drained(self, cancelling: bool, waited: float, stalled: bool, kill: Callable[[], None]) -> bool:
        """Whether all agents have left and everything is written, after so many seconds; `kill` ends those that should have left by now.

        stalled: whether something could not be written.
        """
        if self._assignments.members:
            late = waited > (_CANCEL_PATIENCE if cancelling else _LEAVE_PATIENCE)
            if late and (cancelling or not self._assignments.held):
                kill()
            return False
        return not stalled or (cancelling and waited > _FULL_DISK_PATIENCE)

    def detail(self, over: Over, proposer: Proposer, root: Path) -> str:
        """What is to be said of an end beside the end itself, "" where there is nothing. root: the run's folder."""
        if over is Over.MOVED:
            return f"The folder {root} was moved or removed during the run."
        if over is Over.NO_AGENTS:
            return str(self._agents.hopeless)
        if over is Over.BEFORE and self._state.before is not None:
            return failure(self._state.before, RunPaths(root))
        if over is Over.SPACE:
            return proposer.exhausted_sentence
        if over is Over.PATIENCE:
            return proposer.still_to_gain()
        return self._limits.failures_sentence(self._tally) if over is Over.FAILURES else ""


def cancels(over: Over) -> bool:
    """Whether such an end is that of the evaluations that run, too."""
    return over in _WHY_CANCELLED


def why_cancelled(over: Over) -> str:
    """A sentence for the evaluations that are ended."""
    return _WHY_CANCELLED.get(over, "It was cancelled by the user.")
