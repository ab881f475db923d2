"""The demo of the README, as a stranger starts it: from the form to the best parameters of a real training script."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from page_server import running_page

ROOT = Path(__file__).resolve().parents[2]
EVALUATIONS = 8  # of the example's 32: each trains for seconds
# No more than a login gives; what the tests' own environment holds is not there.
BARE = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}


@pytest.fixture
def environment(workdir: Path) -> dict[str, str]:
    """The environment of a new user: an empty home, and nothing of this process but the mark of its test."""
    home = workdir / "home"
    home.mkdir()
    return {**BARE, "HOME": str(home), "OMNIOPT_TEST": os.environ["OMNIOPT_TEST"]}


@pytest.mark.timeout(900)
def test_demo_finds_parameters_and_says_where_the_results_are(
    workdir: Path, environment: dict[str, str]
) -> None:
    results = workdir / "results"
    demo = subprocess.run(
        [ROOT / "scripts" / "demo", "--workdir", results, "--evaluations", str(EVALUATIONS)],
        cwd=workdir,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert demo.returncode == 0, demo.stdout + demo.stderr

    table = results / "omniopt" / "projects" / "digits" / "csv" / "digits.csv"
    assert str(table) in demo.stdout
    with table.open(encoding="utf-8", newline="") as file:
        losses = [float(row["RESULT"]) for row in csv.DictReader(file) if row["status"] == "ok"]
    assert len(losses) == EVALUATIONS
    assert f"has a loss of {min(losses)}" in demo.stdout
    compared = re.search(r"the loss is (\S+): the best is (\d+)% (lower|higher)", demo.stdout)
    assert compared is not None, demo.stdout
    lower = 100 * (1 - min(losses) / float(compared[1]))
    assert (float(compared[2]), compared[3]) == (round(abs(lower)), "lower" if lower >= 0 else "higher")
    assert "digits" in Path(*re.findall(r"for a browser: +(.+)", demo.stdout)).read_text(encoding="utf-8")

    python = results / "omniopt" / ".venv" / "bin" / "python"
    best = subprocess.run(
        [python, "-I", "-m", "worker", "best", "digits", "--json"],
        cwd=results,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(best.stdout)["loss"] == min(losses)
    # pip keeps its downloads there; the home folder is none of OmniOpt's business otherwise.
    assert {path.name for path in (workdir / "home").iterdir()} <= {".cache"}


def test_a_workdir_that_cannot_be_made_is_said_plainly(workdir: Path) -> None:
    (workdir / "file").touch()
    demo = subprocess.run(
        [sys.executable, ROOT / "scripts" / "demo.py", "--workdir", workdir / "file" / "results"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert demo.returncode == 1
    assert demo.stderr.startswith("scripts/demo: results cannot be stored in ")
    assert "Name a folder that you can write to: scripts/demo --workdir DIR" in demo.stderr
    assert demo.stderr.count("\n") == 1


def test_where_curl_is_missing_the_command_that_needs_none_is_pasted(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.spec_from_file_location("demo", ROOT / "scripts" / "demo.py")
    assert spec is not None and spec.loader is not None
    demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(demo)
    with running_page() as address:
        query = demo.example_query("digits", 1)
        for found, fetches in (("/usr/bin/curl", {"curl"}), (None, {"curl", "wget", "python3"})):
            monkeypatch.setattr(shutil, "which", lambda name, found=found: found)
            command = demo.ask_for_command(address, query)
            assert {name for name in ("curl", "wget", "python3") if f"{name} " in command} == fetches
            assert shlex.split(command)[-2:] == ["--local", "--yes"]
