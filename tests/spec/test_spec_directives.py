"""The #SBATCH lines that follow from a run alone, as the page shows them and as jobs are submitted."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.launch.slurm.script import AgentJob, agent_script
from worker.spec import directives
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.store.paths import RunPaths

LEAST = {"run.name": "a", "run.objective": "./p ($a)"}


def a_run(**values: object) -> Run:
    raw_values = {**LEAST, **{key.replace("__", "."): value for key, value in values.items()}}
    checked = check(Draft(raw_values, (ParameterDraft("a", "hp.randint", {"max": 3}),)))
    assert checked.run is not None
    return checked.run


def test_a_worker_of_the_clusters_default() -> None:
    assert directives.of_worker(a_run()).split("\n") == [
        "#SBATCH --nodes=1",
        "#SBATCH --ntasks=1",
        "#SBATCH --cpus-per-task=4",
        "#SBATCH --mem=2000M",
        "#SBATCH --time=0-20:00:00",
    ]


def test_a_worker_with_everything() -> None:
    run = a_run(
        slurm__partition="alpha",
        slurm__account="p_me",
        slurm__reservation="r1",
        slurm__enable_gpus=True,
        slurm__gpus=2,
        slurm__walltime="0:30:00",
        slurm__sbatch=["#SBATCH --comment='a b'", "-x node1", "--exclude=node2"],
        slurm__setup=["module load Python"],
    )
    assert directives.of_worker(run).split("\n") == [
        "#SBATCH --partition=alpha",
        "#SBATCH --account=p_me",
        "#SBATCH --reservation=r1",
        "#SBATCH --nodes=1",
        "#SBATCH --ntasks=1",
        "#SBATCH --cpus-per-task=4",
        "#SBATCH --mem=2000M",
        "#SBATCH --gres=gpu:2",
        "#SBATCH --time=0-00:30:00",
        '#SBATCH "--comment=a b"',
        "#SBATCH --exclude=node1,node2",
        "module load Python",
    ]


@pytest.mark.parametrize("walltime", ["0", "2"])
def test_what_is_shown_is_what_is_submitted(walltime: str, tmp_path: Path) -> None:
    run = a_run(slurm__walltime=walltime, slurm__sbatch=["--qos=high"], slurm__setup=["true"])
    job = AgentJob("job", "1-1", 2, run.walltime or run.runtime, 1, 60)
    script = agent_script(run, RunPaths(tmp_path / "a"), job, "/usr/bin/python3").split("\n")
    assert [line for line in directives.of_worker(run).split("\n") if line not in script] == []
