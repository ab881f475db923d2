"""What becomes of a run whose driver is a job of its own when Slurm ends that job, for whatever reason."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from slurm_site import Site, until

from worker.store.journal import epochs
from worker.store.paths import RunPaths

pytestmark = pytest.mark.slurm

JOB = ("--driver", "job")


def test_a_driver_that_slurm_takes_back_into_the_queue_goes_on_from_there(site: Site) -> None:
    log, paths, driver = begun(site, "quince")
    site.cluster.run("scontrol", "requeue", driver)
    until(
        lambda: not site.cluster.run("squeue", "-h", "--states=R,CG", f"--jobs={driver}").stdout,
        "it keeps happening",
    )
    assert site.status("quince")["state"] == "between two drivers"
    # The node refuses a job whose permission is not from a later second than the end of its last try.
    time.sleep(2)

    def begins() -> bool:
        """Whether it has begun again; Slurm would wait for two minutes, and makes that up at a moment of its own."""
        site.cluster.run("scontrol", "update", f"JobId={driver}", "StartTime=now", check=False)
        return epochs(paths) == [1, 2]

    until(begins, "it does not come back")
    site.until_over(paths)
    assert epochs(paths) == [1, 2]
    assert sorted(map(int, log.read_text().split())) == list(range(1, 16))


def test_a_driver_that_is_told_to_end_by_nobody_in_the_queue_hands_over(site: Site) -> None:
    log, paths, driver = begun(site, "sloe")
    site.cluster.run("scancel", "--batch", "--signal=TERM", driver)  # as before a preemption
    site.until_over(paths)
    assert epochs(paths) == [1, 2]
    assert "The next driver is job" in paths.driver_log.read_text()
    assert sorted(map(int, log.read_text().split())) == list(range(1, 16))


def test_cancelling_the_drivers_job_stops_the_run_and_lets_evaluations_end(site: Site) -> None:
    log, paths, driver = begun(site, "medlar")
    site.cluster.run("scancel", driver)
    site.until_over(paths)
    assert {row["status"] for row in site.rows(paths)} == {"ok"}
    assert sorted(map(int, log.read_text().split())) == list(range(1, len(site.rows(paths)) + 1))
    assert "The run was stopped" in paths.driver_log.read_text()


def test_a_driver_that_can_never_begin_is_cancelled_and_its_run_leaves_nothing(site: Site) -> None:
    config = site.config("whitebeam", slurm='sbatch = ["--qos=x"]')
    site.cluster.run("scontrol", "update", "partition=alpha", "AllowAccounts=p_mine")
    try:  # the limits are not among what can be asked for before
        site.environ["PATH"] = f"{without_partitions(site)}:{site.cluster.environment()['PATH']}"
        done = site.omniopt("start", config, "--yes", *JOB)
    finally:
        site.cluster.run("scontrol", "update", "partition=alpha", "AllowAccounts=ALL")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "driver.account: The driver's job would wait forever. The account may not use" in done.stderr
    assert (
        "(Slurm: Job's account not known, so it can't use this partition (alpha allows p_mine))"
        in done.stderr
    )
    until(lambda: not site.jobs("whitebeam"), "jobs are left")
    assert not site.paths("whitebeam").root.exists()


def without_partitions(site: Site) -> Path:
    """A folder with an scontrol that says nothing of partitions."""
    program = site.folder / "bin" / "scontrol"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\ncase "$*" in *"show partition"*) exit 1;; esac\nPATH=${PATH#*:}\nexec scontrol "$@"\n'
    )
    program.chmod(0o755)
    return program.parent


def test_a_driver_that_ends_in_the_setup_lines_is_told_with_what_it_printed(site: Site) -> None:
    config = site.config("aronia", slurm='setup = ["echo no such module; exit 3"]')
    done = site.omniopt("start", config, "--yes", *JOB)
    told = 'ended before OmniOpt could start in it. The last line of its output is "no such module".'
    assert told in done.stderr or "is starting on" in done.stdout
    until(lambda: told in site.omniopt("status", "aronia").stdout, "it is not told why no driver comes")
    assert site.omniopt("cancel", "aronia").returncode == 0


def test_a_driver_on_a_node_without_slurms_commands_does_not_evaluate_by_itself(site: Site) -> None:
    programs = site.folder / "bin"
    programs.mkdir()
    for name in ("bash", "date"):
        (programs / name).symlink_to(f"/bin/{name}")
    config = site.config("quandong", slurm=f"setup = [\"export PATH='{programs}'\"]")
    site.omniopt("start", config, "--yes", *JOB)
    told = "cannot submit workers there. There is no Slurm here"
    until(
        lambda: told in site.omniopt("status", "quandong").stdout, "the driver does not say why it has left"
    )
    assert site.omniopt("cancel", "quandong").returncode == 0


def test_the_next_driver_goes_on_with_a_stop_that_this_one_has_no_time_for(site: Site) -> None:
    gate = site.folder / "gate"
    wait = f"until test -e '{gate}'; do sleep 0.1; done; echo RESULT: ($x)"
    paths = site.start("rowan", *JOB, objective=wait, evaluations=15)
    until(lambda: site.status("rowan")["trials"]["running"] == 3, "nothing is evaluated")
    [driver] = [job for job in site.jobs("rowan") if job.endswith(".driver")]
    done = site.omniopt("stop", "rowan")
    assert done.returncode == 0, done.stdout + done.stderr
    until(lambda: "no new evaluations are started" in paths.events.read_text(), "the stop is not heard of")
    site.cluster.run("scancel", "--batch", "--signal=USR1", f"--name={driver}")
    until(lambda: epochs(paths) == [1, 2], "no driver follows")
    gate.touch()
    site.until_over(paths)
    assert [row["status"] for row in site.rows(paths)] == ["ok"] * 3


def begun(site: Site, name: str) -> tuple[Path, RunPaths, str]:
    """A run of 15 evaluations that has begun: where they note their numbers, its folder, and the driver's job."""
    log = site.folder / "executions"
    objective = f"echo $OMNIOPT_TRIAL >> '{log}'; sleep 0.5; echo RESULT: ($x)"
    paths = site.start(name, *JOB, objective=objective, evaluations=15)
    until(lambda: log.exists() and len(log.read_text().split()) > 4, "nothing is evaluated")
    [name_of_driver] = [job for job in site.jobs(name) if job.endswith(".driver")]
    return (
        log,
        paths,
        site.cluster.run("squeue", "-h", "--format=%A", f"--name={name_of_driver}").stdout.strip(),
    )
