"""Whole runs on a real cluster, through the command line alone."""

from __future__ import annotations

import json

import pytest
from slurm_site import Site, until

from worker.launch.slurm.submission_log import logged_submissions
from worker.store.journal import epochs

pytestmark = pytest.mark.slurm


def test_a_run_whose_driver_is_a_job_finds_the_best_parameters(site: Site) -> None:
    paths = site.start("pear")
    site.until_over(paths)
    rows = site.rows(paths)
    assert [row["status"] for row in rows] == ["ok"] * 12
    assert all(float(row["x"]) == float(row["RESULT"]) for row in rows)
    assert {row["host"] for row in rows} <= {"n1", "n2", "n3", "n4"}
    best = json.loads(site.omniopt("best", "pear", "--json").stdout)
    assert best["loss"] == min(float(row["RESULT"]) for row in rows)


def test_points_are_evaluated_several_times_and_the_best_confirmed(site: Site) -> None:
    words = ("--repeats", "2", "--confirm", "best=2, times=3", "--max-evals", "4", "--like", "damson")
    site.until_over(site.start("damson"))
    paths = site.start("quince", *words)
    site.until_over(paths)
    rows = [row for row in site.rows(paths) if row["host"]]  # without those that were taken over
    assert [row["status"] for row in rows] == ["ok"] * (4 * 2 + 2 * 3)
    assert len({(row["point"], row["repeat"]) for row in rows}) == len(rows)
    status = json.loads(site.omniopt("status", "quince", "--json").stdout)
    assert [point["evaluations"] for point in status["confirmed"]["points"]] == [3, 3]


def test_workers_wait_in_the_queue_beside_their_driver_and_keep_their_place_if_it_must_be_handed_in_anew(
    site: Site,
) -> None:
    with site.cluster.drained():
        paths = site.start("medlar", "--driver", "job")
        [driver] = [job for job in site.jobs("medlar") if job.endswith(".driver")]
        workers = [job for job in site.jobs("medlar") if job != driver]
        assert len(workers) == 3
        site.cluster.run("scancel", f"--name={driver}")
        until(lambda: driver not in site.jobs("medlar"), "the driver's job is still there")
        done = site.omniopt("resume", "medlar", "--driver", "job")
        assert done.returncode == 0, done.stdout + done.stderr
        assert sorted(site.jobs("medlar")) == sorted([driver, *workers])
    site.until_over(paths)
    assert [row["status"] for row in site.rows(paths)] == ["ok"] * 12
    assert {entry.job.epoch for entry in logged_submissions(paths, 9)} == {0}, "workers were asked for twice"


def test_a_driver_on_the_login_node_needs_no_job(site: Site) -> None:
    done = site.omniopt("start", site.config("apple"), "--yes", "--driver", "here")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 12 evaluations are done." in done.stdout
    assert not list(site.paths("apple").slurm.glob("*.driver.sh"))


def test_show_prints_every_script_and_submits_nothing(site: Site) -> None:
    done = site.omniopt("start", site.config("plum", workers=5), "--show")
    assert done.returncode == 0, done.stderr
    assert "# 5 workers, submitted now; the first to start drives the run\n" in done.stdout
    assert "#SBATCH --array=0-4" in done.stdout
    assert "--dependency" not in done.stdout
    too_much = site.omniopt("start", site.config("plum"), "--show", "--memory", "900000M")
    assert (too_much.returncode, "#SBATCH --mem=900000M" in too_much.stdout) == (2, True)
    assert "slurm.memory" in too_much.stderr
    with_driver = site.omniopt("start", site.config("plum", workers=5), "--show", "--driver", "job")
    assert "#SBATCH --dependency=singleton" in with_driver.stdout
    assert not site.cluster.jobs()
    assert not (site.folder / "omniopt").exists()


def test_wrong_settings_are_refused_all_at_once_before_anything_is_queued(site: Site) -> None:
    config = site.config("fig", slurm='partition = "ml"\nwalltime = "2:00:00"\nenable_gpus = true\ngpus = 3')
    done = site.omniopt("start", config, "--yes")
    assert done.returncode == 2
    assert "slurm.walltime" in done.stderr
    assert "slurm.gpus" in done.stderr
    assert not site.cluster.jobs()


@pytest.mark.slurm_versions
def test_a_driver_that_must_leave_hands_over_and_no_evaluation_is_repeated(site: Site) -> None:
    log = site.folder / "executions"
    paths = site.start(
        "kiwi",
        "--driver",
        "job",
        objective=f"echo $OMNIOPT_TRIAL >> '{log}'; sleep 0.5; echo RESULT: ($x)",
        evaluations=15,
    )
    until(lambda: log.exists() and len(log.read_text().split()) > 4, "nothing is evaluated")
    [driver] = [job for job in site.jobs("kiwi") if job.endswith(".driver")]
    site.cluster.run("scancel", "--batch", "--signal=USR1", f"--name={driver}")
    site.until_over(paths)
    assert epochs(paths) == [1, 2]
    assert "The next driver is job" in paths.driver_log.read_text()
    assert sorted(map(int, log.read_text().split())) == list(range(1, 16))


def test_programs_start_where_the_run_was_started_whatever_the_setup_lines_do(site: Site) -> None:
    paths = site.start("sorb", objective="pwd; echo RESULT: ($x)", slurm='setup = ["cd /", "set -eu"]')
    site.until_over(paths)
    assert {path.read_text().splitlines()[0] for path in paths.trials.glob("*.out")} == {str(site.folder)}


def test_a_run_is_cancelled_before_its_driver_has_begun(site: Site) -> None:
    site.start("lime", slurm='sbatch = ["--begin=now+1hour"]')
    assert site.omniopt("cancel", "lime").returncode == 0
    until(lambda: not site.jobs("lime"), "jobs are left")


def test_a_run_is_stopped_before_its_driver_has_begun(site: Site) -> None:
    with site.cluster.drained():
        site.start("guava")
        assert_the_list_of_runs_asks_nothing(site)
        done = site.omniopt("stop", "guava")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Slurm does not answer" not in done.stdout
        until(lambda: not site.jobs("guava"), "jobs are left")
    assert site.status("guava")["state"] == "stopped"


def assert_the_list_of_runs_asks_nothing(site: Site) -> None:
    """With many runs that would be many questions, whose answers a list does not show."""
    program = site.folder / "bin" / "squeue"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$*" >> "$0.log"\n')
    program.chmod(0o755)
    site.environ["PATH"] = f"{program.parent}:{site.cluster.environment()['PATH']}"
    assert "guava  not begun" in site.omniopt("status").stdout
    assert not program.with_suffix(".log").exists()
    del site.environ["PATH"]


@pytest.mark.slurm_versions
def test_srun_works_inside_the_allocation_of_an_evaluation(site: Site) -> None:
    objective = "srun --mem=10 hostname | wc -l | sed 's/^/RESULT: /' # ($x)"
    paths = site.start("melon", objective=objective, evaluations=2, workers=1, slurm="nodes = 2\ntasks = 4")
    site.until_over(paths)
    assert [float(row["RESULT"]) for row in site.rows(paths)] == [4.0, 4.0]


def test_the_objective_sees_exactly_its_gpus(site: Site) -> None:
    objective = "echo RESULT: $CUDA_VISIBLE_DEVICES # ($x)"
    paths = site.start(
        "grape", objective=objective, evaluations=8, workers=4, slurm="enable_gpus = true\ngpus = 1"
    )
    site.until_over(paths)
    assert {float(row["RESULT"]) for row in site.rows(paths)} <= {0.0, 1.0}
