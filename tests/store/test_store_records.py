"""Records and the files that they stand in: nothing but the damaged line itself is ever lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.store.appender import Appender, StorageFullError
from worker.store.journal import Epochs, announce, epochs, newest, open_epoch
from worker.store.log_text import last_lines
from worker.store.paths import RunPaths
from worker.store.records import decode, decode_all, encode
from worker.store.tail import Tail, read_records

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(st.text(), json_values, max_size=5)


@given(records)
def test_a_record_comes_back_as_it_was(record: dict[str, object]) -> None:
    line = encode(record)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line) == decode(line[:-1]) == record


@given(records, st.data())
def test_a_cut_or_changed_record_is_recognised(record: dict[str, object], data: st.DataObject) -> None:
    line = encode(record)
    assert decode(line[: data.draw(st.integers(0, len(line) - 2))]) is None
    at = data.draw(st.integers(0, len(line) - 2))
    flipped = bytes([line[at] ^ data.draw(st.integers(1, 255))])
    changed = decode(line[:at] + flipped + line[at + 1 :])
    # The only change that may pass is a checksum in capitals, and that is refused as well.
    assert changed is None


def checked(body: bytes) -> bytes:
    return b"%08x %b\n" % (crc32(body), body)


# Lines whose checksum is right, though together or alone they are no records, or none of ours.
ODD = [
    b'{"a":1},NaN,{"b":2}', b'{"a":1},{"b":2}', b'{"x":[1', b"2]}", b'{"x":"', b'"}', b' {"a":1}', b'{"a":1} ', b'{"a":"NaN"}', b'{"a":NaN}', b'{"a":-Infinity}',
    b"{}", b"[]", b"1", b"", b"NaN", b'{"a":"},NaN,{"}', b'{"x":[{}', b'{"y":1}]}', b'{"a":"\xc3\xa4"}', b'{"a":1}\r', b'{"a":1,"a":2}', b"{" * 5000, b'{"a":' + b"[" * 5000,
]  # fmt: skip


@given(
    lines=st.lists(
        st.sampled_from(ODD).map(checked)
        | records.map(encode)
        | st.binary()
        | st.just(encode({"kind": "x"})[:-1])
        | st.just(encode({"kind": "x"}).upper()),
        max_size=6,
    )
)
def test_several_lines_are_read_as_each_of_them(lines: list[bytes]) -> None:
    assert decode_all(lines) == [decode(line) for line in lines]


def test_sound_lines_are_read_together() -> None:
    lines = [encode(record) for record in numbered(50)]
    with pytest.MonkeyPatch.context() as alone:
        alone.setattr("worker.store.records.decode", lambda _: pytest.fail("each was read alone"))
        assert decode_all(lines) == numbered(50)


@given(st.binary())
def test_any_bytes_can_be_decoded(data: bytes) -> None:
    record = decode(data)
    assert record is None or isinstance(record, dict)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_what_json_lacks_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        encode({"loss": value})


def numbered(count: int) -> list[dict[str, object]]:
    return [{"kind": "value", "number": number, "text": "x" * number} for number in range(count)]


def test_a_journal_cut_at_every_byte_keeps_all_complete_records(tmp_path: Path) -> None:
    lines = [encode(record) for record in numbered(5)]
    whole = b"".join(lines)
    for cut in range(len(whole) + 1):
        path = tmp_path / "journal"
        path.write_bytes(whole[:cut])
        # A record whose newline alone is missing is complete: its checksum says so.
        complete = sum(sum(map(len, lines[: n + 1])) - 1 <= cut for n in range(5))
        found = list(read_records(path, decode))
        assert [record for record in found if record] == numbered(5)[:complete]
        assert found.count(None) == (
            cut not in {sum(map(len, lines[:n])) - d for n in range(6) for d in (0, 1)}
        )
        with Appender(path) as appender:
            appender.append(encode({"kind": "after"}), sync=False)
        tail = Tail(path, decode)
        assert tail.read() == [*numbered(5)[:complete], {"kind": "after"}]
        assert tail.torn == found.count(None)


@given(data=st.data())
def test_flipped_bytes_cost_their_own_lines_at_most(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = [encode(record) for record in numbered(6)]
    content = bytearray(b"".join(lines))
    hurt: set[int] = set()
    starts = [sum(map(len, lines[:n])) for n in range(7)]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
        line = next(n for n in range(6) if at < starts[n + 1])
        hurt |= {line, line + 1} if at == starts[line + 1] - 1 else {line}
    path = tmp_path_factory.mktemp("flipped") / "journal"
    path.write_bytes(content)
    kept: list[Any] = [record["number"] for record in read_records(path, decode) if record]
    assert set(range(6)) - hurt <= set(kept)
    assert kept == sorted(set(kept))


def test_a_tail_waits_for_the_end_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "box"
    tail = Tail(path, decode)
    assert tail.read() == []
    line = encode({"kind": "value", "text": "ä"})
    with path.open("ab", buffering=0) as file:
        for at in range(len(line)):
            file.write(line[at : at + 1])
            assert tail.read() == ([{"kind": "value", "text": "ä"}] if at == len(line) - 1 else [])
    assert tail.torn == 0


@given(sizes=st.lists(st.integers(0, 3_000_000), min_size=1, max_size=3))
def test_a_tail_reads_records_of_any_size(sizes: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("sizes") / "box"
    tail = Tail(path, decode)
    seen: list[Any] = []
    with Appender(path) as appender:
        for size in sizes:
            appender.append(encode({"text": "x" * size}), encode({"text": ""}), sync=False)
            seen += tail.read()
    assert [len(record["text"]) for record in seen] == [n for size in sizes for n in (size, 0)]


def test_a_tail_starts_over_when_the_file_has_become_shorter(tmp_path: Path) -> None:
    path = tmp_path / "box"
    with Appender(path) as appender:
        appender.append(*map(encode, numbered(4)))
    tail = Tail(path, decode)
    assert len(tail.read()) == 4
    path.write_bytes(encode({"kind": "new"}))
    tail.close()
    assert tail.read() == [{"kind": "new"}]


def test_pages_that_arrive_late_are_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "box"
    first, second = (encode(record) for record in numbered(2))
    path.write_bytes(first[:5] + bytes(len(first) - 6) + b"\n" + second)
    tail = Tail(path, decode)
    assert tail.read() == []
    path.write_bytes(first + second)
    assert tail.read() == numbered(2)
    assert tail.torn == 0


def test_pages_that_never_arrive_are_counted_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "box"
    path.write_bytes(bytes(20) + b"\n" + encode({"kind": "next"}))
    tail = Tail(path, decode)
    assert tail.read() == []
    monkeypatch.setattr("worker.store.tail._DOUBT", 0)
    assert tail.read() == [{"kind": "next"}]
    assert tail.torn == 1


def test_an_error_in_the_middle_of_a_long_file_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "outbox"
    with Appender(path) as file:
        file.append(*map(encode, ({"n": number, "text": "x" * 1000} for number in range(3000))))
    tail, reads, pread = Tail(path, decode), iter(range(1000)), os.pread

    def flaky(fd: int, size: int, offset: int) -> bytes:
        if next(reads) % 2:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return pread(fd, size, offset)

    monkeypatch.setattr(os, "pread", flaky)
    found: list[Any] = []
    for _ in range(10):
        found += [record["n"] for record in tail.read()]
    assert found == list(range(3000))


def test_a_tail_treats_an_error_as_nothing_new(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.mkdir()  # reading it answers EISDIR, as a stale handle answers ESTALE
    tail = Tail(path, decode)
    assert tail.read() == []
    path.rmdir()
    path.write_bytes(encode({"kind": "back"}))
    assert tail.read() == [{"kind": "back"}]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system with room for 16 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    path = small_disk / "box"
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(9000))
    written, failures = 0, 0
    tail = Tail(path, decode)
    seen = []
    with Appender(path) as appender:
        for number in range(400):
            try:
                appender.append(encode({"number": number, "text": "x" * 20}))
                written += 1
            except StorageFullError as error:
                failures += 1
                assert "full" in str(error)
                if failures == 3:
                    ballast.unlink()
                if failures > 3:
                    break
            seen += tail.read()
    tail.close()
    numbers = [record["number"] for record in seen]
    assert failures == 4
    assert len(set(numbers)) >= written
    # Not one that was confirmed is missing: those that were refused may be there or not.
    assert len(set(numbers)) == len(numbers)
    assert tail.torn <= failures


def test_a_torn_line_is_followed_by_a_fresh_one(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(encode({"kind": "first"}) + b"1234 half")
    with Appender(path) as appender:
        appender.append(encode({"kind": "second"}))
        appender.append(encode({"kind": "third"}))
    found = list(read_records(path, decode))
    assert found == [{"kind": "first"}, None, {"kind": "second"}, {"kind": "third"}]


def test_after_an_error_the_file_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.symlink_to("/dev/full")
    with Appender(path) as appender:
        with pytest.raises(StorageFullError, match="full"):
            appender.append(encode({"n": 1}))
        path.unlink()
        path.write_bytes(b"1")  # torn at its first byte
        appender.append(encode({"n": 2}))
        appender.sync()
    assert list(read_records(path, decode)) == [None, {"n": 2}]


def test_a_record_counts_when_it_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, synced = tmp_path / "journal", []
    monkeypatch.setattr(os, "fdatasync", lambda fd: synced.append(os.fstat(fd).st_size))
    with Appender(path) as file:
        file.append(encode({"n": 1}))
        assert synced == [path.stat().st_size]
        file.append(encode({"n": 2}), sync=False)
        assert len(synced) == 1
        file.sync()
        assert synced[1:] == [path.stat().st_size]


def test_what_cannot_be_written_says_what_and_why_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageFullError, match=r"Cannot write to .*No such file.*Check that the folder"):
        Appender(tmp_path / "missing" / "box")


def test_every_driver_has_its_own_epoch(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / "run")
    assert epochs(paths) == []
    first, journal = open_epoch(paths)
    journal.append(encode({"kind": "driver"}))
    known = Epochs(paths, first)
    assert known.look() == first
    second, other = open_epoch(paths)
    assert (first, second) == (1, 2)
    assert known.look() == second
    assert epochs(paths) == [1, 2]
    assert newest(paths) == 2
    (paths.journals / "notes.txt").touch()
    (paths.journals / "12.jsonl").touch()
    assert epochs(paths) == [1, 2]
    for appender in (journal, other, known):
        appender.close()


def test_a_driver_whose_number_was_taken_a_moment_ago_takes_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = RunPaths(tmp_path / "run")
    for _ in range(2):
        open_epoch(paths)[1].close()
    before = paths.journal(1).read_bytes(), paths.journal(2).read_bytes()
    monkeypatch.setattr(
        "worker.store.journal.newest", lambda _: 0
    )  # as if it had looked before these were there
    epoch, journal = open_epoch(paths)
    journal.close()
    assert epoch == 3
    assert (paths.journal(1).read_bytes(), paths.journal(2).read_bytes()) == before
    monkeypatch.undo()
    assert newest(paths) == 3


def test_what_an_earlier_driver_could_not_announce_is_made_up_for(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / "run")
    for _ in range(3):
        open_epoch(paths)[1].close()
    for epoch in (1, 2):
        paths.next_driver(epoch).write_bytes(b"")  # as if the disk had been full
    known = Epochs(paths, 1)
    assert known.look() == 1
    announce(paths, 3)
    assert known.look() == 3
    said = {epoch: paths.next_driver(epoch).read_bytes() for epoch in range(3)}
    announce(paths, 3)
    assert {epoch: paths.next_driver(epoch).read_bytes() for epoch in range(3)} == said, "once is enough"
    known.close()


def test_two_drivers_at_once_get_different_epochs(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / "run")
    program = "from worker.store.journal import *; import sys, pathlib; print(open_epoch(RunPaths(pathlib.Path(sys.argv[1])))[0])"
    racers = [
        subprocess.Popen([sys.executable, "-c", program, paths.root], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert sorted(int(racer.communicate()[0]) for racer in racers) == [1, 2, 3, 4]


@given(
    lines=st.lists(st.text(st.characters(exclude_characters="\r\n\x1b", exclude_categories=["Cs"]))),
    count=st.integers(1, 5),
)
def test_the_last_lines_of_a_log(
    lines: list[str], count: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("log") / "out"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    text = "".join(f"{line}\n" for line in lines).rstrip("\n")
    assert last_lines(path, count) == text.split("\n")[-count:]
    assert last_lines(path.with_name("missing")) == []


def test_what_terminals_obey_is_left_out_of_a_log(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"one\r\n 9%\r10%\r\n\x1b[31mred\x1b[0m \x1b]0;title\x07text\xff\n")
    assert last_lines(path) == ["one", " 9%", "10%", "red text\ufffd"]
