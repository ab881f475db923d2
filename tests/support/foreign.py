"""Folders of other users, for tests: only the superuser can make them, and somebody without privileges must meet them."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

ME, OTHER = "daemon", "nobody"  # two users that every system has
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make folders of other users")


def give(path: Path, user: str, *, whole: bool = True) -> None:
    """Make `path`, with all that it holds where it is `whole`, belong to a user and their group."""
    entry = pwd.getpwnam(user)
    places = [path, *path.rglob("*")] if whole and not path.is_symlink() else [path]
    for place in places:
        os.chown(place, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def strange_group() -> int:
    """The number of a group that has nothing to do with ME."""
    mine = pwd.getpwnam(ME).pw_gid
    return next(one.gr_gid for one in grp.getgrall() if one.gr_gid not in (0, mine) and ME not in one.gr_mem)


def as_me(*words: str) -> list[str]:
    """A command line that runs `words` as ME, in no other group than theirs."""
    entry = pwd.getpwnam(ME)
    return [
        shutil.which("setpriv") or "setpriv",
        f"--reuid={ME}",
        f"--regid={entry.pw_gid}",
        "--clear-groups",
        *words,
    ]


def run_as_me(words: Sequence[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as ME, without a terminal."""
    return subprocess.run(
        as_me(*words),
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
