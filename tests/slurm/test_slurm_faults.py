"""What people ask of a run while it goes on, on a real cluster, and what is noted of its GPUs."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from slurm_site import Site, until

pytestmark = pytest.mark.slurm

NVIDIA_SMI = (
    '#!/bin/sh\necho "2026/01/02 03:04:05.678, 0, NVIDIA A100, 35, 1024, 40960, 210.5"\nexec sleep 100\n'
)


def test_more_workers_join_and_surplus_ones_leave(site: Site) -> None:
    site.start("oak", objective="sleep 0.3; echo RESULT: ($x)", workers=1, evaluations=1000)
    until(lambda: len(site.status("oak")["agents"]) == 1, "no worker is there")
    assert site.omniopt("workers", "oak", "+3").returncode == 0
    until(
        lambda: [agent["state"] for agent in site.status("oak")["agents"]] == ["running"] * 4,
        "they do not come",
    )
    assert site.omniopt("workers", "oak", "-2").returncode == 0
    until(lambda: len(site.status("oak")["agents"]) == 2, "they do not go")
    status = site.status("oak")
    assert status["workers"] == 2
    assert {job["role"] for job in status["jobs"]} == {"driver", "worker"}
    assert all(agent["host"] in ("n1", "n2", "n3", "n4") for agent in status["agents"])
    assert site.omniopt("cancel", "oak").returncode == 0


def test_what_failed_is_made_again_and_a_command_runs_at_the_end(site: Site) -> None:
    good, ended = site.folder / "good", site.folder / "ended"
    paths = site.start(
        "elm",
        objective=f"test -e '{good}' && echo RESULT: ($x)",
        evaluations=6,
        run=f"max_failures = 2\non_end = \"echo $OMNIOPT_RUN >> '{ended}'\"",
    )
    site.until_over(paths)
    assert ended.read_text() == f"{paths.root}\n"
    failed = {row["trial"] for row in site.rows(paths) if row["status"] == "failed"}
    assert len(failed) >= 2
    good.touch()
    done = site.omniopt("retry", "elm", "--failed")
    assert done.returncode == 0, done.stderr
    site.until_over(paths)
    assert {row["status"] for row in site.rows(paths) if row["trial"] in failed} == {"ok"}


def test_one_evaluation_on_a_node_shows_whether_a_run_can_start(site: Site) -> None:
    done = site.omniopt("check", site.config("ash"), "--on-node")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "It gave RESULT" in done.stdout
    done = site.omniopt("check", site.config("ash", objective="no-such-program ($x)"), "--on-node")
    assert done.returncode == 1
    assert "no-such-program: command not found" in done.stdout
    assert list((site.folder / "omniopt/projects").iterdir()) == []


def test_one_evaluation_first_says_what_it_used_and_the_run_follows_where_nothing_is_to_be_asked(
    site: Site,
) -> None:
    path = site.config("hazel", objective="echo begun; echo RESULT: ($x)")
    done = site.omniopt("start", path, "--try", "--memory", "4000")
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("as a Slurm job first", "begun", "It ran on ", "MB of memory", "--time-limit 0:01:00"):
        assert words in done.stdout
    assert "A worker has 4,000 MB, much more than that" in done.stdout
    assert "all 12 evaluations take about" in done.stdout
    assert list((site.folder / "omniopt/projects").iterdir()) == []
    assert site.omniopt("start", path, "--try", "--yes", "--memory", "500").returncode == 0
    paths = site.paths("hazel")
    site.until_over(paths)
    assert len(site.rows(paths)) == 12


def test_a_check_on_a_node_that_is_broken_off_leaves_nothing(site: Site) -> None:
    config = site.config("rowan", slurm='sbatch = ["--begin=now+1hour"]')
    command = [sys.executable, "-I", "-m", "worker", "check", config, "--on-node"]
    with subprocess.Popen(
        command, cwd=site.folder, env={**site.cluster.environment(), **site.environ}, stdout=subprocess.PIPE, text=True
    ) as process:  # fmt: skip
        until(site.cluster.jobs, "nothing is submitted")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 4
    assert "nothing was evaluated" in out
    assert "resume" not in out
    until(lambda: not site.cluster.jobs(), "jobs are left")
    assert list((site.folder / "omniopt/projects").iterdir()) == []


def test_gpus_are_sampled_where_nvidia_smi_is(site: Site) -> None:
    program = site.folder / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text(NVIDIA_SMI)
    program.chmod(0o755)
    site.environ["PATH"] = f"{program.parent}:{site.cluster.environment()['PATH']}"
    paths = site.start(
        "yew", objective="sleep 0.5; echo RESULT: ($x)", workers=1, evaluations=2, slurm="enable_gpus = true"
    )
    site.until_over(paths)
    [table] = paths.agents.glob("*/gpu.csv")
    assert table.read_text().splitlines()[1].endswith(",35,1024,40960,210.5")


def test_a_node_with_a_broken_gpu_is_left_out_and_named(site: Site) -> None:
    broken = "echo CUDA error: uncorrectable ECC error encountered >&2; exit 1"
    paths = site.start(
        "quince",
        objective=f"[ $SLURMD_NODENAME != n1 ] || {{ {broken}; }}; sleep 0.2; echo RESULT: ($x)",
        workers=4,
        evaluations=20,
        slurm="enable_gpus = true\ngpus = 1",
    )
    site.until_over(paths)
    assert {(row["status"], row["host"] == "n1") for row in site.rows(paths)} == {("ok", False)}
    events = paths.events.read_text()
    assert 'A GPU of n1 is broken: the program printed "uncorrectable ECC error".' in events
    assert "Workers on n1 failed twice in a row, so no more are started there." in events


def test_a_run_goes_on_with_other_resources_that_fit_the_cluster(site: Site) -> None:
    paths = site.start("medlar", evaluations=2, workers=1)
    site.until_over(paths)
    done = site.omniopt("resume", "medlar", "--memory", "90000000", "--max-evals", "4")
    assert done.returncode == 2
    assert "slurm.memory" in done.stderr
    assert not paths.changes.exists()
    done = site.omniopt("resume", "medlar", "--memory", "150", "--workers", "2", "--max-evals", "4")
    assert done.returncode == 0, done.stderr
    site.until_over(paths)
    assert len(site.rows(paths)) == 4
    scripts = [path.read_text() for path in paths.slurm.glob("*.sh") if "driver" not in path.name]
    assert any("--mem=650" in script for script in scripts)
    assert "slurm.memory is 150 from now on" in paths.events.read_text()


def test_what_is_shared_stops_a_start_and_what_nodes_may_have_does_not(site: Site) -> None:
    done = site.omniopt("start", site.config("whin", objective="python3 trian.py ($x)"), "--yes")
    assert done.returncode == 2
    assert "The script trian.py does not exist" in done.stderr
    assert not site.paths("whin").root.exists()
    for objective in ("only-on-nodes ($x)", "/opt/only/on/nodes ($x)"):
        done = site.omniopt("check", site.config("furze", objective=objective))
        assert done.returncode == 0, done.stdout
        assert "warning: run.objective: The program" in done.stdout
