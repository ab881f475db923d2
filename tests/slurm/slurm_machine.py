"""What a test cluster needs of this machine: files for GPUs, free ports, and patience."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
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


def munge_paths(folder: Path) -> Iterator[str]:
    """The options with which a munge daemon has all its files in `folder`."""
    for option, name in (
        ("socket", "munge.socket"),
        ("key-file", "munge.key"),
        ("log-file", "munged.log"),
        ("pid-file", "munged.pid"),
        ("seed-file", "munged.seed"),
    ):
        yield f"--{option}={folder / name}"


def slurm_version(path: str) -> int:
    """The year of the version of Slurm that is found along `path`, such as 22."""
    program = shutil.which("slurmd", path=path) or "slurmd"
    shown = subprocess.run([program, "-V"], capture_output=True, text=True, check=True).stdout
    return int(shown.split()[1].partition(".")[0])


def wait_for(condition: Callable[[], object], sentence: str, logs: Callable[[], str]) -> None:
    """Wait until `condition` holds; RuntimeError with the `sentence` and the logs where it does not come to that."""
    ends_at = time.monotonic() + READY_SECONDS
    while not condition():
        if time.monotonic() > ends_at:
            raise RuntimeError(f"{sentence} within {READY_SECONDS} s.\n{logs()}")
        time.sleep(0.05)
