"""Runs whose evaluations note down when they begin and end."""

from __future__ import annotations

import subprocess
from collections import Counter

from local_runs import Local, config, until

# Says when it begins and when it ends, so that a test sees which evaluations were made.
NOTED = "echo begin $OMNIOPT_TRIAL >> log; sleep {seconds}; echo end $OMNIOPT_TRIAL >> log; echo RESULT: ($x)"


def noted(local: Local, what: str) -> Counter[int]:
    """How often each evaluation has noted that it begins or ends."""
    log = local.workdir / "log"
    words = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return Counter(int(number) for kind, number in words if kind == what)


def begin(local: Local, seconds: float | str, **values: object) -> subprocess.Popen[str]:
    """Start a run and wait until its two workers evaluate."""
    path = config(local.workdir, objective=NOTED.format(seconds=seconds), **values)
    process = local.spawn("start", path)
    until(lambda: len(noted(local, "begin")) >= 2)
    return process
