"""What is said where times of a run and of its jobs do not go together; the cluster is made up."""

from __future__ import annotations

import pytest
from slurm_runs import a_run

from worker.launch.slurm import preflight
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.sinfo import groups

HOUR = 3600


def found(limit: str, **times: int) -> list[tuple[str, str]]:
    """Fields and severities of the problems of a run in a partition with this time limit."""
    nodes = list(groups(f"alpha*|up|{limit}|4|8|4000|idle|(null)|(null)"))
    cluster = Cluster(nodes, {"alpha": {}}, None, {})
    problems = preflight.problems(a_run(**times), cluster)
    return [(problem.path, problem.severity) for problem in problems]


@pytest.mark.parametrize(
    ("times", "problems"),
    [
        ({"runtime": HOUR}, []),
        ({"runtime": HOUR + 1}, [("run.runtime", "note")]),
        ({"runtime": HOUR, "walltime": HOUR}, []),
        ({"runtime": HOUR, "walltime": HOUR + 1}, [("slurm.walltime", "error")]),
        ({"runtime": 9 * HOUR, "walltime": 600}, []),
        ({"runtime": HOUR, "time_limit": HOUR}, []),
        ({"runtime": 2 * HOUR, "time_limit": HOUR}, [("run.runtime", "note")]),
        (
            {"runtime": 2 * HOUR, "time_limit": HOUR + 1},
            [("run.runtime", "note"), ("run.time_limit", "warning")],
        ),
        ({"runtime": 2 * HOUR, "walltime": 600, "time_limit": 600}, []),
    ],
)
def test_times_are_held_against_an_hour_of_the_partition(
    times: dict[str, int], problems: list[tuple[str, str]]
) -> None:
    assert found("1:00:00", **times) == problems


def test_a_partition_without_a_limit_limits_nothing() -> None:
    assert found("infinite", runtime=1000 * HOUR, time_limit=900 * HOUR) == []


def test_a_job_lasts_as_long_as_the_config_says_or_the_partition_allows() -> None:
    nodes = list(groups("alpha*|up|1:00:00|4|8|4000|idle|(null)|(null)"))
    cluster = Cluster(nodes, {"alpha": {}}, None, {})
    assert cluster.walltime(a_run(runtime=2 * HOUR)) == HOUR
    assert cluster.walltime(a_run(runtime=600)) == 600
    assert cluster.walltime(a_run(runtime=2 * HOUR, walltime=2 * HOUR)) == 2 * HOUR, (
        "Slurm says it is too long"
    )
    assert Cluster(None, None, None, None).walltime(a_run(runtime=2 * HOUR)) == 2 * HOUR
