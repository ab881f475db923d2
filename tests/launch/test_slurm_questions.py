"""What is asked of Slurm, of bash and of the file systems before a run: each question once, and its answer taken as it is."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import pytest
from scripted_slurm import FULL, SILENCE, ScriptedSlurm
from slurm_runs import a_run, directives

from worker.launch.slurm import checks, cluster, driver_job, initial_jobs, preflight, scontrol, sinfo
from worker.launch.slurm.client import Answer, Client
from worker.launch.slurm.cluster import UNKNOWN
from worker.store.paths import RunPaths

NAME = "pear.abc.driver"
LOST = Answer(1, "", "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation")

# Answers to each `scontrol show`, and writes down what was asked.
SCONTROL = """#!/bin/sh
echo "$*" >> {asked}
case "$*" in
  *config*) echo "Configuration data as of 2026-01-01"; echo "MaxArraySize            = 77" ;;
  *reservation*) echo "ReservationName=$4 State=ACTIVE" ;;
  *partition*) echo "PartitionName=alpha State=UP" ;;
esac
"""


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ([], False),
        (["module load X", "for i in 1 2", "do echo $i; done"], False),
        (["module load X", "if true; then"], True),
        (["echo 'never closed"], True),
    ],
)
def test_setup_lines_that_bash_cannot_read_are_a_problem(lines: list[str], fault: bool) -> None:
    found = list(checks.setup_problems(a_run(setup=lines)))
    assert [problem.path for problem in found] == ["slurm.setup"] * fault
    assert all("syntax error" in problem.message or "matching" in problem.message for problem in found)


@pytest.mark.parametrize(("place", "shared"), [("/tmp", False), ("/dev/shm", False), ("/var/tmp", True)])
def test_a_workdir_that_compute_nodes_hardly_see_gets_a_warning(place: str, shared: bool) -> None:
    if not os.access(place, os.W_OK):
        pytest.skip(f"{place} cannot be written to")
    paths = RunPaths(Path(place) / "no-such-workdir" / "omniopt" / "projects" / "pear")
    found = [problem for problem in checks.folder_problems(paths) if problem.path == "run.workdir"]
    assert [problem.severity for problem in found] == ([] if shared else ["warning"])


def test_the_cluster_is_asked_for_the_reservation_that_a_run_names(tmp_path: Path) -> None:
    program = tmp_path / "scontrol"
    program.write_text(SCONTROL.format(asked=tmp_path / "asked"))
    program.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    reserved = cluster.ask(Client({"PATH": path}), a_run(reservation="mine"))
    assert reserved.reservation == {"ReservationName": "mine", "State": "ACTIVE"}
    assert reserved.config == {"MaxArraySize": "77"}
    assert reserved.partitions == {"alpha": {"PartitionName": "alpha", "State": "UP"}}
    by_variable = cluster.ask(Client({"PATH": path, "SBATCH_RESERVATION": "mine"}), a_run())
    assert by_variable.reservation == reserved.reservation
    (tmp_path / "asked").unlink()
    assert cluster.ask(Client({"PATH": path}), a_run()).reservation is None
    assert "reservation" not in (tmp_path / "asked").read_text()


def test_without_an_answer_nothing_is_known_of_the_cluster() -> None:
    slurm = ScriptedSlurm()
    slurm.answers["scontrol"] = SILENCE
    assert scontrol.config(slurm, 1) is None
    assert scontrol.partitions(slurm, 1) is None
    assert scontrol.reservation(slurm, "mine", 1) is None


def test_a_driver_job_whose_answer_was_lost_is_found_by_its_name() -> None:
    slurm = ScriptedSlurm()
    slurm.answers["sbatch"] = LOST
    slurm.queue_shows(f"7|N/A|RUNNING|n1|{NAME}|None", f"9|N/A|PENDING||{NAME}|Priority")
    assert driver_job.submit(slurm, NAME, "#!/bin/bash\n", earlier=["7"]) == "9"
    assert slurm.times("sbatch") == 1


def test_a_driver_is_submitted_with_the_first_workers_and_all_are_named(tmp_path: Path) -> None:
    slurm, paths, run = ScriptedSlurm(), RunPaths(tmp_path / "pear"), a_run(workers=3)
    paths.root.mkdir()
    submission = initial_jobs.submit(run, paths, slurm, UNKNOWN, [])
    assert (submission.driver, submission.workers) == ("7", ("8",))
    assert slurm.times("sbatch") == 2


class Narrow(ScriptedSlurm):
    """Takes no array of more than `most` elements."""

    most = 0

    def call(
        self, *command: str, text: str = "", patience: float | None = None, hidden: Collection[str] = ()
    ) -> Answer:
        answer = super().call(*command, text=text, patience=patience, hidden=hidden)
        size = int(directives(text).get("array", "0-0").partition("-")[2] or 0) + 1 if text else 0
        return FULL if command[0] == "sbatch" and size > self.most else answer


@pytest.mark.parametrize(("most", "tried"), [(10, 1), (5, 2), (1, 4)])
def test_of_the_first_workers_as_many_are_submitted_as_slurm_takes(
    tmp_path: Path, most: int, tried: int
) -> None:
    slurm, paths = Narrow(), RunPaths(tmp_path / "pear")
    slurm.most = most
    paths.root.mkdir()
    submission = initial_jobs.submit_driving_workers(a_run(workers=10), paths, slurm, UNKNOWN)
    assert len(submission.workers) == 1
    assert slurm.times("sbatch") == tried


def test_where_slurm_takes_none_that_is_said(tmp_path: Path) -> None:
    slurm, paths = Narrow(), RunPaths(tmp_path / "pear")
    paths.root.mkdir()
    with pytest.raises(driver_job.NotSubmittedError, match="Slurm accepts no more jobs at the moment"):
        initial_jobs.submit_driving_workers(a_run(workers=10), paths, slurm, UNKNOWN)
    assert slurm.times("sbatch") == 4


def test_a_slurm_that_hangs_since_munge_does_not_work_is_said_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 0.2)
    config = tmp_path / "slurm.conf"
    config.write_text("ClusterName=sea\nAuthInfo=cred_expire=300,socket=/run/there\n")
    for name, text in (
        ("sinfo", "exec sleep 600"),
        ("munge", 'echo "munge: Error: Failed to access $2: No such file or directory" >&2; exit 6'),
    ):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    asked = Client({"PATH": f"{tmp_path}:/usr/bin:/bin", "SLURM_CONF": str(config)})
    [problem] = preflight.problems(a_run(), cluster.ask(asked, a_run()))
    assert "since munge does not work between this machine and the cluster" in problem.message
    assert "--socket=/run/there" in problem.message
    (tmp_path / "munge").write_text("#!/bin/sh\n")
    [problem] = preflight.problems(a_run(), cluster.ask(asked, a_run()))
    assert problem.message.startswith("Slurm does not answer.")


def test_where_nodes_do_not_say_their_memory_the_way_is_to_ask_for_none() -> None:
    nodes = list(sinfo.groups("alpha*|up|infinite|4|8|1|idle|(null)|(null)\n"))
    unsaid = cluster.Cluster(nodes, {}, None, {})
    [problem] = preflight.problems(a_run(memory=500), unsaid)
    assert problem.path == "slurm.memory" and "do not say how much memory they have" in problem.message
    assert 'memory = ""' in problem.hint
    assert preflight.problems(a_run(memory=""), unsaid) == []
