"""Processes as Linux shows them: who descends from whom, whose they are, and ending them all."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_PR_SET_CHILD_SUBREAPER, _PR_SET_PDEATHSIG = 36, 1
_FIRST_FOR_THE_KERNEL = "1000"  # the most that a process can offer itself
_WALKS = 20  # rounds of looking, for the same reason as of _SWEEPS
_SWEEPS = 20  # rounds of killing; a process that forks as fast as it can is outrun by then, or the system is at fault


def adopt_orphans() -> bool:
    """Make this process the parent of every descendant that loses its own, so that none escapes; False if it cannot."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> bool:
    """Have this process told to end (TERM) when the one that has started it is no more; False if that cannot be had."""
    done = _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() == 1:  # it went before
        signal.raise_signal(signal.SIGTERM)
    return done


def kill_first(pid: int) -> None:
    """Let the kernel take `pid`, and what it starts from now on, before all others where memory ends."""
    with suppress(OSError):
        (_PROC / str(pid) / "oom_score_adj").write_text(_FIRST_FOR_THE_KERNEL)


def _prctl(option: int, value: int) -> bool:
    import ctypes  # only agents and drivers in their jobs pay for it

    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(option, value, 0, 0, 0) == 0)


def newest() -> int | None:
    """The number of the process that began last, None where the system does not say; the numbers begin anew some time."""
    with suppress(OSError, ValueError, IndexError):
        return int((_PROC / "loadavg").read_text().split()[4]) or None
    return None


def birth(pid: int) -> str | None:
    """When process `pid` began, as a text that no other process of the same number shares; None if there is none."""
    fields = _stat(pid)
    if fields is None:
        return None
    with suppress(OSError):
        return f"{(_PROC / 'sys/kernel/random/boot_id').read_text()[:8]}-{fields[19]}"
    return fields[19]


def oldest_with(variable: str) -> float | None:
    """When the oldest began of this process and its ancestors that have a variable (NAME=value), in seconds since 1970.

    None where none has it.
    """
    began = None
    for pid in (os.getpid(), *_ancestors(os.getpid())):
        with suppress(OSError):
            if os.fsencode(variable) in (_PROC / str(pid) / "environ").read_bytes().split(b"\0"):
                began = _began(pid) or began
    return began


def _began(pid: int) -> float | None:
    fields = _stat(pid)
    if fields is None:
        return None
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.time() - max(0.0, age)


def alive(pid: int, born: str) -> bool:
    """Whether the process that `birth` described is still running on this machine (a zombie is not)."""
    fields = _stat(pid)
    return fields is not None and fields[0] not in "ZX" and birth(pid) == born


def parent(pid: int) -> int:
    """The process that `pid` is a child of; 0 where there is no such process, or it has no parent that is seen here."""
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def paused(pid: int) -> bool:
    """Whether a process was stopped, by Ctrl-Z for example, and waits until somebody lets it go on."""
    fields = _stat(pid)
    return fields is not None and fields[0] == "T"


def name(pid: int) -> str:
    """The short name of a process, "?" where it has gone."""
    with suppress(OSError):
        return (_PROC / str(pid) / "comm").read_text().rstrip("\n")
    return "?"


def descendants(root: int, excluding: Collection[int] = ()) -> list[int]:
    """All living processes below `root`, parents first, without those in `excluding` and what is below them.

    One that ends while they are looked for leaves its children to another parent, which may have been asked before;
    so they are looked for until none has ended meanwhile.
    """
    ended: set[int] = set()
    for _ in range(_WALKS):
        pids = _below(root, excluding)
        living = [pid for pid in pids if (fields := _stat(pid)) and fields[0] not in "ZX"]
        newly_ended = set(pids).difference(living, ended)
        if not newly_ended:
            break
        ended |= newly_ended
    return living


def _below(root: int, excluding: Collection[int]) -> list[int]:
    pids: list[int] = []
    waiting = [root]
    while waiting:
        for child in _children(waiting.pop()):
            if child not in excluding:
                pids.append(child)
                waiting.append(child)
    return pids


def send(pids: Iterable[int], number: signal.Signals) -> int:
    """Send a signal to each of `pids`; returns how many there still were."""
    reached = 0
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
            reached += 1
    return reached


def expects(pid: int, number: signal.Signals) -> bool:
    """Whether a process does something with a signal of its own: it handles it, or has it wait until it is asked for."""
    with suppress(OSError):
        status = (_PROC / str(pid) / "status").read_text(errors="replace")
        masks = [line.split()[1] for line in status.splitlines() if line.startswith(("SigBlk:", "SigCgt:"))]
        return any(int(mask, 16) & (1 << (number - 1)) for mask in masks)
    return False


def signal_name(number: int) -> str:
    """The name of a signal, such as SIGSEGV; "" where it has none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return ""


def sweep(run: Path, agent: str) -> int:
    """Kill what an agent of `run` that no longer exists has left on this machine; returns how many were killed.

    Its processes are known by OMNIOPT_RUN and OMNIOPT_AGENT in the environment they began with, and by descent
    from one of these. This process and its ancestors are never touched, nor is the agent itself, which does
    not have these variables.
    """
    marks = (b"OMNIOPT_RUN=" + os.fsencode(run.resolve()), b"OMNIOPT_AGENT=" + os.fsencode(agent))
    spared = {os.getpid(), *_ancestors(os.getpid())}
    killed: set[int] = set()
    for _ in range(_SWEEPS):
        leftovers = {pid for pid in _marked(marks) if pid not in spared}
        leftovers.update(*(descendants(pid, spared) for pid in leftovers))
        if not leftovers:
            break
        killed |= {pid for pid in leftovers if send([pid], signal.SIGKILL)}
        os.sched_yield()
    return len(killed)


def _marked(marks: Collection[bytes]) -> Iterator[int]:
    for pid in _all():
        with suppress(OSError):
            variables = (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
            if all(mark in variables for mark in marks) and (fields := _stat(pid)) and fields[0] not in "ZX":
                yield pid


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 1 and (pid := parent(pid)):
        yield pid


def _children(pid: int) -> list[int]:
    tasks = _PROC / str(pid) / "task"
    children: list[int] = []
    try:
        for task in tasks.iterdir():
            children += map(int, (task / "children").read_bytes().split())
    except OSError:
        if not tasks.is_dir():
            return []
        # The kernel has no such file, or a thread has just ended: look at all processes.
        return [other for other in _all() if (fields := _stat(other)) and int(fields[1]) == pid]
    return children


def _all() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit())


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat after the name, from the state on; None where there is no such process."""
    try:
        return (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
