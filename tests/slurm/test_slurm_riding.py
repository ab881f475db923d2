"""A driver in the job of a worker: who follows it when that job ends, in whatever way, and what becomes of the run."""

from __future__ import annotations

import os
import signal
from functools import partial

import pytest
from slurm_site import Site, until

from worker import processes
from worker.store.claim import Standing, claim
from worker.store.journal import epochs
from worker.store.journal_reading import introduction_of
from worker.store.journal_records import Driver
from worker.store.lives import begun_again
from worker.store.paths import RunPaths

pytestmark = pytest.mark.slurm

TRIALS = 30


def begun(site: Site, name: str, **settings: object) -> RunPaths:
    """A run whose driver is in the job of a worker, with several evaluations done."""
    values = {"evaluations": TRIALS, "objective": "sleep 0.5; echo ($x) >>log; echo RESULT: ($x)", **settings}
    paths = site.start(name, **values)
    until(lambda: done(site) > 2, "nothing is evaluated")
    return paths


def done(site: Site) -> int:
    """How many evaluations have come to their end."""
    log = site.folder / "log"
    return len(log.read_text().split()) if log.exists() else 0


def driver_of(paths: RunPaths, epoch: int) -> Driver:
    """The driver of an epoch, once it has said who it is."""
    until(lambda: introduction_of(paths, epoch), f"there is no driver {epoch}")
    driver = introduction_of(paths, epoch)
    assert driver is not None
    return driver


def over(site: Site, paths: RunPaths) -> None:
    """The run ends as it should: every evaluation counts once, though some were made again."""
    site.until_over(paths)
    rows = site.rows(paths)
    assert [row["status"] for row in rows] == ["ok"] * TRIALS
    assert not paths.driver_job_name.exists()


@pytest.mark.slurm_versions
def test_workers_drive_a_run_from_its_beginning_to_its_end(site: Site) -> None:
    paths = begun(site, "hazel")
    driver = driver_of(paths, 1)
    assert driver.job in {job for job, _ in elements(site)}
    status = site.status("hazel")
    assert (status["state"], status["driver"]["epoch"]) == ("running", 1)
    over(site, paths)
    assert epochs(paths) == [1]


def elements(site: Site) -> list[tuple[str, str]]:
    """The elements of all job arrays in the queue, each with its state."""
    answer = site.cluster.run("squeue", "--noheader", "--array", "--format=%i %T").stdout
    return [(row.split()[0], row.split()[1]) for row in answer.splitlines()]


@pytest.mark.slurm_versions
def test_another_worker_drives_on_when_the_job_of_the_driver_is_cancelled(site: Site) -> None:
    paths = begun(site, "alder")
    first = driver_of(paths, 1)
    site.cluster.run("scancel", first.job)
    second = driver_of(paths, 2)
    assert second.job != first.job
    over(site, paths)


def test_a_driver_that_is_killed_is_followed_at_once_in_the_same_job(site: Site) -> None:
    paths = begun(site, "rowan")
    first = driver_of(paths, 1)
    os.kill(first.pid, signal.SIGKILL)
    assert driver_of(paths, 2).job == first.job
    over(site, paths)
    assert epochs(paths) == [1, 2]


def test_a_job_that_is_no_more_from_one_moment_to_the_next_takes_nothing_with_it(site: Site) -> None:
    paths = begun(site, "elder", objective="sleep 1; echo ($x) >>log; echo RESULT: ($x)")
    first = driver_of(paths, 1)
    agent = processes.parent(first.pid)
    script = processes.parent(agent)
    # As if its node were gone: nobody there says anything any more.
    for pid in (script, agent, first.pid):
        os.kill(pid, signal.SIGSTOP)
    second = driver_of(paths, 2)
    assert second.job != first.job
    for pid in (first.pid, agent, script):
        os.kill(pid, signal.SIGKILL)
    over(site, paths)


def starts_now(site: Site, job: str) -> bool:
    """Let Slurm start a job of the queue at once."""
    now = site.cluster.run("scontrol", "update", f"JobId={job}", "StartTime=now", check=False)
    return now.returncode == 0


