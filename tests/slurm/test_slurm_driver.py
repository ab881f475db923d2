"""What becomes of a run when Slurm ends the job of its driver, for whatever reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from slurm_site import Site, until

from worker.store.journal import epochs
from worker.store.paths import RunPaths

pytestmark = pytest.mark.slurm


def test_a_driver_that_slurm_takes_back_into_the_queue_goes_on_from_there(site: Site) -> None:
    log, paths, driver = begun(site, "quince")
    site.cluster.run("scontrol", "requeue", driver)
    until(
        lambda: not site.cluster.run("squeue", "-h", "--states=R,CG", f"--jobs={driver}").stdout, "it stays"
    )
    assert site.status("quince")["state"] == "between two drivers"

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


def test_the_next_driver_goes_on_with_a_stop_that_this_one_has_no_time_for(site: Site) -> None:
    gate = site.folder / "gate"
    wait = f"until test -e '{gate}'; do sleep 0.1; done; echo RESULT: ($x)"
    paths = site.start("rowan", objective=wait, evaluations=15)
    until(lambda: site.status("rowan")["trials"]["running"] == 3, "nothing is evaluated")
    [driver] = [job for job in site.jobs("rowan") if job.endswith(".driver")]
    done = site.omniopt("stop", "rowan")
    assert done.returncode == 0, done.stdout + done.stderr
    until(lambda: "nothing new begins" in paths.events.read_text(), "the stop is not heard of")
    site.cluster.run("scancel", "--batch", "--signal=USR1", f"--name={driver}")
    until(lambda: epochs(paths) == [1, 2], "no driver follows")
    gate.touch()
    site.until_over(paths)
    assert [row["status"] for row in site.rows(paths)] == ["ok"] * 3


def begun(site: Site, name: str) -> tuple[Path, RunPaths, str]:
    """A run of 15 evaluations that has begun: where they note their numbers, its folder, and the driver's job."""
    log = site.folder / "executions"
    objective = f"echo $OMNIOPT_TRIAL >> '{log}'; sleep 0.5; echo RESULT: ($x)"
    paths = site.start(name, objective=objective, evaluations=15)
    until(lambda: log.exists() and len(log.read_text().split()) > 4, "nothing is evaluated")
    [name_of_driver] = [job for job in site.jobs(name) if job.endswith(".driver")]
    return (
        log,
        paths,
        site.cluster.run("squeue", "-h", "--format=%A", f"--name={name_of_driver}").stdout.strip(),
    )
