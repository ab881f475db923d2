"""A run taken up with another config: replaced while nothing was successful, other resources and limits, and what stays."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config

from worker.cli.commands.resume import configure
from worker.cli.parser import CommandParser
from worker.spec.fields import FIELDS, FIXED
from worker.spec.run import ParameterDraft
from worker.store import replay


@pytest.fixture
def failed(omniopt: Omniopt, local: Local) -> Path:
    """The config of a run in which nothing was successful."""
    path = config(local.workdir, objective="cat nothing ($x)", max_evals=3, workers=1)
    assert omniopt("start", path, "--local").returncode == 1
    return path


@pytest.fixture
def ended(omniopt: Omniopt, local: Local) -> Path:
    """The config of a run that has made its 3 evaluations."""
    path = config(local.workdir, max_evals=3, workers=1)
    assert omniopt("start", path, "--local").returncode == 0
    return path


def status(omniopt: Omniopt) -> dict[str, object]:
    found: dict[str, object] = json.loads(omniopt("status", "pear", "--json").stdout)
    return found


def test_a_run_without_a_success_is_replaced_and_kept_aside(
    omniopt: Omniopt, local: Local, failed: Path
) -> None:
    config(local.workdir, objective="echo RESULT: ($x)", max_evals=3, workers=1)
    done = omniopt("start", failed, "--local", "--existing", "replace")
    assert done.returncode == 0, done.stderr
    aside = local.paths.root.with_name("pear.1")
    assert f"kept in {aside}." in done.stdout
    assert "cat nothing" in (aside / "config.toml").read_text()
    assert len(replay.load(local.paths).trials) == 3
    assert "0 of 3 done" in omniopt("status", "pear.1").stdout
    assert omniopt("csv", "pear.1").returncode == 0


def test_each_replaced_run_is_kept(omniopt: Omniopt, local: Local, failed: Path) -> None:
    for _ in range(2):
        omniopt("start", failed, "--local", "--existing", "replace")
    assert sorted(path.name for path in local.paths.root.parent.iterdir()) == ["pear", "pear.1", "pear.2"]


def test_the_advice_after_a_failed_run_helps(omniopt: Omniopt, local: Local, failed: Path) -> None:
    said = omniopt("status", "pear").stdout
    (line,) = re.findall(r"^ +(\S.* start .*--existing replace .*)$", said, re.MULTILINE)
    done = subprocess.run(
        ["sh", "-c", line.replace("cat nothing ($x)", "echo RESULT: ($x)")],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "All 3 evaluations are done." in done.stdout
    assert local.count("ok") == 3
    assert local.paths.started_in.read_text() == str(local.workdir)


def test_a_run_with_a_success_is_not_replaced(omniopt: Omniopt, local: Local, ended: Path) -> None:
    done = omniopt("start", ended, "--local", "--existing", "replace")
    assert done.returncode == 2
    assert "has 3 successful evaluations" in done.stderr
    assert len(replay.load(local.paths).trials) == 3


def test_a_run_that_was_interrupted_is_cancelled_before_it_is_replaced(
    omniopt: Omniopt, local: Local, failed: Path
) -> None:
    (journal,) = local.paths.journals.glob("*.jsonl")
    *records, _ = journal.read_bytes().splitlines(keepends=True)  # its driver has died before the last word
    journal.write_bytes(b"".join(records))
    done = omniopt("start", failed, "--local", "--existing", "replace")
    assert done.returncode == 2
    assert "omniopt/omniopt' cancel pear\n" in done.stderr
    assert omniopt("cancel", "pear").returncode == 0
    assert omniopt("start", failed, "--local", "--existing", "replace").returncode == 1


def test_resources_and_limits_of_a_changed_config_hold_when_the_run_goes_on(
    omniopt: Omniopt, local: Local, ended: Path
) -> None:
    started = local.paths.config.read_text()
    config(local.workdir, max_evals=6, workers=2, memory=3000, max_failures=7)
    done = omniopt("start", ended, "--local", "--existing", "continue")
    assert done.returncode == 0, done.stderr
    for line in (
        "search.max_evals: 3 in the run, 6 in the config",
        "run.workers: 1 in the run, 2 in the config",
        "slurm.memory: 2000 in the run, 3000 in the config",
    ):
        assert f"  {line}\n" in done.stdout
    assert local.paths.config.read_text() == started
    assert (status(omniopt)["max_evals"], status(omniopt)["workers"]) == (6, 2)
    assert local.count("ok") == 6
    events = local.paths.events.read_text()
    assert "slurm.memory is 3000 from now on, not 2000\n" in events
    assert "run.max_failures is 7 from now on, not 100\n" in events


def test_what_cannot_change_is_listed_with_both_values(omniopt: Omniopt, local: Local, ended: Path) -> None:
    other = ParameterDraft("x", "hp.uniform", {"min": 0, "max": 2})
    new = ParameterDraft("y", "hp.uniform", {"min": 0, "max": 1})
    config(local.workdir, other, new, objective="echo RESULT: ($y)", seed=3, max_evals=3, workers=1)
    done = omniopt("start", ended, "--local", "--existing", "continue")
    listed = done.stdout.split("that cannot be applied to this run:\n")[1]
    for line in (
        "run.objective: echo RESULT: ($x) in the run, echo RESULT: ($y) in the config",
        "search.seed: 42 in the run, 3 in the config",
        "parameters.x: hp.uniform min=0 max=1 in the run, hp.uniform min=0 max=2 in the config",
        "parameters.y: not there in the run, hp.uniform min=0 max=1 in the config",
    ):
        assert f"  {line}\n" in listed
    assert not local.paths.changes.exists()


def test_what_resume_has_changed_is_not_taken_back_by_the_config_of_the_start(
    omniopt: Omniopt, local: Local, ended: Path
) -> None:
    assert omniopt("resume", "pear", "--max-evals", 5).returncode == 0
    done = omniopt("start", ended, "--local", "--existing", "continue")
    assert (
        "which stay in effect if the run continues:\n  search.max_evals: 5 in the run, 3 in the config\n"
        in done.stdout
    )
    assert status(omniopt)["max_evals"] == 5


def test_resume_changes_the_number_of_workers_that_was_asked_for_before(
    omniopt: Omniopt, local: Local, ended: Path
) -> None:
    assert omniopt("resume", "pear", "--workers", 3, "--max-evals", 4).returncode == 0
    assert status(omniopt)["workers"] == 3
    assert omniopt("resume", "pear", "--workers", 2, "--max-evals", 5).returncode == 0
    assert status(omniopt)["workers"] == 2


def test_memory_changes_what_an_evaluation_may_use(omniopt: Omniopt, local: Local) -> None:
    objective = (
        "python3 -c 'x = bytearray(90 << 20); import time; time.sleep(3); print(\"RESULT: 1\")' # ($x)"
    )
    path = config(local.workdir, objective=objective, max_evals=1, max_failures=1, workers=1, memory=40)
    said = omniopt("start", path, "--local").stdout
    (line,) = re.findall(r"^ +(\S.* resume pear --memory \d+)$", said, re.MULTILINE)
    assert line.endswith("--memory 80")
    done = omniopt("resume", "pear", "--memory-per", "cpu")  # of which a worker has four
    assert done.returncode == 0, done.stdout
    assert local.count("ok") == 1


def test_resume_has_an_option_for_all_that_may_change_and_no_other() -> None:
    parser = CommandParser(prog="omniopt resume")
    configure(parser)
    options = parser.format_help()
    for field in FIELDS:
        if field.path == "run.workdir":
            continue  # which says where the run is looked for
        assert (re.search(rf"{field.flag}\b(?!-)", options) is not None) is (field.path not in FIXED)


def test_the_page_of_commands_lists_what_stays() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
    listed = text.split("but `name`", 1)[1].split("and the parameters", 1)[0]
    keys = {path.partition(".")[2] for path in FIXED}
    assert {"name", *re.findall(r"`(\w+)`", listed)} == keys
