"""What a run has cost: hours of workers, nodes, CPUs and GPUs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from json_records import journalled
from report_runs import START, a_run, a_trial, write_run

from worker.report import run_text
from worker.report.data import gpu_usage, summary
from worker.report.data import results as source
from worker.report.pages import html, sections
from worker.spec.budget import Hours
from worker.store.allocations import covered
from worker.store.journal_records import Agent, Allocated
from worker.store.replay import Ending


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=20))
def test_covered_time_is_at_most_the_sum_and_at_least_the_longest(pairs: list[tuple[float, float]]) -> None:
    spans = [(min(pair), max(pair)) for pair in pairs]
    lengths = [end - start for start, end in spans]
    length = covered(spans)
    assert max(lengths, default=0) - 1e-9 <= length <= sum(lengths) + 1e-9
    assert covered(spans + spans) == pytest.approx(length)


def test_a_host_counts_once_for_node_hours(tmp_path: Path) -> None:
    trials = [
        a_trial(1, {"lr": 0.1, "kind": "a"}, 1, start=START, end=START + 3600, agent="1", host="n1"),
        a_trial(2, {"lr": 0.2, "kind": "a"}, 1, start=START, end=START + 3600, agent="2", host="n1"),
        a_trial(3, {"lr": 0.3, "kind": "a"}, 1, start=START, end=START + 3600, agent="3", host="n2"),
    ]
    run = a_run(slurm__cpus=4, slurm__enable_gpus=True, slurm__gpus=2)
    cost = summary.summarize(source.read(write_run(tmp_path, run, trials))).cost
    assert (cost.worker_hours, cost.node_hours, cost.cpu_hours, cost.gpu_hours) == (3, 2, 12, 6)


def test_all_nodes_and_tasks_of_an_evaluation_cost(tmp_path: Path) -> None:
    trials = [a_trial(1, {"lr": 0.1, "kind": "a"}, 1, start=START, end=START + 3600)]
    run = a_run(slurm__cpus=4, slurm__enable_gpus=True, slurm__gpus=2, slurm__nodes=2, slurm__tasks=8)
    cost = summary.summarize(source.read(write_run(tmp_path, run, trials))).cost
    assert (cost.worker_hours, cost.node_hours, cost.cpu_hours, cost.gpu_hours) == (1, 2, 32, 4)


@pytest.mark.parametrize(
    ("there", "cpu_hours", "gpu_hours"),
    [
        ({"cpus": 2, "gpu_count": 0}, 2.0, 0.0),
        ({"cpus": 64, "gpu_count": 1}, 12.0, 1.0),
        ({}, None, None),
    ],
)
def test_a_local_run_costs_no_more_than_there_is(
    tmp_path: Path, there: dict[str, int], cpu_hours: float | None, gpu_hours: float | None
) -> None:
    trials = [
        a_trial(
            number,
            {"lr": number / 9, "kind": "a"},
            1,
            agent=str(number),
            start=START,
            end=START + 3600,
            host="n1",
        )
        for number in (1, 2, 3)
    ]
    run = a_run(slurm__cpus=4, slurm__enable_gpus=True, slurm__gpus=2, slurm__nodes=2, slurm__tasks=1)
    results = source.read(write_run(tmp_path, run, trials, where="local"))
    agents = [
        Agent(
            epoch=1,
            agent=trial.agent,
            host="n1",
            cpus=there.get("cpus"),
            gpu_count=there.get("gpu_count"),
        )
        for trial in trials
    ]
    results.state.agents.update({agent.agent: agent for agent in agents})
    cost = summary.summarize(results).cost
    assert (cost.worker_hours, cost.node_hours) == (3, 1)
    assert (cost.cpu_hours, cost.gpu_hours) == (cpu_hours, gpu_hours)
    assert "unknown CPU hours" in "\n".join(run_text.summary(results)) or cpu_hours is not None


def test_gpu_samples_that_are_torn_or_wrong_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "gpu.csv"
    path.write_text(
        "time,gpu,name,utilization [%],memory used [MB],memory total [MB],power [W]\n"
        "2026/11/23 21:11:05.123, 0, NVIDIA H200, 50, 1000, 4000, 100.0\n"
        "2026/11/23 21:11:15.123, 0, NVIDIA H200, [N/A], 1000, 4000, 100.0\n"
        "2026/11/23 21:11:25.123, 0, NVIDIA H200, 100, 4000, 4000, 100.0\n"
        "2026/11/23 21:11:25.123, 1, NVIDIA H200, 0, 0, 0, 100.0\n"
        "2026/11/23 21:1"
    )
    (usage,) = gpu_usage.read_file("3", path)
    assert (usage.label, usage.busy, usage.memory) == ("worker 3, GPU 0", [50.0, 100.0], [25.0, 100.0])


@pytest.mark.parametrize("ended", [True, False])
def test_what_was_allocated_stands_beside_what_the_program_used(tmp_path: Path, ended: bool) -> None:
    trials = [
        a_trial(1, {"lr": 0.1, "kind": "a"}, 1, start=START, end=START + 1800, seconds=1800.0, agent="1")
    ]
    run = a_run(run__budget="16 core-hours")
    results = source.read(write_run(tmp_path, run, trials))
    assert summary.summarize(results).allocated is None, "a run of an earlier version"
    job = {"kind": "allocated", "job": "7_0", "agent": "1", "nodes": 2, "cpus": 8, "gpus": 1, "start": START}
    end = START + 3600
    results.state.allocations.take(allocated({**job, "at": START, "end": end if ended else None}))
    results.state.ended = Ending("All is done.", 0, end)
    figures = summary.summarize(results).allocated
    assert figures is not None
    assert (figures.hours, figures.inside, figures.share) == (Hours(2, 8, 1), 4.0, 0.5)
    said = (
        "llocated: 2.000 node-hours, 8.000 core-hours, 1.000 gpu-hours, 50% of the core-hours inside the program; "
        "50% of the budget of 16 core-hours"
    )
    assert said in "\n".join(run_text.summary(results))
    page = str(html.tag("div", sections.cost(summary.summarize(results))))
    assert f"A{said}, counted from the start of each job to its end." in page


def allocated(record: dict[str, object]) -> Allocated:
    found = journalled(record)
    assert isinstance(found, Allocated)
    return found
