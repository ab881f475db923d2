"""What is seen of running evaluations in what their agents say."""

from __future__ import annotations

import os
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.store import live_values as module
from worker.store.live_values import LiveReader, live_values
from worker.store.outbox_messages import OUTBOX, NewValue, Said, Started
from worker.store.paths import RunPaths
from worker.trial import Status, Trial


def say(paths: RunPaths, agent: str, *messages: Said, more: bytes = b"") -> None:
    outbox = paths.agent(agent).outbox
    outbox.parent.mkdir(parents=True, exist_ok=True)
    with outbox.open("ab") as file:
        file.write(b"".join(map(OUTBOX.encode, messages)) + more)


def value(trial: int, step: int, *values: float, attempt: int = 1) -> NewValue:
    return NewValue(trial=trial, attempt=attempt, value=values[-1], step=step, earlier=values[:-1])


def running(number: int, agent: str, attempt: int = 1) -> Trial:
    return Trial(number, {}, Status.RUNNING, agent=agent, attempt=attempt)


def test_the_newest_value_and_all_that_are_known(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / "pear")
    say(paths, "a", value(1, 5, 9.0), Started(trial=2, attempt=2), value(2, 8, 8.0, attempt=1))
    say(paths, "a", value(2, 2, 3.0, 2.0, attempt=2), value(2, 90, 1.5, attempt=2), more=b"torn")
    say(paths, "b", Started(trial=3, attempt=1))
    trials = [
        running(2, "a", 2),
        running(3, "b"),
        running(4, "c"),
        Trial(1, {}, Status.OK, agent="a", attempt=1),
    ]
    found = live_values(paths, trials, 10)
    assert list(found) == [2]
    assert (found[2].value, found[2].step) == (1.5, 90)
    assert found[2].known == {1: 3.0, 2: 2.0, 90: 1.5}
    assert found[2].words == "RESULT 1.5 so far (line 90)"
    assert live_values(paths, trials, 0) == {}


def test_only_the_end_of_a_long_outbox_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_BYTES", 400)
    paths = RunPaths(tmp_path / "pear")
    say(paths, "a", *(value(1, step, float(step)) for step in range(1, 101)))
    found = live_values(paths, [running(1, "a")], 1)
    assert (found[1].value, found[1].step) == (100.0, 100)
    assert 1 <= len(found[1].known) < 5


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 9), st.floats(-9, 9)), max_size=12),
    st.lists(st.integers(0, 900), max_size=5),
)
def test_looking_again_and_again_sees_the_same_as_looking_once(
    said: list[tuple[int, int, float]], cuts: list[int]
) -> None:
    lines = b"".join(OUTBOX.encode(value(trial, step, number)) for trial, step, number in sorted(said))
    with tempfile.TemporaryDirectory() as folder:
        paths = RunPaths(Path(folder))
        outbox = paths.agent("a").outbox
        outbox.parent.mkdir(parents=True)
        reader = LiveReader(paths)
        for begin, end in pairwise(sorted({0, len(lines), *(cut % (len(lines) + 1) for cut in cuts)})):
            with outbox.open("ab") as file:
                file.write(lines[begin:end])
            for number in (1, 2, 3):
                assert reader.read([running(number, "a")], 1).keys() <= {number}
        newest = [running(sorted(said)[-1][0], "a")] if said else [running(1, "a")]
        assert reader.read(newest, 1) == live_values(paths, newest, 1)


def test_what_has_not_grown_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = RunPaths(tmp_path / "pear")
    say(paths, "a", value(1, 1, 0.5))
    reader = LiveReader(paths)
    first = reader.read([running(1, "a")], 1)
    monkeypatch.delattr(os, "open")
    assert reader.read([running(1, "a")], 1) == first
