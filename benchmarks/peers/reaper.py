"""Runs a command and waits for all that it leaves behind, then says what it cost: python reaper.py REPORT COMMAND...

The report is JSON: `began` and `ended` (seconds since 1970) and `code` of the command itself, which are there when it has
ended, and `cpu`, the seconds of processor time of all that it started, which is there when the last of it has gone.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

_SUBREAPER = (
    36  # PR_SET_CHILD_SUBREAPER of linux/prctl.h: orphans become our children, whose times are counted
)


def main(report: Path, command: list[str]) -> None:
    """Run the command in this process's folder and environment, and write the report."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel does not let this process take orphans")
    began = time.time()
    with subprocess.Popen(command) as child:
        said: dict[str, float] = {}
        while True:
            try:
                pid, status = os.wait()
            except ChildProcessError:
                break
            if pid == child.pid:
                child.returncode = os.waitstatus_to_exitcode(status)
                said = {"began": began, "ended": time.time(), "code": child.returncode}
                _write(report, said)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    _write(report, {**said, "cpu": used.ru_utime + used.ru_stime})


def _write(report: Path, said: dict[str, float]) -> None:
    half = report.with_suffix(".half")
    half.write_text(json.dumps(said), encoding="utf-8")
    half.replace(report)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
