"""Descendants are found also where one of them ends while they are looked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# In a process of its own, since it adopts orphans.
LOOK = """
import os, signal, subprocess, sys, time
sys.path.insert(0, sys.argv[1])
from worker import processes

assert processes.adopt_orphans()
parent = subprocess.Popen(["bash", "-c", "sleep 300 & echo $!; wait"], stdout=subprocess.PIPE, text=True)
grandchild = int(parent.stdout.readline())
children = processes._children


def after_its_end(pid):
    # The parent ends just before its children are asked for; they are ours from then on.
    if pid == parent.pid and parent.returncode is None:
        parent.kill()
        parent.wait()
    return children(pid)


processes._children = after_its_end
try:
    print(processes.descendants(os.getpid()) == [grandchild])
finally:
    os.kill(grandchild, signal.SIGKILL)
"""


def test_a_child_that_is_orphaned_meanwhile_is_not_missed() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-I", "-c", LOOK, str(root)], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "True\n", done.stderr
