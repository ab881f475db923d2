"""With which versions of Python, OmniOpt and libraries a run was driven: a section of versions.txt for each of its drivers."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from worker import __version__
from worker.store.paths import RunPaths

INSTALLED = re.compile(r"([^-]+)-([^-]+)(?:-py[.\d]+)?\.(?:dist|egg)-info")


def note(paths: RunPaths, epoch: int) -> None:
    """Write down what the driver of `epoch` runs with; a disk without room for it is no reason to stop."""
    at = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    versions = {"python": sys.version.split()[0], "omniopt": __version__, **installed(sys.path)}
    lines = [
        f"# driver {epoch}, {at}, {socket.gethostname()}",
        *(f"{name} {version}" for name, version in versions.items()),
    ]
    with suppress(OSError), paths.versions.open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n\n")


def installed(folders: Sequence[str]) -> dict[str, str]:
    """Name and version of every library in the folders.

    The names of their folders say both; importlib.metadata would tell the same after a tenth of a second.
    """
    # Of two with the same name the one in the earlier folder is imported.
    versions = {name: version for folder in reversed(folders) for name, version in _in(folder)}
    return dict(sorted(versions.items()))


def _in(folder: str) -> Iterator[tuple[str, str]]:
    with suppress(OSError), os.scandir(folder or ".") as entries:
        for entry in entries:
            if named := INSTALLED.fullmatch(entry.name):
                yield named[1].replace("_", "-").lower(), named[2]
