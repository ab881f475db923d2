"""Any request inside the size limits costs the page little: the short form of the benchmark."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "page_fuzz.py"


def test_no_request_breaks_the_page_or_fills_its_memory() -> None:
    # The time is the benchmark's business: here, others share the processor.
    command: list[str | Path] = [
        sys.executable,
        SCRIPT,
        "--seed",
        "7",
        "--measured",
        "150",
        "--together",
        "400",
        "--cpu",
        "60",
    ]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "most CPU of one request" in done.stdout
