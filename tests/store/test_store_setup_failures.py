"""Setup lines that fail in a job: written down by its script, without changing what the lines do, and told to people."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from report_runs import a_run, some_trials, write_run

from worker.cli import main
from worker.launch.slurm.script import AgentJob, agent_script, driver_script
from worker.report import run_text
from worker.report.data import results
from worker.spec.run import Run
from worker.store.paths import RunPaths
from worker.store.setup_failures import SetupFailure, setup_failures

JOB = AgentJob("pear.abc.1-1", "j1-1", 2, 600, 1, 300)


def run_job(paths: RunPaths, setup: Sequence[str], element: int = 0) -> str:
    """Run the script of an agent's job, in which a program that says its variables stands for the agent."""
    run = _with(setup)
    python = paths.root / "python"
    python.write_text('#!/bin/sh\necho "X=$X in $PWD"\n')
    python.chmod(0o755)
    paths.slurm.mkdir(exist_ok=True)
    script = paths.job_script(JOB.name)
    script.write_text(agent_script(run, paths, JOB, str(python)))
    with paths.job_output(JOB.name, element).open("w") as output:
        subprocess.run(
            ["bash", script],
            env={"PATH": os.environ["PATH"], "SLURM_ARRAY_TASK_ID": str(element)},
            stdout=output,
            stderr=output,
            check=False,
            cwd=paths.root,
        )
    return paths.job_output(JOB.name, element).read_text()


def _with(setup: Sequence[str]) -> Run:
    return a_run(slurm__setup=list(setup))


@pytest.fixture
def paths(workdir: Path) -> RunPaths:
    return write_run(workdir, a_run(), some_trials())


def test_each_line_that_fails_is_told_with_what_it_said_and_in_how_many_jobs(paths: RunPaths) -> None:
    setup = ["module load Python/3.11", "export X=7", "source /nowhere/env/bin/activate", "cd /"]
    for element in (0, 1):
        assert "X=7 in /\n" in run_job(paths, setup, element)
    missing, source_line = setup_failures(paths, setup)
    assert (missing.line, missing.exit_code, missing.jobs) == (setup[0], 127, 2)
    assert missing.message.endswith("module: command not found")
    assert "bash -l" in missing.sentence
    assert (source_line.line, source_line.jobs) == (setup[2], 2)
    assert "/nowhere/env/bin/activate: No such file" in source_line.message


@pytest.mark.parametrize(
    "setup",
    [
        ["export X=7", "false || true", "if false; then", "false", "fi"],
        ["for name in 1 7", "do", "export X=$name", "done"],
        ["test -d /nowhere && echo there", "export X=7 # false"],
    ],
)
def test_what_does_not_fail_leaves_no_record(paths: RunPaths, setup: list[str]) -> None:
    assert "X=7 in" in run_job(paths, setup)
    assert list(paths.slurm.glob("*.setup")) == []
    assert setup_failures(paths, setup) == []


def test_a_line_inside_of_a_construct_is_named(paths: RunPaths) -> None:
    setup = ["for folder in /nowhere /elsewhere", "do", "  cd $folder", "done"]
    run_job(paths, setup)
    [failure] = setup_failures(paths, setup)
    assert failure.line == "cd $folder"
    assert "/nowhere: No such file" in failure.message


def test_a_line_that_ends_the_job_is_named(paths: RunPaths) -> None:
    setup = ["set -e", "false", "export X=7"]
    assert "X=" not in run_job(paths, setup)
    assert [failure.line for failure in setup_failures(paths, setup)] == ["false"]


def test_lines_of_an_earlier_config_do_not_count(paths: RunPaths) -> None:
    run_job(paths, ["false"])
    assert setup_failures(paths, ["true"]) == []


def test_the_drivers_job_writes_down_too(paths: RunPaths) -> None:
    script = driver_script(_with(["echo words; false"]), paths, "pear.abc.driver", 600, "true")
    paths.slurm.mkdir()
    paths.job_script("pear.abc.driver").write_text(script)
    with paths.driver_log.open("w") as log:
        environment = {"PATH": os.environ["PATH"], "SLURM_JOB_ID": "12"}
        subprocess.run(
            ["bash", "-c", script], env=environment, stdout=log, stderr=log, check=True, cwd=paths.root
        )
    [failure] = setup_failures(paths, ["echo words; false"])
    assert failure == SetupFailure("echo words; false", 1, 1, "words")


def test_errors_and_status_tell_of_it(workdir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = write_run(workdir, _with(["module load CUDA"]), some_trials())
    run_job(paths, ["module load CUDA"])
    told = "The setup line 'module load CUDA' failed in 1 job (exit code 127)"
    assert told in "\n".join(run_text.errors(results.read(paths)))
    assert main(["status", str(paths.root)]) == 0
    assert told in capsys.readouterr().out
