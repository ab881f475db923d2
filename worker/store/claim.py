"""Whether a run is being driven now, so that nobody drives it twice; and the sign of life that a driver gives."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from worker import __version__, processes
from worker.errors import EXIT_DONE, EXIT_NO_SUCCESS
from worker.store.journal import newest
from worker.store.journal_reading import introduction_of
from worker.store.journal_records import JOURNAL, Driver, Ended, Leaving, Read
from worker.store.paths import RunPaths
from worker.store.replay import Replayed

SIGN_EVERY = 15.0  # seconds between two signs of life
SILENT_AFTER = 90.0  # seconds after which a driver on another machine is taken for dead
_TAIL = 1 << 16


class Standing(Enum):
    """How the newest driver of a run stands."""

    NEVER = "never"  # the run was never driven
    BEGINNING = "beginning"  # it began a short while ago and has not said yet who it is: it may live
    ALIVE = "alive"
    OVER = "over"  # it has written down that the run has ended
    LEFT = "left"  # it has left an unfinished run
    DEAD = "dead"  # without a word
    SILENT = "silent"  # on another machine, and heard of a short while ago: it may live


_WORDS = {
    Standing.NEVER: "not begun",
    Standing.BEGINNING: "starting",
    Standing.ALIVE: "running",
    Standing.SILENT: "running",
    Standing.LEFT: "between two drivers",
    Standing.DEAD: "interrupted",
}


@dataclass(frozen=True)
class Claim:
    """The newest driver of a run. born: when its process began, as `processes.birth` tells it.

    silent: seconds since its last sign of life. paused: its process lives, and was stopped by Ctrl-Z or a signal.
    exit_code: of a driver that has ended the run.
    """

    standing: Standing
    epoch: int = 0
    host: str = ""
    pid: int = 0
    born: str = ""
    silent: float = 0.0
    paused: bool = False
    exit_code: int = EXIT_DONE

    @property
    def held(self) -> bool:
        """Whether the run may be being driven."""
        return self.standing in (Standing.BEGINNING, Standing.ALIVE, Standing.SILENT)

    @property
    def word(self) -> str:
        """How the run stands, in a word or two: the same in the menu, in `status`, in the summary and in the report."""
        if self.standing is Standing.OVER:
            return "ended" if self.exit_code in (EXIT_DONE, EXIT_NO_SUCCESS) else "stopped"
        return _WORDS[self.standing]

    @property
    def pause(self) -> str:
        """What is to be said of a paused driver, or nothing."""
        if not self.paused:
            return ""
        return (
            f"Its driver, process {self.pid}, is paused (by Ctrl-Z, for example). To resume it, use fg in "
            f"its shell, or kill -CONT {self.pid}."
        )


def introduction(
    epoch: int, seed: int, where: str, cwd: Path | str, job: str = "", terms: Mapping[str, str] | None = None
) -> Driver:
    """The first record of a driver's journal: who drives, and how the run was begun.

    where: the name of the scheduler. job: the scheduler's job that this process is in. terms: see `worker.driver.terms`.
    """
    pid = os.getpid()
    return Driver(
        epoch=epoch,
        host=socket.gethostname(),
        pid=pid,
        pid_start=processes.birth(pid) or "",
        at=time.time(),
        version=__version__,
        seed=seed,
        where=where,
        cwd=str(cwd),
        job=job,
        terms=terms or {},
    )


def give_sign(paths: RunPaths, epoch: int) -> None:
    """Show that the driver of `epoch` lives: the time of its journal is set to now."""
    with suppress(OSError):
        os.utime(paths.journal(epoch))


def claim(paths: RunPaths, *, untouched: bool = False) -> Claim:
    """The newest driver of a run, and whether it lives; never takes "cannot know" for dead.

    untouched: write nothing, not even to learn how late it is for the file system. Then a driver on another machine may be taken for
    dead because its clock is behind.
    """
    epoch = newest(paths)
    if epoch == 0:
        return Claim(Standing.NEVER)
    silent = _silence(paths, epoch, untouched)
    first = introduction_of(paths, epoch)
    if first is None:
        return _without_a_word(epoch, silent)
    last = _last_records(paths.journal(epoch))
    ended = next((record.exit_code for record in last if isinstance(record, Ended)), None)
    return _of(first, silent, ended, any(isinstance(record, Leaving) for record in last))


def claim_of(state: Replayed, silent: float) -> Claim:
    """The same by what was replayed, without a look at any file. silent: seconds since the newest driver's last sign of life."""
    if state.epoch == 0:
        return Claim(Standing.NEVER)
    first = next((driver for driver in state.drivers if driver.epoch == state.epoch), None)
    if first is None:
        return _without_a_word(state.epoch, silent)
    ended = state.ended.exit_code if state.ended else None
    return _of(first, silent, ended, state.left == state.epoch)


def _without_a_word(epoch: int, silent: float) -> Claim:
    # Between making its journal and its first word a driver reads what was before it; the word may be under way, too.
    recent = silent < SILENT_AFTER
    return Claim(Standing.BEGINNING if recent else Standing.DEAD, epoch, silent=silent)


def _of(first: Driver, silent: float, ended: int | None, left: bool) -> Claim:
    """The claim of the driver that has introduced itself so. ended: the exit code that it has written down, None for none."""
    epoch, host, pid, born = first.epoch, first.host, first.pid, first.pid_start
    if ended is not None:
        return Claim(Standing.OVER, epoch, host, pid, born, silent, exit_code=ended)
    if left:
        standing = Standing.LEFT
    elif host == socket.gethostname():
        standing = Standing.ALIVE if processes.alive(pid, born) else Standing.DEAD
    else:
        standing = Standing.SILENT if silent < SILENT_AFTER else Standing.DEAD
    paused = standing is Standing.ALIVE and processes.paused(pid)
    return Claim(standing, epoch, host, pid, born, silent, paused)


def _silence(paths: RunPaths, epoch: int, untouched: bool) -> float:
    """Seconds since a driver's last sign of life, as far as it is seen here: since it said that it begins, at least."""
    for sign in (paths.journal(epoch), paths.next_driver(epoch - 1)):
        with suppress(OSError):
            at = sign.stat().st_mtime
            silent = time.time() - at
            # Before a driver is taken for dead, or alive for ever, its times are compared with one of the same clock.
            plain = untouched or 0 <= silent < SILENT_AFTER
            return max(0.0, silent if plain else _time_there(paths.root) - at)
    return 0.0


def _time_there(folder: Path) -> float:
    """How late it is for the file system of a folder, whose server may stamp its files; this machine's time where nothing
    can be written there."""
    import tempfile  # agents begin without it

    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\n")
            file.flush()
            return os.fstat(file.fileno()).st_mtime
    except OSError:
        return time.time()


def _last_records(journal: Path) -> list[Read | None]:
    with suppress(OSError), journal.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        return [JOURNAL.decode(line) for line in file.read().split(b"\n")[-3:]]
    return []
