"""The process that shows whether a signal to the whole job is on its way."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from worker import processes
from worker.agent.witness import Witness

PATIENCE = 20.0  # seconds until a signal has ended a process


@pytest.fixture
def witness() -> Iterator[Witness]:
    """A witness that has begun."""
    made = Witness()
    assert made.present
    yield made
    helpers = made.helpers
    made.close()
    for helper in helpers:
        os.waitpid(helper, 0)


def pid_of(witness: Witness) -> int:
    """The witness itself, a child of the only helper."""
    [helper] = witness.helpers
    [pid] = processes.descendants(helper)
    return pid


def test_nothing_has_reached_a_witness_that_nobody_signals(witness: Witness) -> None:
    assert not witness.reached


def test_a_signal_that_ends_jobs_shows_at_once(witness: Witness) -> None:
    pid = pid_of(witness)
    os.kill(pid, signal.SIGTERM)
    assert witness.reached
    time.sleep(0.02)
    assert processes.birth(pid) is not None, "it is blocked, so that it shows for good"
    assert witness.reached


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2, signal.SIGINT, signal.SIGHUP])
def test_other_signals_are_no_end_of_a_job(witness: Witness, number: signal.Signals) -> None:
    os.kill(pid_of(witness), number)
    for _ in range(20):
        time.sleep(0.001)
        assert not witness.reached


def test_a_witness_that_was_killed_has_been_reached(witness: Witness) -> None:
    os.kill(pid_of(witness), signal.SIGKILL)
    ends_at = time.monotonic() + PATIENCE
    while not witness.reached:
        assert time.monotonic() < ends_at
        time.sleep(0.005)


def test_a_new_witness_has_seen_nothing(witness: Witness) -> None:
    [before] = witness.helpers
    os.kill(pid_of(witness), signal.SIGTERM)
    witness.renew()
    os.waitpid(before, 0)
    assert witness.present
    assert not witness.reached


def test_its_turn_comes_before_that_of_what_begins_later(witness: Witness) -> None:
    [helper] = witness.helpers
    assert witness.older_than(helper + 1)
    assert not witness.older_than(helper)
    assert not witness.older_than(helper - 1)


def test_without_a_witness_nothing_is_known() -> None:
    none = Witness(wanted=False)
    assert not none.present
    assert not none.reached
    assert not none.older_than(1 << 22)
    assert none.helpers == ()
    none.close()


def test_a_witness_that_is_closed_is_gone(witness: Witness) -> None:
    [helper] = witness.helpers
    witness.close()
    os.waitpid(helper, 0)
    assert not witness.present
    assert witness.helpers == ()
