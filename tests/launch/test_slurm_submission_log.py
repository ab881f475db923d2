"""What a run has asked of Slurm, as the next driver reads it, whatever else stands in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import AgentJob
from worker.launch.slurm.submission_log import SubmissionLog, logged_submissions
from worker.store.paths import RunPaths

FIRST = AgentJob("pear.abc.1-1", "j1-1", 3, 5400, 1, 300, ("n1", "n2"))
SECOND = AgentJob("pear.abc.1-2", "j1-2", 1, 600, 1, 300)


def test_submissions_are_read_back_with_what_became_of_them(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path)
    log = SubmissionLog(paths, 1)
    for job in (FIRST, SECOND):
        log.intend(job)
    log.answered(FIRST.name, Submitted(Outcome.ACCEPTED, "7"))
    log.over(FIRST.name)
    log.close()
    first, second = logged_submissions(paths, 1)
    assert (first.job, first.outcome, first.number, first.over) == (FIRST, Outcome.ACCEPTED, "7", True)
    assert (second.job, second.outcome, second.number, second.over) == (SECOND, None, "", False)
    assert logged_submissions(paths, 0) == []


@pytest.mark.parametrize("line", ["", "no record", '{"kind": "of a later version", "name": "pear.abc.1-1"}'])
def test_what_belongs_to_no_submission_is_passed_over(tmp_path: Path, line: str) -> None:
    paths = RunPaths(tmp_path)
    log = SubmissionLog(paths, 1)
    log.over(SECOND.name)
    log.answered(SECOND.name, Submitted(Outcome.ACCEPTED, "8"))
    with paths.submissions(1).open("a") as file:
        file.write(f"{line}\n")
    log.intend(FIRST)
    log.close()
    (entry,) = logged_submissions(paths, 1)
    assert (entry.job, entry.outcome, entry.over) == (FIRST, None, False)
