"""What people read where a file server does not give out a file that is there: a link to one that every read of fails."""

from __future__ import annotations

from pathlib import Path

from forked_commands import Omniopt
from local_runs import Local, config
from report_runs import a_run

from worker.errors import EXIT_SYSTEM
from worker.launch.slurm import driver_job, teardown
from worker.store.paths import RunPaths

UNREADABLE = Path("/proc/self/mem")  # opens, and answers with an input/output error


def test_an_unreadable_journal_is_one_sentence(omniopt: Omniopt, workdir: Path) -> None:
    paths = Local(workdir).paths
    assert omniopt("start", config(workdir, max_evals=2), "--local", "--yes").returncode == 0
    journal = paths.journal(1)
    journal.unlink()
    journal.symlink_to(UNREADABLE)
    for command in ("status", "best", "csv", "resume", "summary", "errors"):
        done = omniopt(command, "pear")
        assert done.returncode == EXIT_SYSTEM, command
        assert "Input/output error" in done.stderr, command
        assert len(done.stderr.splitlines()) == 1, command


def test_a_name_that_was_not_written_whole_is_none(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / "pear")
    paths.slurm.mkdir(parents=True)
    paths.driver_job_name.touch()  # the disk was full just then; without a name, Slurm means all jobs
    assert teardown.job_names(paths) == []
    name = driver_job.name_of(paths, a_run())
    assert name.startswith(f"{a_run().name}.")
    assert driver_job.name_of(paths, a_run()) == name
    assert teardown.job_names(paths) == [name]
