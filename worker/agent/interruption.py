"""Whether an evaluation has ended by itself, or by a signal that was for its job, with whatever exit code and result.

Schedulers that cancel, preempt, or shut a node down send TERM to the program and to the agent. The program may be faster
than the agent's own signal, end in good order, and print the result of half the work. So

- an end after TERM was sent to the agent or to its `Witness` is an interruption;
- what the witness shows to have ended before the signal began its round counts;
- where it cannot show that (outside of a scheduler's jobs, or the signal came to the agent alone, or processes of the program
  were not below the agent), an end is taken for an interruption, and what was told is taken back, if the signal came
  within `DOUBT` seconds of it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from typing import NamedTuple

from worker.agent.evaluation import Evaluation
from worker.agent.wake import Wake
from worker.agent.witness import Witness
from worker.launch import registry
from worker.store.inbox_messages import Assign
from worker.trial import Outcome

DOUBT = 3.0  # seconds between an end and the signal in which the order of the two says nothing
_ROUND = 5.0  # seconds that a signal takes at most for its round through the processes of a job
_DIED_OF_IT = 1.0  # seconds that a program which TERM has ended waits for the same to come to the agent
_LAST_OF_ROUND = 0.2  # seconds from the agent's turn to that of the witness, where the agent's came first


class _Told(NamedTuple):
    """The newest evaluation that was told as finished. sure: a signal would have come to the witness before its program."""

    assignment: Assign
    at: float
    sure: bool


class Interruptions:
    """Watches over the evaluations of one agent. Times are of the monotonic clock."""

    def __init__(self, wake: Wake, environment: Mapping[str, str] = os.environ) -> None:
        self._wake = wake
        job = registry.current_job(environment)
        # Elsewhere nobody signals all processes of an agent in their turn.
        self._in_job = job is not None
        self._witness = Witness(wanted=self._in_job)
        self._told: _Told | None = None
        self._many_nodes = job is not None and job.many_nodes

    @property
    def willed(self) -> bool:
        """Whether the agent was told to end since somebody has ended its job."""
        return self._wake.terminated and self._in_job

    @property
    def helpers(self) -> tuple[int, ...]:
        """Processes that are no evaluation's."""
        return self._witness.helpers

    def before_a_program(self) -> None:
        """A program is about to begin."""
        self._witness.keep_ahead()

    def ended(self, outcome: Outcome) -> bool:
        """Whether an evaluation whose end has just been seen was interrupted; waits where that is likely."""
        if self._wake.terminated:
            return True
        reached = self._witness.reached
        died_of_it = outcome.signal == signal.SIGTERM or outcome.exit_code == 128 + signal.SIGTERM
        if not reached and not died_of_it:
            return False
        patience = time.monotonic() + (_ROUND if reached else _DIED_OF_IT)
        while not self._wake.terminated and time.monotonic() < patience:
            self._wake.wait(0.05)
        if reached and not self._wake.terminated:
            self._witness.renew()  # somebody meant it alone, such as a program that ends all processes of that name
        return self._wake.terminated

    def told(self, evaluation: Evaluation) -> None:
        """An evaluation that ended by itself, as far as is known, is told as finished."""
        older = self._witness.older_than(evaluation.pid)
        sure = older and not self._many_nodes and not evaluation.has_steps
        self._told = _Told(evaluation.assignment, time.monotonic(), sure)
        if self._witness.present and not older:
            self._witness.renew()

    def take_back(self) -> Assign | None:
        """What was told and must be taken back, now that TERM has come to the agent; each only once."""
        told, self._told = self._told, None
        if told is None or self._wake.terminated_at - told.at > DOUBT:
            return None
        if told.sure and self._reached_within(_LAST_OF_ROUND):
            return None
        return told.assignment

    def close(self) -> None:
        """The agent leaves."""
        self._witness.close()

    def _reached_within(self, seconds: float) -> bool:
        patience = time.monotonic() + seconds
        while not (reached := self._witness.reached) and time.monotonic() < patience:
            time.sleep(0.005)
        return reached
