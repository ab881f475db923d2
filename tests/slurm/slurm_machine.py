"""What a test cluster needs of this machine: files for GPUs, free ports, and patience."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path

READY_SECONDS = 60
PORTS = range(10_000, 32_000)  # below those that Linux gives to connections


def fake_gpu(path: Path) -> None:
    """A file that Slurm takes for a GPU: a device like /dev/null; nobody opens it."""
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        path.touch()  # not root: jobs get their GPUs all the same, but no CUDA_VISIBLE_DEVICES


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at, and that the system gives to no connection before a daemon has taken them."""
    ports: list[int] = []
    while len(ports) < count:
        port = random.SystemRandom().choice(PORTS)
        with contextlib.suppress(OSError), socket.socket() as listener:
            listener.bind(("", port))
            if port not in ports:
                ports.append(port)
    return ports


def wait_for(condition: Callable[[], object], sentence: str, logs: Callable[[], str]) -> None:
    """Wait until `condition` holds; RuntimeError with the `sentence` and the logs where it does not come to that."""
    ends_at = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > ends_at:
            raise RuntimeError(f"{sentence} within {READY_SECONDS} s.\n{logs()}")
        time.sleep(0.05)
