"""Whether the file system of a run has room for what the run still writes, said before it has not; looked at rarely."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from worker.spec.text import counted
from worker.store.journal import epochs
from worker.store.paths import RunPaths
from worker.trial import Trial

_FIRST_LOOK, _LOOK_EVERY = 15.0, 300.0  # seconds
_ENOUGH = 3  # evaluations that tell how much one writes
_SAMPLE = 20  # of the newest evaluations whose files are looked at
_MOST_FILES = 2000  # of the folder of an evaluation that are looked at
_COPIES = 3  # a record stands in the journal and in the mailboxes of a worker
_BLOCK = 512  # bytes; the unit of st_blocks
_LEAST = 64 * 1024**2  # bytes, and
_LEAST_FILES = 500  # files: with less, hardly anything can be done
_RELIEF = 1.2  # times what is needed; so much must be there before all is well again
_ALMOST_FULL = 99


class Amount(NamedTuple):
    """Bytes and files (inodes)."""

    bytes: float
    files: float


class DiskWatch:
    """That of one driver. `now` is of a monotonic clock."""

    def __init__(self, paths: RunPaths, now: float, free: Callable[[Path], Amount] | None = None) -> None:
        """free: what is left in the file system of a folder; raises OSError. Asks the system where it is not given."""
        self._paths = paths
        self._free = free or free_in
        self._due = now + _FIRST_LOOK
        self._level = 0
        self.warning = ""  # sentences on what will not be enough, "" while everything is

    def look(self, trials: dict[int, Trial], left: Callable[[], int], now: float) -> str:
        """See how much room there is; returns what is to be said as an event: that it is not enough, that this has become
        worse, or that it is over.

        trials: all of them by number, in their order. left: tells how many may still come.
        """
        if now < self._due:
            return ""
        self._due = now + _LOOK_EVERY
        try:
            free = self._free(self._paths.root)
            each = _of_one(self._paths, trials)
        except OSError:
            return ""  # whoever writes there says what is wrong
        to_come = left()
        level, short = _shortage(free, each, to_come)
        if level > self._level:
            self._level, self.warning = level, _sentence(self._paths.root, free, each, to_come, short)
            return self.warning
        if self._level and not _shortage(free, Amount(*(_RELIEF * part for part in each)), to_come)[0]:
            told, self._level, self.warning = self.warning, 0, ""
            return f"resolved: {told}"
        return ""


def free_in(folder: Path) -> Amount:
    """What this user may still write in the file system of a folder. Raises OSError."""
    found = os.statvfs(folder)
    # Some file systems make inodes as they are needed, and count none.
    return Amount(found.f_bavail * found.f_frsize, found.f_favail if found.f_files else math.inf)


def _shortage(free: Amount, each: Amount, left: int) -> tuple[int, str]:
    """How bad it is, one more for each halving of what is there, 0 for enough; and of what there is too little."""
    if left <= 0:
        return 0, ""
    for part, least in (("bytes", _LEAST), ("files", _LEAST_FILES)):
        if getattr(free, part) < least:
            return _ALMOST_FULL, part
    shares = {
        part: getattr(free, part) / max(1e-9, getattr(each, part) * left) for part in ("bytes", "files")
    }
    part = min(shares, key=lambda name: shares[name])
    return (0, "") if shares[part] >= 1 else (1 + int(-math.log2(shares[part])), part)


def _of_one(paths: RunPaths, trials: dict[int, Trial]) -> Amount:
    """What an evaluation has written so far, the mean of the newest; nothing while few have ended. Raises OSError."""
    newest = (trial for trial in reversed(trials.values()) if trial.status.ended and not trial.imported)
    sample = list(islice(newest, _SAMPLE))
    if len(sample) < _ENOUGH:
        return Amount(0, 0)
    ended = sum(trial.status.ended and not trial.imported for trial in trials.values())
    sizes = [size for trial in sample for size in _sizes(_files(paths, trial.number))]
    records = sum(_sizes(paths.journal(epoch) for epoch in epochs(paths)))
    tables = 2 * sum(_sizes([paths.csv]))  # the old one stays until the new one is written
    written = sum(sizes) / len(sample) + (_COPIES * records + tables) / ended
    return Amount(written, len(sizes) / len(sample))


def _files(paths: RunPaths, number: int) -> Iterator[Path]:
    """The files of an evaluation."""
    yield from (paths.trial_out(number), paths.trial_err(number), paths.trial_dir(number))
    inside = (
        Path(folder, name)
        for folder, folders, files in os.walk(paths.trial_dir(number))
        for name in (*folders, *files)
    )
    yield from islice(inside, _MOST_FILES)


def _sizes(files: Iterable[Path]) -> Iterator[int]:
    """What each of the files takes on the disk, in bytes; of those that there are."""
    for file in files:
        with suppress(FileNotFoundError):
            found = file.lstat()
            yield (
                found.st_blocks * _BLOCK or found.st_size
            )  # what is not on the disk yet has no blocks everywhere


def _sentence(root: Path, free: Amount, each: Amount, left: int, short: str) -> str:
    has = size_text(free.bytes) if short == "bytes" else counted(int(free.files), "file")
    there = f"The file system of {root} has room for only {has} more"
    then = "Free some space there, or ask for more: once it is full, the run waits until there is room."
    share = getattr(each, short)
    if share * left <= getattr(free, short):
        return f"{there}. {then}"
    takes = size_text(each.bytes) if short == "bytes" else counted(round(each.files), "file")
    lasts = counted(int(getattr(free, short) / share), "evaluation")
    return f"{there}, which is enough for about {lasts} of {takes} each, and {left:,} are to come. {then}"


def size_text(size: float) -> str:
    """A number of bytes as people read it."""
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if size < 1024 or unit == "TB":
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:.1f} {unit}"
