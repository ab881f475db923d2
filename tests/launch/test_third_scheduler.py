"""A scheduler that the product does not have goes through the whole life of a run, by the one door that there is."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import queue_scheduler
from local_runs import PATIENCE, Local, config, until

from worker.store import replay
from worker.store.claim import Standing, claim
from worker.store.journal_reading import introduction_of
from worker.store.origin import origin
from worker.trial import Status

OBJECTIVE = "until test -e go; do sleep 0.05; done; echo RESULT: ($x)"


class Site(Local):
    """A workdir where there are the commands of a queue, and the command line of a version that knows it."""

    def __init__(self, workdir: Path, queue: Path) -> None:
        super().__init__(workdir)
        self.queue, self.jobs = queue, queue_scheduler.install(queue)
        self.path = f"{queue}:{os.environ['PATH']}"

    def call(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Call the command line, and wait for it."""
        process = self.begin(*arguments)
        output, errors = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def begin(self, *arguments: object) -> subprocess.Popen[str]:
        """Begin a command."""
        process = subprocess.Popen(
            [*queue_scheduler.OMNIOPT, *map(str, arguments)],
            cwd=self.workdir, env={**os.environ, "PATH": self.path}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.processes.append(process)
        return process

    @property
    def events(self) -> str:
        """What has happened."""
        return self.paths.events.read_text() if self.paths.events.exists() else ""

    def at_work(self) -> dict[str, str]:
        """The workers that evaluate something, each with its job, as `status` tells."""
        done = self.call("status", self.name, "--json")
        assert done.returncode == 0, done.stderr
        return {
            agent["agent"]: agent["job"] for agent in json.loads(done.stdout)["agents"] if agent["trials"]
        }

    def queued(self) -> dict[str, str]:
        """The states of all jobs that the queue knows, by their numbers."""
        done = subprocess.run([self.queue / "qstat", "-x"], capture_output=True, text=True, check=True)
        return {row.split()[0]: row.split()[-2] for row in done.stdout.splitlines()[1:]}


@pytest.fixture
def site(workdir: Path, tmp_path: Path) -> Iterator[Site]:
    """The site; all processes end with the test."""
    queue_site = Site(workdir, tmp_path / "queue")
    yield queue_site
    for process in queue_site.processes:
        process.kill()
        process.communicate()
    subprocess.run([queue_site.queue / "qdel", *queue_site.queued()], check=True)
    until(lambda: set(queue_site.queued().values()) <= {"F"})


def test_a_run_lives_on_a_scheduler_that_only_this_test_knows(site: Site) -> None:
    (site.jobs / "forget.2").touch()
    file = config(site.workdir, objective=OBJECTIVE, max_evals=6)
    first = site.begin("start", file, "--yes")

    # A job that the queue forgets is asked for again.
    until(lambda: site.queued().get("3.server") == "R")
    until(lambda: set(site.at_work()) == {"q1-1", "q1-3"})
    assert site.at_work() == {"q1-1": "1.server", "q1-3": "3.server"}
    assert "q1-2 (job 2.server) is gone. The queue does not have the job any more." in site.events

    # A job that it refuses is asked for until it is taken, and people are told.
    (site.jobs / "refuse").write_text("qsub: would exceed the limit of jobs")
    assert site.call("workers", "pear", "+1").returncode == 0
    trouble = "The queue takes no job: qsub: would exceed the limit of jobs."
    until(lambda: trouble in site.call("status", "pear").stdout)
    assert trouble in site.events
    (site.jobs / "refuse").unlink()
    until(lambda: f"resolved: {trouble}" in site.events)
    until(lambda: site.queued().get("4.server") == "R")

    # Nothing is left of a run that is cancelled.
    done = site.call("cancel", "pear")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pear was cancelled" in done.stdout
    output, _ = first.communicate(timeout=PATIENCE)
    assert output.startswith("pear: 2 workers as jobs of the queue.")
    assert "The run was cancelled, together with its running evaluations." in output
    until(lambda: set(site.queued().values()) == {"F"})
    assert claim(site.paths).standing is Standing.OVER

    # It goes on where it was, in the queue again.
    (site.workdir / "go").touch()
    done = site.call("resume", "pear")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 6 evaluations are done." in done.stdout
    state = replay.load(site.paths)
    assert sum(trial.status is Status.OK for trial in state.trials.values()) == 6
    assert {
        state.agents[trial.agent].job for trial in state.trials.values() if trial.status is Status.OK
    } <= set(site.queued())
    assert origin(site.paths).where == "queue"
    introduction = introduction_of(site.paths, 2)
    assert introduction is not None
    assert introduction.where == "queue"
    until(lambda: set(site.queued().values()) == {"F"})


def test_workers_whose_driver_has_died_are_found_again(site: Site) -> None:
    driver = site.begin("start", config(site.workdir, objective=OBJECTIVE, max_evals=4), "--yes")
    until(lambda: "evaluation 2: started" in site.events)
    driver.kill()
    driver.communicate()
    (site.workdir / "go").touch()
    done = site.call("resume", "pear")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All 4 evaluations are done." in done.stdout
    assert {trial.attempt for trial in site.trials.values()} == {1}
    assert {trial.agent for trial in site.trials.values()} == {"q1-1", "q1-2"}
    until(lambda: site.queued() == {"1.server": "F", "2.server": "F"})


def test_what_it_would_get_and_what_it_would_refuse_is_said_before(site: Site) -> None:
    file = config(site.workdir)
    shown = site.call("start", file, "--show")
    assert shown.returncode == 0, shown.stderr
    assert "# 2 workers, each submitted by the driver\n#!/bin/bash\n#PBS -N pear.q1-1\n" in shown.stdout
    refused = 'slurm.partition: There is no queue "nosuch" here. There are batch.'
    done = site.call("start", file, "--yes", "--partition", "nosuch")
    assert (done.returncode, refused in done.stderr) == (2, True)
    file.write_text(f'{file.read_text()}\n[slurm]\npartition = "nosuch"\n')
    done = site.call("check", file)
    assert (done.returncode, 'There is no queue "nosuch" here.' in done.stdout) == (2, True)
    assert site.queued() == {}
    assert not site.paths.root.exists()


def test_where_it_is_not_a_run_is_local(site: Site) -> None:
    programs = site.workdir / "bin"
    programs.mkdir()
    for name in ("bash", "sh"):
        (programs / name).symlink_to(f"/bin/{name}")
    site.path = str(programs)
    done = site.call("start", config(site.workdir, max_evals=2), "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    missing = "There is no queue here (no qsub command). There is no Slurm here (no sbatch command)."
    assert f"{missing} pear is therefore a local run with 2 workers on this machine." in done.stdout
    assert origin(site.paths).where == "local"
