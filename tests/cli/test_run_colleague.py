"""Runs of somebody else, which may be read in part or not at all, and words that name no run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked_commands import Omniopt

CONFIG = """
[run]
name = "theirs"
objective = "echo RESULT: ($x)"
[search]
max_evals = 2
[parameters.x]
type = "hp.uniform"
min = 0
max = 1
"""


@pytest.fixture
def theirs(omniopt: Omniopt, workdir: Path) -> Path:
    """The folder of an ended run."""
    (workdir / "config.toml").write_text(CONFIG)
    done = omniopt("start", "config.toml", "--local")
    assert done.returncode == 0, done.stderr
    return workdir / "omniopt" / "projects" / "theirs"


@pytest.fixture
def forbidden(request: pytest.FixtureRequest, theirs: Path) -> Iterator[Path]:
    """A part of the run's folder that nobody may look into or change."""
    part = theirs / request.param
    mode = part.stat().st_mode
    part.chmod(0)
    yield part
    part.chmod(mode)


def as_colleague(workdir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user without privileges: root may read everything."""
    command = [sys.executable, "-I", "-m", "worker", *arguments]
    if os.geteuid() == 0:
        # Another user could not enter the folder of the test; root without its privileges may, as its owner.
        command = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]
    return subprocess.run(command, cwd=workdir, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("forbidden", ["config.toml", "journal", ""], indirect=True)
@pytest.mark.parametrize("command", ["status", "best", "follow", "resume", "stop", "cancel"])
def test_what_may_not_be_read_is_named(workdir: Path, forbidden: Path, command: str) -> None:
    done = as_colleague(workdir, command, "theirs")
    assert "Traceback" not in done.stderr
    assert done.returncode in (2, 5), done
    assert str(forbidden) in done.stderr


@pytest.mark.parametrize("forbidden", ["config.toml", "journal", ""], indirect=True)
def test_one_unreadable_run_hides_no_other(omniopt: Omniopt, workdir: Path, forbidden: Path) -> None:
    assert omniopt("start", "config.toml", "--local", "--name", "mine").returncode == 0
    done = as_colleague(workdir, "status")
    assert done.returncode == 0, done.stderr
    mine, other = done.stdout.splitlines()
    assert mine.startswith("mine    ended: 2 of 2 done")
    assert other.startswith("theirs  cannot be read: ")
    assert '"state": "unreadable"' in as_colleague(workdir, "status", "--json").stdout


@pytest.mark.parametrize("word", ["", ".", "x" * 300, "~nobody-of-that-name/run", "a\nb", "a/../b"])
def test_a_word_that_names_no_run(omniopt: Omniopt, word: str) -> None:
    done = omniopt("status", word)
    assert done.returncode == 2
    assert done.stderr.startswith("omniopt: There is no run ")


@pytest.mark.parametrize("forbidden", ["agents"], indirect=True)
def test_a_run_that_may_only_be_read_cannot_be_resumed(workdir: Path, theirs: Path, forbidden: Path) -> None:
    (theirs / "journal").chmod(0o555)
    done = as_colleague(workdir, "resume", "theirs", "--max-evals", "4")
    (theirs / "journal").chmod(0o755)
    assert done.returncode == 5
    assert "Permission denied. Check that the folder exists and that you may write to it." in done.stderr
    assert "by itself" not in done.stderr
