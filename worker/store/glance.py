"""Whether anything was added to the journals of a run, by two stats and without opening or listing anything.

A network file system may answer them from its memory for some seconds, so whoever must not be late opens the files now and then.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from worker.store.paths import RunPaths


@dataclass(frozen=True)
class Glance:
    """The newest journal that somebody knows of. files: which two files it was; at: its driver's last sign of life.

    size: bytes of the journal; announced: of the file in which the next driver says that it has begun.
    """

    files: tuple[int, int]
    size: int
    announced: int
    at: float


def glance(paths: RunPaths, epoch: int) -> Glance | None:
    """How far the journal of `epoch` is; None where that cannot be told."""
    journal, following = _stat(paths.journal(epoch)), _stat(paths.next_driver(epoch))
    if journal is None or following is None:
        return None
    return Glance((journal.st_ino, following.st_ino), journal.st_size, following.st_size, journal.st_mtime)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
