"""What is made of Slurm's answers about scripts that it only tries; a program stands in for sbatch."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from slurm_runs import a_run

from worker.launch.scheduler import Script
from worker.launch.slurm import initial_jobs, rehearsal, sbatch
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.sbatch import Outcome
from worker.launch.slurm.sinfo import groups
from worker.spec.driver_fields import DriverPlace
from worker.spec.problem import Problem
from worker.store.paths import RunPaths

FAILED = "sbatch: error: Batch job submission failed: "
NOT_THERE = f"{FAILED}Requested node configuration is not available"
LIMIT = f"sbatch: error: QOSMaxSubmitJobPerUserLimit\n{FAILED}Job violates accounting/QOS policy"


def client(tmp_path: Path, out: str = "", err: str = "", code: int = 1, driver: str | None = None) -> Client:
    """A client whose sbatch says this; `driver` on stderr instead where the script has the word DRIVER."""
    program = tmp_path / "sbatch"
    program.write_text(
        "#!/bin/sh\ntext=$(cat)\n"
        f'case "$text" in *DRIVER*) echo {shlex.quote(err if driver is None else driver)} >&2;; '
        f"*) echo {shlex.quote(err)} >&2;; esac\necho {shlex.quote(out)}\nexit {code}\n"
    )
    program.chmod(0o755)
    return Client({"PATH": f"{tmp_path}:/usr/bin:/bin"})


def answers(slurm: Client, state: str = "idle", driver: bool = True) -> list[Problem]:
    """What is said against the scripts of workers and of a driver, where all nodes are in this state."""
    nodes = list(groups(f"alpha*|up|infinite|4|8|4000|{state}|(null)|(null)"))
    scripts = [Script("workers", "#!/bin/sh\n")]
    if driver:
        scripts.insert(0, Script("driver", "#!/bin/sh\n# DRIVER\n", of_driver=True))
    return rehearsal.problems(slurm, a_run(), Cluster(nodes, None, None, {}), scripts)


@pytest.mark.parametrize(
    ("out", "err", "code", "outcome"),
    [
        ("", "sbatch: Job 8 to start at 2030-01-01T00:00:00 using 1 processors", 0, Outcome.ACCEPTED),
        ("", "", 0, Outcome.ACCEPTED),
        ("", f"{FAILED}Invalid account", 1, Outcome.REFUSED),
        ("", LIMIT, 1, Outcome.LATER),
        ("[SITE]: Not from this host.", "", 1, Outcome.REFUSED),
        ("", "", 1, Outcome.DOUBTFUL),
        ("", f"{FAILED}Socket timed out on send/recv operation", 1, Outcome.DOUBTFUL),
        ("", "our wrapper does not know --test-only", 1, Outcome.DOUBTFUL),
    ],
)
def test_a_script_that_is_tried_is_refused_by_any_words_but_those_of_doubt(
    tmp_path: Path, out: str, err: str, code: int, outcome: Outcome
) -> None:
    assert sbatch.rehearse(client(tmp_path, out, err, code), "#!/bin/sh\n", 10.0).outcome is outcome


def test_nothing_is_said_of_scripts_that_slurm_takes_or_says_nothing_about(tmp_path: Path) -> None:
    assert answers(client(tmp_path, code=0)) == []
    assert answers(client(tmp_path, err=f"{FAILED}Socket timed out")) == []


def test_what_holds_for_workers_and_driver_is_said_once_and_of_the_workers(tmp_path: Path) -> None:
    [problem] = answers(client(tmp_path, err=f"{FAILED}Invalid account"))
    assert (problem.path, problem.severity) == ("slurm.account", "error")
    assert "the worker jobs" in problem.message


def test_different_answers_are_said_one_after_the_other_those_about_workers_first(tmp_path: Path) -> None:
    slurm = client(tmp_path, err=f"{FAILED}Invalid account", driver=f"{FAILED}Invalid qos specification")
    assert [problem.path for problem in answers(slurm)] == ["slurm.account", "driver.qos"]


@pytest.mark.parametrize(
    ("state", "severity", "words"),
    [("down", "warning", "with the nodes that are in service now"), ("idle", "error", "Slurm rejects")],
)
def test_a_job_that_no_node_can_take_may_wait_only_for_nodes_that_are_away(
    tmp_path: Path, state: str, severity: str, words: str
) -> None:
    [problem] = answers(client(tmp_path, err=NOT_THERE), state, driver=False)
    assert problem.severity == severity
    assert words in problem.message


def test_nodes_that_are_away_excuse_no_other_refusal(tmp_path: Path) -> None:
    [problem] = answers(client(tmp_path, err=f"{FAILED}Invalid account"), "down", driver=False)
    assert (problem.path, problem.severity) == ("slurm.account", "error")


def test_jobs_that_are_too_many_now_are_no_mistake_of_the_run(tmp_path: Path) -> None:
    [problem] = answers(client(tmp_path, err=LIMIT), driver=False)
    assert (problem.path, problem.severity) == ("run.workers", "warning")
    assert "all workers at once" in problem.message
    [problem] = [
        one for one in answers(client(tmp_path, err=f"{FAILED}Invalid account", driver=LIMIT)) if not one.path
    ]
    assert "the driver's job" in problem.message


@pytest.mark.parametrize(
    ("place", "workers", "titles"),
    [
        (DriverPlace.JOB, 2, ["The driver, a small job of its own", "2 workers, submitted with the driver"]),
        (
            DriverPlace.JOB,
            5,
            [
                "The driver, a small job of its own",
                "2 workers, submitted with the driver",
                "2 workers, submitted by the driver",
                "1 worker, submitted by the driver",
            ],
        ),
        (
            DriverPlace.HERE,
            3,
            ["2 workers, submitted by the driver", "1 worker, submitted by the driver"],
        ),
        (DriverPlace.WORKER, 1, ["1 worker, submitted now; the first to start drives the run"]),
    ],
)
def test_every_script_says_what_it_is_for_and_who_submits_it(
    tmp_path: Path, place: DriverPlace, workers: int, titles: list[str]
) -> None:
    limits = Cluster(None, None, None, {"MaxArraySize": "2"})
    scripts = initial_jobs.scripts(a_run(workers=workers), RunPaths(tmp_path / "pear"), limits, place)
    assert [script.title for script in scripts] == titles
    assert [script.of_driver for script in scripts] == [title.startswith("The driver") for title in titles]
    names = [next(line for line in script.text.splitlines() if "--job-name=" in line) for script in scripts]
    assert len(set(names)) == len(names)