@pytest.mark.slurm_versions
def test_workers_that_slurm_starts_again_go_on_and_nobody_takes_their_place(site: Site) -> None:
    paths = begun(
        site, "hornbeam", evaluations=100_000, objective="sleep 0.5; echo ($x) >>log; echo RESULT: ($x)"
    )
    jobs = {job for job, _ in elements(site)}
    site.cluster.run("scontrol", "requeue", *sorted(jobs))
    until(
        lambda: {state for _, state in elements(site)} == {"PENDING"},
        "the jobs do not wait to be started again",
    )
    # Slurm would leave them there for two minutes.
    for job in jobs:
        until(partial(starts_now, site, job), "a requeued job does not let itself be started")
    before = done(site)
    second = driver_of(paths, 2)
    assert second.job in jobs
    until(lambda: done(site) > before + 6, "the workers do not go on")
    until(lambda: len(begun_again(paths)) == len(jobs), "workers are missing")
    assert {job for job, _ in elements(site)} == jobs, "others have been asked for"
    assert len(list(paths.slurm.glob("*.sh"))) == 1
    assert site.omniopt("cancel", "hornbeam").returncode == 0
    until(lambda: not site.jobs("hornbeam"), "jobs are left")
    rows = [row for row in site.rows(paths) if row["status"] == "ok"]
    assert len({row["x"] for row in rows}) == len(rows)


@pytest.mark.slurm_versions
def test_nothing_is_left_of_a_run_whose_jobs_a_person_has_cancelled_and_it_goes_on_when_asked(
    site: Site,
) -> None:
    paths = begun(site, "aspen")
    site.cluster.run("scancel", driver_of(paths, 1).job.partition("_")[0])
    until(lambda: not site.jobs("aspen"), "jobs are left")
    assert claim(paths).standing is Standing.LEFT
    said = site.omniopt("status", "aspen").stdout
    assert "It has no workers in the queue, so nobody drives it." in said
    resumed = site.omniopt("resume", "aspen")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    over(site, paths)


def test_workers_that_wait_are_not_asked_for_again(site: Site) -> None:
    later = 'begin = "now+1hour"'
    paths = site.start("maple", slurm=later)
    until(lambda: len(elements(site)) == 3, "the workers are not in the queue")
    said = site.omniopt("status", "maple").stdout
    assert "3 workers in the queue, the first of which drives it." in said
    resumed = site.omniopt("resume", "maple")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert "3 workers of maple are in the queue already." in resumed.stdout
    assert len(elements(site)) == 3
    assert epochs(paths) == []
    cancelled = site.omniopt("cancel", "maple")
    assert cancelled.returncode == 0, cancelled.stdout + cancelled.stderr
    until(lambda: not site.jobs("maple"), "jobs are left")


def test_a_run_is_stopped_and_cancelled_like_any_other_and_retried(site: Site) -> None:
    fails = "sleep 0.3; test -e fixed || exit 3; echo ($x) >>log; echo RESULT: ($x)"
    paths = site.start("beech", objective=fails, evaluations=3)
    site.until_over(paths)
    assert "failed" in {row["status"] for row in site.rows(paths)}
    (site.folder / "fixed").touch()
    retried = site.omniopt("retry", "beech", "--failed")
    assert retried.returncode == 0, retried.stdout + retried.stderr
    until(lambda: claim(paths).epoch == 2, "nobody drives it again")
    site.until_over(paths)
    assert "failed" not in {row["status"] for row in site.rows(paths)}


def test_a_run_that_is_told_to_stop_ends_with_its_driver_in_a_worker(site: Site) -> None:
    paths = begun(site, "birch")
    stopped = site.omniopt("stop", "birch", "--wait")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    site.until_over(paths)
    assert {row["status"] for row in site.rows(paths)} == {"ok"}
    assert claim(paths).word == "stopped"


def test_workers_that_end_before_they_can_drive_are_told_of_with_what_they_printed(site: Site) -> None:
    setup = 'setup = ["echo no such module >&2; exit 1"]'
    started = site.omniopt("start", site.config("aronia", slurm=setup), "--yes")
    until(lambda: not site.jobs("aronia"), "jobs are left")
    said = started.stderr + site.omniopt("status", "aronia").stdout
    assert (
        'ended before OmniOpt could start in them. The last line of its output is "no such module".' in said
    )
