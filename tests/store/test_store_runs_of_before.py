"""Runs that an earlier version has made are read as it read them, and go on."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from forked_commands import Omniopt

from worker.driver.restore import restore
from worker.report.exchange import csv_file
from worker.store import replay
from worker.store.claim import claim, claim_of
from worker.store.paths import Home, RunPaths
from worker.store.run_config import read_run

RUNS = Path(__file__).parent / "runs_of_before"
NAMES = sorted(path.name for path in RUNS.iterdir() if path.is_dir())


@pytest.fixture(params=NAMES)
def paths(request: pytest.FixtureRequest) -> RunPaths:
    """The folder of each run."""
    return RunPaths(RUNS / request.param)


def expected(paths: RunPaths) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((paths.root / "expected.json").read_text())
    return found


def brought(name: str, workdir: Path) -> RunPaths:
    """A copy of a run in a workdir, in which its programs start from now on."""
    there = Home.in_workdir(workdir).run(name)
    shutil.copytree(RUNS / name, there.root)
    there.trials.mkdir(exist_ok=True)
    there.started_in.write_bytes(bytes(workdir))
    return there


def test_who_drives_a_run_is_known_from_what_was_replayed_as_from_its_files(paths: RunPaths) -> None:
    files, replayed = claim(paths, untouched=True), claim_of(replay.load(paths), 1e9)
    assert replace(replayed, silent=0) == replace(files, silent=0)


def test_all_kinds_of_ends_are_among_them() -> None:
    trials = [trial for name in NAMES for trial in expected(RunPaths(RUNS / name))["trials"].values()]
    ends = {trial["status"] for trial in trials if trial["end"] is not None}
    assert ends == {"ok", "failed", "underflow", "not-finite", "lost", "cancelled"}


def test_every_trial_is_as_it_was(paths: RunPaths) -> None:
    known, state = expected(paths), replay.load(paths)
    assert [str(number) for number in state.trials] == list(known["trials"])
    for number, trial in state.trials.items():
        facts = json.loads(json.dumps(asdict(trial)))
        assert facts.pop("number") == number
        assert [facts.pop(name) for name in ("point", "repeat", "alone")] == [0, 1, ""]
        assert facts == known["trials"][str(number)]
    ended = known["ended"]
    assert state.ended == (tuple(ended) if ended else None)
    assert (state.seed, state.wanted) == (known["seed"], known["wanted"])
    assert [state.torn, state.strays, state.ignored] == known["counts"]
    assert claim(paths).word == known["standing"]


def test_the_next_driver_begins_with_the_same(paths: RunPaths) -> None:
    known, restored = expected(paths), restore(paths, 99)
    for name, counts in (
        ("strikes", restored.strikes),
        ("voided", restored.voided),
        ("given", restored.attempts),
    ):
        assert {str(number): count for number, count in counts.items()} == known[name]
    assert sorted(map(list, restored.retracted)) == known["retracted"]
    for name in ("failures", "first", "seconds", "next_number"):
        assert getattr(restored, name) == known[name]


def test_the_csv_is_the_same(paths: RunPaths) -> None:
    file = io.StringIO()
    csv_file.write_to(file, paths, read_run(paths), replay.load(paths).trials.values())
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    before = list(csv.DictReader(io.StringIO(paths.csv.read_text())))
    for row in (*rows, *before):
        row["log"] = Path(row["log"]).name
        for moment in ("start", "end"):  # in the time zone of whoever reads it
            row[moment] = row[moment] and str(datetime.fromisoformat(row[moment]).timestamp())
    assert rows == before


@pytest.mark.parametrize("name", NAMES)
def test_status_tells_how_it_stands(name: str, workdir: Path, omniopt: Omniopt) -> None:
    paths = brought(name, workdir)
    known = expected(paths)
    status = json.loads(omniopt("status", name, "--json").stdout)
    assert (status["state"], status["seed"], status["torn"]) == (known["standing"], known["seed"], 0)
    assert status["driver"]["epoch"] == known["epochs"][-1]
    assert (status["reason"], status["exit_code"], status["ended_at"]) == tuple(known["ended"][:3])
    counts = {status: count for status, count in status["trials"].items() if count}
    statuses = [trial["status"] for trial in known["trials"].values()]
    assert counts == {status: statuses.count(status) for status in statuses}


def test_it_goes_on(workdir: Path, omniopt: Omniopt) -> None:
    paths = brought("interrupted", workdir)
    done = omniopt("resume", "interrupted", "--max-evals", "6")
    assert done.returncode == 0, done
    trials = replay.load(paths).trials
    before = expected(paths)["trials"]
    assert [trial.status.value for trial in trials.values()] == ["ok", "ok", "ok", "lost", "ok", "ok", "ok"]
    for number in before:
        assert trials[int(number)].loss == before[number]["loss"]
    assert trials[6].attempt == 1
