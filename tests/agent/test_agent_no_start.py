"""Programs that cannot even be started: the agent is a real one, the errors of the system are made up."""

from __future__ import annotations

import errno

import pytest
from agent_desk import Desk

# Starting a program fails with an error, the first `times`.
AGENT = """\
import sys
from worker.agent import agent
number, left, start = int(sys.argv.pop(1)), [int(sys.argv.pop(1))], agent.Evaluation
def fail(*arguments):
    if left[0]:
        left[0] -= 1
        raise OSError(number, "made up")
    return start(*arguments)
agent.Evaluation, agent.RETRY = fail, 0.05
from worker.__main__ import main
sys.exit(main())
"""


def hire(desk: Desk, number: int, times: int) -> None:
    desk.program = ["-I", "-c", AGENT, str(number), str(times)]
    desk.hire()


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM, errno.ESTALE])
def test_an_agent_on_a_machine_that_starts_nothing_gives_back_its_work_and_leaves(
    desk: Desk, number: int
) -> None:
    hire(desk, number, times=1)
    first, second = desk.assign("echo RESULT: 1"), desk.assign("echo RESULT: 2")
    for trial in (first, second):
        assert "No program can be started on" in desk.hear("refused", trial=trial)["reason"]
    assert "No program can be started on" in desk.hear("bye")["reason"]
    assert desk.leave() == 0


def test_a_program_that_no_machine_would_start_has_failed(desk: Desk) -> None:
    hire(desk, errno.E2BIG, times=1)
    record = desk.evaluate("echo RESULT: 1")
    assert record["status"] == "failed"
    assert "The command is too long for the system" in record["reason"]
    assert desk.evaluate("echo RESULT: 2")["loss"] == 2


def test_where_the_disk_is_full_it_is_tried_again(desk: Desk) -> None:
    hire(desk, errno.ENOSPC, times=2)
    assert desk.evaluate("echo RESULT: 1")["loss"] == 1
    assert not any(record["kind"] == "refused" for record in desk.said)
