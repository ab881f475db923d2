"""Which scheduler a run has: a new one, one that goes on, and the process that asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from worker.launch import registry
from worker.launch.registry import THIS_MACHINE
from worker.launch.scheduler import CurrentJob
from worker.launch.slurm.scheduler import Slurm
from worker.store.paths import RunPaths


@dataclass(frozen=True)
class Cluster(Slurm):
    """Slurm under another name, where a test wants it to be here or not."""

    name: str
    missing: str = ""

    def absence(self) -> str:
        return self.missing


SKY, SEA = Cluster("sky"), Cluster("sea")
NO_SKY, NO_SEA = Cluster("sky", "There is no sky here."), Cluster("sea", "There is no sea here.")


def have(monkeypatch: pytest.MonkeyPatch, *schedulers: Cluster) -> None:
    monkeypatch.setattr(registry, "SCHEDULERS", schedulers)


def test_a_new_run_gets_the_first_that_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    have(monkeypatch, NO_SKY, SEA)
    assert registry.choose(local=False) is SEA
    assert registry.choose(local=True) is THIS_MACHINE
    assert registry.absence() == ""
    have(monkeypatch, NO_SKY, NO_SEA)
    assert registry.choose(local=False) is THIS_MACHINE
    assert registry.absence() == "There is no sky here. There is no sea here."


def test_a_run_goes_on_where_it_was_or_where_that_is_not_possible_like_a_new_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    have(monkeypatch, SKY, SEA)
    assert registry.choose_again("sea") is SEA
    assert registry.choose_again("local") is THIS_MACHINE
    assert registry.choose_again("") is registry.choose_again("of a later version") is SKY
    have(monkeypatch, SKY, NO_SEA)
    assert registry.choose_again("sea") is SKY
    have(monkeypatch, NO_SKY, NO_SEA)
    assert registry.choose_again("sea") is THIS_MACHINE


def test_names_in_journals_mean_the_same_for_ever() -> None:
    assert isinstance(registry.called("slurm"), Slurm)
    assert registry.called("local") is THIS_MACHINE
    assert registry.called("") is None


@pytest.mark.parametrize(
    ("environ", "job"),
    [
        ({}, None),
        ({"SLURM_ARRAY_JOB_ID": "7", "SLURMD_NODENAME": "n1"}, None),
        ({"SLURM_JOB_ID": "9"}, CurrentJob("9")),
        ({"SLURM_JOB_ID": "9", "SLURM_JOB_NUM_NODES": "", "SLURMD_NODENAME": "n1"}, CurrentJob("9", "n1")),
        ({"SLURM_JOB_ID": "9", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3"}, CurrentJob("7_3")),
        ({"SLURM_JOB_ID": "9", "SLURM_JOB_NUM_NODES": "1"}, CurrentJob("9", nodes=1)),
        ({"SLURM_JOB_ID": "9", "SLURM_JOB_NUM_NODES": "2"}, CurrentJob("9", many_nodes=True, nodes=2)),
    ],
)
def test_a_process_knows_its_job(environ: dict[str, str], job: CurrentJob | None) -> None:
    assert registry.current_job(environ) == job


def test_whether_a_driver_was_ever_to_be_a_job_is_known_from_its_name(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path)
    assert registry.with_driver_job(paths) is None
    paths.driver_job_name.parent.mkdir()
    paths.driver_job_name.write_text("pear.abc.driver")
    scheduler = registry.with_driver_job(paths)
    assert scheduler is not None and scheduler.name == "slurm"


def test_this_machine_takes_everything_and_leaves_nothing(tmp_path: Path) -> None:
    assert THIS_MACHINE.absence() == THIS_MACHINE.end_everything(RunPaths(tmp_path), 1.0) == ""
    assert THIS_MACHINE.start_options == ("--local",)
    assert THIS_MACHINE.place(1) == "on this machine"
    assert not THIS_MACHINE.remote and THIS_MACHINE.driver_jobs is None
    assert (Slurm().place(1), Slurm().place(2)) == ("as a Slurm job", "as Slurm jobs")
