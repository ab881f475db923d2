"""A test that leaves a process behind fails and the process is ended, however it was started; others do not fail."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[1]
MODULE = """
import os, subprocess, sys

CHILD = ["sleep", "600"]

def test_waits_for_its_process():
    subprocess.run(["true"], check=True)

def test_starts_none():
    pass

def test_popen():
    subprocess.Popen(CHILD, stdout=subprocess.DEVNULL, start_new_session=True).returncode = 0

def test_spawn():
    os.posix_spawnp("sleep", CHILD, os.environ)

def test_orphan():
    subprocess.run(["sh", "-c", "setsid sleep 600 >/dev/null 2>&1 &"], check=True)
"""


def test_what_a_test_leaves_behind_is_found_and_ended(tmp_path: Path) -> None:
    plugin = (TESTS / "support" / "leftovers.py").read_text(encoding="utf-8")
    assert "GRACE = 10.0" in plugin
    (tmp_path / "conftest.py").write_text(plugin.replace("GRACE = 10.0", "GRACE = 0.5"), encoding="utf-8")
    (tmp_path / "test_some.py").write_text(MODULE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rA", "--rootdir=.", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    ended = [
        line.partition("::")[2].split(" ")[0]
        for line in done.stdout.splitlines()
        if line.startswith("ERROR ")
    ]
    assert ended == ["test_popen", "test_spawn", "test_orphan"], done.stdout
    # Where CI is set, pytest says each of them once more in its summary.
    assert len(set(re.findall(r"\d+: sleep 600$", done.stdout, re.MULTILINE))) == 3
    assert "5 passed, 3 errors" in done.stdout
