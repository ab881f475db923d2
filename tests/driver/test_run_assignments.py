"""The driver's pure core against simulated agents that die, repeat themselves, answer late, and outlive drivers."""

from __future__ import annotations

from driver_machine import Run
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from json_records import LOSSES, Json, plain_assign, said

from worker.driver.assignments import Assignments
from worker.trial import Status

TestRun = Run.TestCase
TestRun.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


class LateRun(Run):
    """The same where agents are given up that live: two may run the same trial until one of them is told to stop."""

    @precondition(lambda self: any(agent.alive for agent in self.agents))
    @rule(index=st.integers(0, 99))
    def the_driver_gives_up_an_agent_that_lives(self, index: int) -> None:
        living = [agent for agent in self.agents if agent.alive]
        self.assignments.gone(
            living[index % len(living)].name, "Slurm no longer has the job.", 0.0, willed=True, late=True
        )

    def check_start(self, started: Json | None) -> None:
        """Nothing: what another one has ended may not have been heard of."""

    @invariant()
    def that_one_was_told_to_stop_ends_no_trial(self) -> None:
        ends = [record["status"] for _, record in self.journal if record["kind"] == "finished"]
        assert Status.CANCELLED.value not in ends


TestLateRun = LateRun.TestCase
TestLateRun.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)


def test_a_result_with_other_values_than_its_trial_is_not_taken() -> None:
    assignments = Assignments(1, plain_assign, LOSSES)
    assignments.propose(1, {"x": 0.5}, 0.0)
    assignments.hear("a", said({"kind": "hello", "agent": "a", "epoch": 1, "host": "h"}), 0.0)
    assignments.give(assignments.takers(0)[0], 0.0)
    assignments.take()
    finished = {"kind": "finished", "trial": 1, "attempt": 1, "status": "ok", "loss": 1.0}
    assignments.hear("a", said({**finished, "values": {"x": 0.7}}), 1.0)
    assert (assignments.done, assignments.mispaired, assignments.waiting) == (0, 1, [1])
    assert [record.kind for record in assignments.take().records] == ["requeued"]
