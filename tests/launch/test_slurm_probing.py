"""What a refusal is about, found by trying the job with changes; a rule of the test's own stands in for Slurm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from slurm_runs import a_run

from worker.launch.slurm import probing
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import AgentJob, agent_script
from worker.store.paths import RunPaths

REFUSED, TAKEN = Submitted(Outcome.REFUSED, message="No."), Submitted(Outcome.ACCEPTED)


def script(**settings: object) -> str:
    job = AgentJob("pear.abc.0-1", "j0-1", 3, 7 * 3600, 0, 300)
    return agent_script(a_run(**settings), RunPaths(Path("/runs/pear")), job, "python3")


def minutes(text: str) -> int:
    clock = text.partition("--time=0-")[2].split()[0]
    hours, whole_minutes, _ = map(int, clock.split(":"))
    return 60 * hours + whole_minutes


@pytest.mark.parametrize(
    ("rule", "field", "words"),
    [
        (lambda text: "--mem" not in text, "slurm.memory", 'memory = ""'),
        (lambda text: minutes(text) <= 5 * 60, "slurm.walltime", "walltime of 4:00:00"),
        (lambda text: minutes(text) <= 10, "slurm.walltime", "walltime of 0:10:00"),
        (lambda text: "--nodes=2" in text and "--ntasks=2" in text, "slurm.nodes", "two nodes"),
        (lambda text: "--gres=gpu:1" in text, "slurm.gpus", "a GPU"),
        (lambda text: "--array" not in text, "", "no array of jobs"),
    ],
)
def test_the_change_that_helps_is_named(rule: Callable[[str], bool], field: str, words: str) -> None:
    cause = probing.cause(script(), lambda text: TAKEN if rule(text) else REFUSED)
    assert cause is not None and cause.field == field
    assert words in cause.sentence


def test_where_nothing_helps_nothing_is_claimed() -> None:
    tried: list[str] = []

    def refuse(text: str) -> Submitted:
        tried.append(text)
        return REFUSED

    given = script(enable_gpus=True, gpus=1, memory="")
    assert probing.cause(given, refuse) is None
    assert given not in tried  # what is known to be refused
    assert len(set(tried)) == len(tried) <= 8
