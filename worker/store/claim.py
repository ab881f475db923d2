"""Whether a run is being driven now, so that nobody drives it twice; and the sign of life that a driver gives."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from worker import __version__, processes
from worker.store.journal import newest
from worker.store.paths import RunPaths
from worker.store.records import Record, decode
from worker.store.tail import read_records

SIGN_EVERY = 15.0  # seconds between two signs of life
SILENT_AFTER = 90.0  # seconds after which a driver on another machine is taken for dead
_TAIL = 1 << 16


class Standing(Enum):
    """How the newest driver of a run stands."""

    NEVER = "never"  # the run was never driven
    ALIVE = "alive"
    OVER = "over"  # it has written down that the run has ended
    LEFT = "left"  # it has left an unfinished run
    DEAD = "dead"  # without a word
    SILENT = "silent"  # on another machine, and heard of a short while ago: it may live


@dataclass(frozen=True)
class Claim:
    """The newest driver of a run. born: when its process began, as `processes.birth` tells it.

    silent: seconds since its last sign of life. paused: its process lives, and was stopped by Ctrl-Z or a signal.
    """

    standing: Standing
    epoch: int = 0
    host: str = ""
    pid: int = 0
    born: str = ""
    silent: float = 0.0
    paused: bool = False

    @property
    def held(self) -> bool:
        """Whether the run may be being driven."""
        return self.standing in (Standing.ALIVE, Standing.SILENT)

    @property
    def pause(self) -> str:
        """What is to be said of a paused driver, or nothing."""
        if not self.paused:
            return ""
        return (
            f"Its driver, process {self.pid}, is paused (by Ctrl-Z, for example): "
            f"fg in its shell lets it go on, and so does kill -CONT {self.pid}."
        )


def introduction(epoch: int, seed: int, where: str, cwd: Path) -> Record:
    """The first record of a driver's journal: who drives, and how the run was begun."""
    pid = os.getpid()
    return {
        "kind": "driver",
        "epoch": epoch,
        "host": socket.gethostname(),
        "pid": pid,
        "pid_start": processes.birth(pid),
        "at": time.time(),
        "version": __version__,
        "seed": seed,
        "where": where,
        "cwd": str(cwd),
        "job": os.environ.get("SLURM_JOB_ID", ""),
    }


def give_sign(paths: RunPaths, epoch: int) -> None:
    """Show that the driver of `epoch` lives: the time of its journal is set to now."""
    with suppress(OSError):
        os.utime(paths.journal(epoch))


def claim(paths: RunPaths) -> Claim:
    """The newest driver of a run, and whether it lives; never takes "cannot know" for dead."""
    epoch = newest(paths)
    if epoch == 0:
        return Claim(Standing.NEVER)
    journal = paths.journal(epoch)
    first = next(read_records(journal), None)
    if first is None or first.get("kind") != "driver":
        return Claim(Standing.DEAD, epoch)
    host, pid, born = str(first.get("host", "")), int(first.get("pid", 0)), str(first.get("pid_start", ""))
    silent = _silence(journal)
    last = {record.get("kind") for record in _last_records(journal)}
    standing = Standing.OVER if "ended" in last else Standing.LEFT if "leaving" in last else None
    if standing is None and host == socket.gethostname():
        alive = processes.alive(pid, born)
        standing = Standing.ALIVE if alive else Standing.DEAD
    elif standing is None:
        standing = Standing.SILENT if silent < SILENT_AFTER else Standing.DEAD
    paused = standing is Standing.ALIVE and processes.paused(pid)
    return Claim(standing, epoch, host, pid, born, silent, paused)


def _silence(journal: Path) -> float:
    with suppress(OSError):
        return max(0.0, time.time() - journal.stat().st_mtime)
    return 0.0


def _last_records(journal: Path) -> Iterator[Record]:
    with suppress(OSError), journal.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        for line in file.read().split(b"\n")[-3:]:
            record = decode(line)
            if record is not None:
                yield record
