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


RULES = {
    "slurm__qos": "long",
    "slurm__constraint": "skylake&ssd",
    "slurm__exclude": "node[01-04],node07",
    "slurm__nodelist": "node09",
    "slurm__licenses": "matlab:1",
    "slurm__begin": "now+1hour",
    "slurm__dependency": "afterok:12345",
    "slurm__time_min": "1-00:00:00",
    "slurm__mail_type": "END,FAIL",
    "slurm__mail_user": "me@example.org",
}


def test_what_a_cluster_demands_is_asked_for_by_the_worker_jobs() -> None:
    shown = directives.of_worker(a_run(**RULES, run__runtime="2-00:00:00")).split("\n")
    assert shown[0] == "#SBATCH --qos=long", "it says who pays"
    assert [line for line in shown if "qos" not in line][4:] == [
        '#SBATCH --constraint="skylake&ssd"',
        "#SBATCH --nodelist=node09",
        "#SBATCH --licenses=matlab:1",
        "#SBATCH --begin=now+1hour",
        "#SBATCH --dependency=afterok:12345",
        "#SBATCH --time-min=1-00:00:00",
        "#SBATCH --mail-type=END,FAIL",
        "#SBATCH --mail-user=me@example.org",
        "#SBATCH --time=2-00:00:00",
        '#SBATCH --exclude="node[01-04],node07"',
    ]
