"""Machines that share a folder and see late what the others do there: each has a mount of its own, with its own cache.

As with NFS, opening a file shows its newest content, creating one asks the server, and everything else is remembered:
here for longer than any test waits, so that whatever relies on the end of that time never comes.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_REMEMBERED = 3600  # seconds that names, and that there is no such name, are remembered
_ATTRIBUTES = 0
_PATIENCE = 30.0


@dataclass
class Machines:
    """Machines that share what is in `folder`/served; each sees it in `folder`/<its name>."""

    folder: Path
    remembered: float = _REMEMBERED
    _servers: dict[Path, subprocess.Popen[bytes]] = field(default_factory=dict)

    def add(self, name: str) -> Path:
        """One more machine; the folder in which it sees what all share. Without FUSE here, it sees everything at once."""
        served, mount = self.folder / "served", self.folder / name
        served.mkdir(exist_ok=True)
        mount.mkdir()
        if not self._mount(served, mount):
            mount.rmdir()
            mount.symlink_to(served)
        return mount

    def _mount(self, served: Path, mount: Path) -> bool:
        seconds = (
            f"entry_timeout={self.remembered},negative_timeout={self.remembered},attr_timeout={_ATTRIBUTES}"
        )
        command = ["bindfs", "-f", "--no-allow-other", "--multithreaded", "-o", f"{seconds},auto_cache"]
        try:
            server = subprocess.Popen([*command, served, mount], stdin=subprocess.DEVNULL)
        except FileNotFoundError:
            return False
        ends_at = time.monotonic() + _PATIENCE
        while not os.path.ismount(mount):
            if server.poll() is not None:
                return False
            assert time.monotonic() < ends_at, f"{mount} was not mounted"
            time.sleep(0.01)
        self._servers[mount] = server
        return True

    @property
    def late(self) -> bool:
        """Whether they see late what the others do, which needs bindfs and FUSE."""
        return bool(self._servers)

    def unmount(self, mount: Path) -> None:
        """Unmount it, even while it is used."""
        subprocess.run(["umount", "--lazy", mount], check=False)
        server = self._servers.pop(mount)
        server.kill()
        server.wait()

    def close(self) -> None:
        """Unmount everything."""
        for mount in list(self._servers):
            self.unmount(mount)


@contextmanager
def sharing(folder: Path) -> Iterator[Machines]:
    """Machines that share a folder, until the end of the block."""
    machines = Machines(folder)
    try:
        yield machines
    finally:
        machines.close()
