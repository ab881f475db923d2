"""The page's command for the first time, run in a shell, and what it finds there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

# With pip's own setting for it, no dependencies are fetched: these tests are not about them.
QUICK = {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "OMNIOPT_ANY_VERSIONS": "1"}
STEP = 60.0  # seconds that one step of an installation may take


def install(
    script: Path, *words: str, shell: str = "sh", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the page's command with some words behind it."""
    return subprocess.run(
        [shell, str(script), *words],
        cwd=cwd or script.parent,
        env={**os.environ, **QUICK, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def stamp(workdir: Path) -> Path:
    return workdir / "omniopt" / ".venv" / "installed-wheel"


def tools(folder: Path, *names: str) -> str:
    """A PATH with nothing but these programs and what every system has."""
    folder.mkdir()
    for name in ("sh", "cat", "echo", "mkdir", "mv", "rm", "rmdir", "uname", "find", "sleep", "env", *names):
        (folder / name).symlink_to(str(shutil.which(name)))
    return str(folder)


def write_program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
