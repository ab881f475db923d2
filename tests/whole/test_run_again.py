"""Taking up a run again: with other limits, from wherever one is, and after its worker has left nothing readable."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest
from forked_commands import Omniopt

from worker.store.paths import Home
from worker.store.replay import load

PATIENCE = 60.0  # seconds

CONFIG = """
[run]
name = "again"
objective = "echo $OMNIOPT_TRIAL ($x) >> log; {wait}; echo RESULT: ($x)"
workers = 1
[search]
algorithm = "hyperopt.rand.suggest"
max_evals = 3
[parameters.x]
type = "hp.uniform"
min = 0
max = 1
"""


@pytest.fixture
def ended(omniopt: Omniopt, workdir: Path) -> Path:
    """The folder of a run that has made its 3 evaluations."""
    (workdir / "config.toml").write_text(CONFIG.format(wait="true"))
    done = omniopt("start", "config.toml", "--local")
    assert done.returncode == 0, done.stderr
    return workdir / "omniopt" / "projects" / "again"


def test_a_run_goes_on_with_more_evaluations(omniopt: Omniopt, ended: Path) -> None:
    started = (ended / "config.toml").read_text()
    done = omniopt("resume", "again", "--max-evals", 5)
    assert done.returncode == 0, done.stderr
    assert "All 5 evaluations are done." in done.stdout
    assert (ended / "config.toml").read_text() == started
    first, second, rest = (ended / "versions.txt").read_text().split("\n\n")
    assert (first.startswith("# driver 1, "), second.startswith("# driver 2, "), rest) == (True, True, "")
    assert f"numpy {metadata.version('numpy')}" in first.splitlines()
    assert first.splitlines()[1:] == second.splitlines()[1:]
    status = json.loads(omniopt("status", "again", "--json").stdout)
    assert (status["max_evals"], status["trials"]["ok"]) == (5, 5)


def test_changes_stay_and_add_up(omniopt: Omniopt, ended: Path) -> None:
    assert omniopt("resume", "again", "--max-evals", 4).returncode == 0
    assert omniopt("resume", "again", "--runtime", "2").returncode == 0
    status = json.loads(omniopt("status", "again", "--json").stdout)
    assert status["max_evals"] == 4


def test_a_wrong_limit_changes_nothing(omniopt: Omniopt, ended: Path) -> None:
    done = omniopt("resume", "again", "--max-evals", "many")
    assert done.returncode == 2
    assert "search.max_evals" in done.stderr
    assert not (ended / "changes.toml").exists()


@pytest.mark.parametrize("name", ["config.toml", "changes.toml"])
@pytest.mark.parametrize("damaged", [b"\0" * 100, b'[run]\nname = "ag'])
def test_a_damaged_config_is_named(omniopt: Omniopt, ended: Path, name: str, damaged: bytes) -> None:
    (ended / name).write_bytes(damaged)
    for command in ("status", "resume"):
        done = omniopt(command, "again")
        assert done.returncode == 2
        assert f"{ended / name} cannot be used" in done.stderr


@pytest.mark.parametrize("roster", ["[1]", '{"agents": 3}', "\0"])
def test_a_damaged_list_of_workers_hides_nothing(omniopt: Omniopt, ended: Path, roster: str) -> None:
    (journal,) = (ended / "journal").glob("*.jsonl")
    *records, _ = journal.read_bytes().splitlines(keepends=True)  # its driver has died before the last word
    journal.write_bytes(b"".join(records))
    (ended / "workers.json").write_text(roster)
    done = omniopt("status", "again")
    assert done.returncode == 0
    assert "again: interrupted" in done.stdout


def test_who_starts_again_with_another_limit_changes_it(omniopt: Omniopt, ended: Path) -> None:
    done = omniopt("start", "config.toml", "--local", "--existing", "continue", "--max-evals", 9)
    assert "search.max_evals: 3 in the run, 9 in the config" in done.stdout
    assert "All 9 evaluations are done." in done.stdout


def test_a_folder_that_was_removed_is_no_place_to_be(omniopt: Omniopt, workdir: Path) -> None:
    gone = workdir / "gone"
    gone.mkdir()
    script = f"rmdir '{gone}'; exec \"$0\" -I -m worker status"
    done = subprocess.run(
        ["bash", "-c", script, sys.executable], cwd=gone, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "no longer exists" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_whose_folder_of_programs_is_gone_says_so(
    omniopt: Omniopt, workdir: Path, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "config.toml").write_text(CONFIG.format(wait="true"))
    assert omniopt("start", "config.toml", "--local", "--workdir", workdir, cwd=place).returncode == 0
    for file in place.iterdir():
        file.unlink()
    place.rmdir()
    done = omniopt("resume", "again", "--max-evals", 5)
    assert done.returncode == 5
    assert f"The folder {place}, in which the run was started" in done.stdout


def test_a_worker_that_left_nothing_readable_is_known_to_be_gone(omniopt: Omniopt, workdir: Path) -> None:
    """The machine has lost its outbox; the journal knows its process, and that is not there any more."""
    (workdir / "config.toml").write_text(CONFIG.format(wait="while [ ! -e go ]; do sleep 0.05; done"))
    paths = Home.in_workdir(workdir).run("again")
    words = ["-I", "-m", "worker", "start", "config.toml", "--local"]
    driver = subprocess.Popen([sys.executable, *words], cwd=workdir, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + PATIENCE
    while not (workdir / "log").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    driver.kill()
    driver.wait()
    [agent] = load(paths).agents.values()
    assert agent.pid is not None
    os.kill(agent.pid, signal.SIGKILL)
    paths.agent(agent.agent).outbox.write_bytes(b"7e9b91ee {torn")
    (workdir / "go").touch()
    assert omniopt("resume", "again").returncode == 0
    rows = list(csv.DictReader(paths.csv.read_text().splitlines()))
    assert [row["status"] for row in rows] == ["ok"] * 3
