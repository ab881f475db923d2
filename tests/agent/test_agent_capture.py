"""What is kept of a stream that does not end by itself."""

from __future__ import annotations

import os
from pathlib import Path

from worker.agent.capture import Stream


def test_a_stranger_who_keeps_on_writing_does_not_hold_up_the_end(tmp_path: Path) -> None:
    stream = Stream(os.open("/dev/zero", os.O_RDONLY), tmp_path / "out")
    stream.finish(1.0)
    assert not stream.open
    kept = (tmp_path / "out").stat().st_size
    assert 1 << 20 <= kept <= 8 << 20, "all that a pipe may hold, and not much more"


def test_the_end_takes_in_all_that_is_left_in_the_pipe(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    stream = Stream(reading, tmp_path / "out")
    os.set_blocking(writing, False)
    written = os.write(writing, b"RESULT: 5\n" + b"x" * 200_000)
    assert written > 60_000
    os.close(writing)
    stream.finish(1.0)
    assert (tmp_path / "out").stat().st_size == written
    assert stream.tail == b"x" * 4096
    assert not stream.pull(2.0)


def test_nothing_is_left_where_nobody_has_written_yet(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    stream = Stream(reading, tmp_path / "out")
    assert not stream.pull(1.0)
    assert stream.open
    os.write(writing, b"a")
    assert stream.pull(1.0)
    os.close(writing)
    assert not stream.pull(1.0)
    assert not stream.open
    stream.finish(1.0)
    assert (tmp_path / "out").read_bytes() == b"a"
