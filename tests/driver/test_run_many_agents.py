"""One driver and many agents: the short form of the benchmark."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "slurm_thousand_agents.py"


def test_a_driver_has_many_agents(tmp_path: Path) -> None:
    words: list[str | Path] = [
        sys.executable,
        SCRIPT,
        "--agents",
        "150",
        "--evaluations",
        "3000",
        "--least",
        "0",
    ]
    done = subprocess.run(words, env={"TMPDIR": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "evaluations per second, 150 agents, 3000 evaluations" in done.stdout
