"""How an agent finds the driver that it belongs to, and when what it says is on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from worker.agent import mailbox
from worker.agent.mailbox import RETRY, Inbox, Outbox
from worker.store.journal import open_epoch, prepare
from worker.store.outbox_messages import OUTBOX, Bye
from worker.store.paths import RunPaths
from worker.store.tail import read_records


class Clock:
    """A clock that stands still until it is set."""

    now = 1000.0

    def monotonic(self) -> float:
        """What it shows."""
        return self.now


def begin(paths: RunPaths) -> None:
    """The next driver of the run begins."""
    _, journal = open_epoch(paths)
    journal.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the mailbox."""
    made = Clock()
    monkeypatch.setattr(mailbox, "time", made)
    return made


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    """A run with a first driver."""
    made = RunPaths(tmp_path / "pear")
    begin(made)
    made.agent("a").inbox(1).parent.mkdir(parents=True)
    return made


def test_an_agent_looks_for_a_newer_driver_now_and_then(paths: RunPaths, clock: Clock) -> None:
    inbox = Inbox(paths, "a", 1)
    assert inbox.changed()
    assert inbox.epoch == 1
    begin(paths)
    assert not inbox.changed(), "it has just looked"
    clock.now += 10
    assert inbox.changed()
    assert inbox.epoch == 2
    assert inbox.heard == clock.now
    clock.now += 10
    assert not inbox.changed(), "there is no newer one"


def test_it_looks_at_once_where_that_is_wanted(paths: RunPaths, clock: Clock) -> None:
    inbox = Inbox(paths, "a", 1)
    assert inbox.changed()
    begin(paths)
    assert inbox.changed(at_once=True)
    assert inbox.epoch == 2


def test_in_long_evaluations_it_looks_less_often_but_goes_on_looking(paths: RunPaths, clock: Clock) -> None:
    inbox = Inbox(paths, "a", 1)
    assert inbox.changed()
    begin(paths)
    clock.now += 2
    assert not inbox.changed(busy=1e6)
    clock.now += 60
    assert inbox.changed(busy=1e6)


def test_while_there_is_no_driver_it_looks_often(tmp_path: Path, clock: Clock) -> None:
    paths = RunPaths(tmp_path / "pear")
    paths.agent("a").inbox(1).parent.mkdir(parents=True)
    prepare(paths)
    inbox = Inbox(paths, "a", 0)
    inbox.changed()
    begin(paths)
    clock.now += 0.5
    assert inbox.changed(busy=1e6)
    assert inbox.epoch == 1


def test_what_is_said_is_on_disk_at_once_or_a_moment_later(
    paths: RunPaths, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    outbox = Outbox(paths, "a")
    outbox.say(Bye(reason="1"))
    assert outbox.flush()
    assert len(synced) == 1
    outbox.say(Bye(reason="2"), urgent=False)
    assert outbox.flush()
    assert len(synced) == 1, "it may wait for others"
    clock.now += 1
    assert outbox.flush()
    assert len(synced) == 2
    clock.now += 1
    assert outbox.flush()
    assert len(synced) == 2, "nothing has been said since"


def test_a_full_disk_is_tried_again_after_some_time(paths: RunPaths, clock: Clock) -> None:
    file = paths.agent("a").outbox
    file.symlink_to("/dev/full")
    outbox = Outbox(paths, "a")
    outbox.say(Bye(reason="1"))
    assert not outbox.flush()
    assert outbox.stalled
    file.unlink()
    clock.now += RETRY / 2
    assert not outbox.flush()
    assert not file.exists()
    clock.now += RETRY
    assert outbox.flush()
    assert not outbox.stalled
    assert list(read_records(file, OUTBOX.decode)) == [Bye(reason="1")]
