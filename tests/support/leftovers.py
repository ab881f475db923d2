"""A plugin of pytest: a test that leaves processes behind fails, and they are ended."""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

GRACE = 10.0  # seconds that the processes of a test have to end after it
EXEC = 0.5  # seconds within which a process that becomes another program has an environment again
KERNEL_THREAD = 0x00200000  # among the flags of a process
MARK = "OMNIOPT_TEST"  # the environment variable by which a test's processes are known


@pytest.fixture(autouse=True)
def no_leftovers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test whose processes outlive it, and end them.

    The mark is in the environment of whatever the test starts, but not of what fixtures of a wider scope
    (a page, a cluster) started before.
    """
    mark = uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    before = _process_ids()
    yield
    deadline = time.monotonic() + GRACE
    while (left := _marked(mark, before)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    if left:
        listing = "\n".join(f"  {pid}: {command}" for pid, command in left.items())
        pytest.fail(f"the test left processes behind:\n{listing}", pytrace=False)


def _process_ids() -> set[str]:
    return {name for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208 - half the time, after each test


def _marked(mark: str, before: set[str]) -> dict[int, str]:
    """The living processes, other than those `before`, that have `mark` in their environment: id -> command line.

    Only the new ones are opened: on a machine with a cluster's worth of processes, all of them take long.
    """
    wanted = f"{MARK}={mark}".encode()
    found = {}
    for name in _process_ids() - before:
        entry = Path("/proc", name)
        try:
            if wanted in _environ(entry).split(b"\0"):
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
                found[int(name)] = command.decode(errors="replace").strip()
        except OSError:
            continue  # it ended meanwhile, or belongs to someone else
    return found


def _environ(entry: Path) -> bytes:
    """The environment of a process; for a moment, while it becomes another program, there is none."""
    ends_at = time.monotonic() + EXEC
    while not (content := (entry / "environ").read_bytes()) and time.monotonic() < ends_at:
        state, *_, flags = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[:7]
        if state in "ZX" or int(flags) & KERNEL_THREAD:
            break
        time.sleep(0.001)
    return content
