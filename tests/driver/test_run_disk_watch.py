"""A file system that fills is told of before it is full: once, again where it gets worse, and when it is over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_trial

from worker.driver.disk_watch import Amount, DiskWatch, free_in, size_text
from worker.store.journal import open_epoch
from worker.store.paths import RunPaths
from worker.trial import Status, Trial

MB = 1024**2
MUCH = Amount(1e15, 1e9)


class Disk:
    """A run whose evaluations have each written half a megabyte in three files, on a disk of the test's own."""

    def __init__(self, folder: Path, ended: int = 10) -> None:
        self.paths = RunPaths(folder / "run")
        self.paths.trials.mkdir(parents=True)
        open_epoch(self.paths)[1].close()
        self.free, self.now, self.asked = MUCH, 0.0, 0
        self.trials: dict[int, Trial] = {}
        for number in range(1, ended + 1):
            self.trials[number] = a_trial(number, {"lr": 0.1, "kind": "a"}, 0.5)
            self.paths.trial_out(number).write_bytes(b"x" * (MB // 4))
            self.paths.trial_dir(number).mkdir()
            (self.paths.trial_dir(number) / "model").write_bytes(b"x" * (MB // 4))
        self.watch = DiskWatch(self.paths, self.now, self.measure)

    def measure(self, folder: Path) -> Amount:
        assert folder == self.paths.root
        self.asked += 1
        return self.free

    def look(self, left: int, megabytes: float = 1e9, files: float = 1e9, after: float = 300.0) -> str:
        self.free, self.now = Amount(megabytes * MB, files), self.now + after
        return self.watch.look(self.trials, lambda: left, self.now)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def test_nothing_is_said_while_there_is_room(disk: Disk) -> None:
    assert disk.look(1000, 600) == ""
    assert disk.watch.warning == ""


def test_a_disk_that_will_be_full_is_told_of_with_what_to_do(disk: Disk) -> None:
    said = disk.look(1000, 400)
    assert (
        f"The file system of {disk.paths.root} has room for only 400 MB more, which is enough for about 7"
        in said
    )
    assert (
        "evaluations of 512 KB each, and 1,000 are to come." in said
        or "KB each, and 1,000 are to come." in said
    )
    assert "Free some space there, or ask for more" in said
    assert disk.watch.warning == said


def test_it_is_told_again_only_where_it_gets_worse_and_once_more_when_it_is_over(disk: Disk) -> None:
    assert disk.look(1000, 400)
    assert disk.look(1000, 399) == ""
    assert disk.look(1000, 300) == ""
    assert "for only 200 MB" in disk.look(1000, 200)
    assert disk.look(1000, 201) == ""
    assert "for only 63.0 MB" in disk.look(1000, 63)
    assert disk.look(1000, 540) == "", "barely enough is not yet well again"
    assert disk.look(1000, 700).startswith("resolved: The file system of")
    assert disk.watch.warning == ""
    assert disk.look(1000, 400), "a new time is told anew"


def test_files_run_out_as_well_as_bytes(disk: Disk) -> None:
    said = disk.look(1000, files=2000)
    assert (
        "has room for only 2,000 files more, which is enough for about 666 evaluations of 3 files each"
        in said
    )


def test_an_almost_full_disk_is_told_of_where_nothing_is_known_of_evaluations(tmp_path: Path) -> None:
    disk = Disk(tmp_path, ended=2)
    assert disk.look(10_000, 100) == ""
    said = disk.look(10_000, 10)
    assert "has room for only 10.0 MB more. Free some space" in said
    assert disk.look(0, 10).startswith("resolved"), "nothing is to come"


def test_it_is_looked_at_rarely(disk: Disk) -> None:
    for _ in range(1000):
        disk.look(1000, after=1.0)
    assert disk.asked <= 5


def test_a_file_system_that_does_not_answer_is_no_news(disk: Disk) -> None:
    def broken(folder: Path) -> Amount:
        raise OSError(5, "Input/output error")

    watch = DiskWatch(disk.paths, 0.0, broken)
    assert watch.look(disk.trials, lambda: 10, 1000.0) == ""


def test_what_failed_has_written_as_well(disk: Disk) -> None:
    for number in disk.trials:
        disk.trials[number] = a_trial(number, {"lr": 0.1, "kind": "a"}, None, Status.FAILED)
    assert disk.look(1000, 400)


def test_this_machine_says_what_is_free(tmp_path: Path) -> None:
    free = free_in(tmp_path)
    assert free.bytes > 0 and free.files > 0


@given(st.integers(0, 2**60))
def test_sizes_are_short(size: int) -> None:
    text = size_text(size)
    assert text.endswith(("bytes", "KB", "MB", "GB", "TB"))
    assert text.endswith("TB") or len(text) <= len("1023 bytes")
