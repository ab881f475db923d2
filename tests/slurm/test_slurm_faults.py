"""What clusters do to a run, on a real one: a dead controller, a full disk, and whatever people ask for meanwhile."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from slurm_cluster import Cluster
from slurm_site import Site, until

from worker.driver.claim import Standing, claim

pytestmark = pytest.mark.slurm

NVIDIA_SMI = (
    '#!/bin/sh\necho "2026/01/02 03:04:05.678, 0, NVIDIA A100, 35, 1024, 40960, 210.5"\nexec sleep 100\n'
)


def test_more_workers_join_and_surplus_ones_leave(site: Site) -> None:
    site.start("oak", objective="sleep 0.3; echo RESULT: ($x)", workers=1, evaluations=1000)
    until(lambda: len(site.status("oak")["agents"]) == 1, "no worker is there")
    assert site.omniopt("workers", "oak", "+3").returncode == 0
    until(
        lambda: [one["state"] for one in site.status("oak")["agents"]] == ["running"] * 4, "they do not come"
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


def test_gpus_are_sampled_where_nvidia_smi_is(site: Site) -> None:
    program = site.folder / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text(NVIDIA_SMI)
    program.chmod(0o755)
    site.environ["PATH"] = f"{program.parent}:{site.cluster.environment()['PATH']}"
    paths = site.start("yew", workers=1, evaluations=2, slurm="enable_gpus = true")
    site.until_over(paths)
    [table] = paths.agents.glob("*/gpu.csv")
    assert table.read_text().splitlines()[1].endswith("35, 1024, 40960, 210.5")


@pytest.fixture
def small_disk(workdir: Path) -> Iterator[Path]:
    """A workdir on a file system of 3 MB."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", workdir], check=True)
    yield workdir
    subprocess.run(["umount", "--lazy", workdir], check=True)


def fill(path: Path) -> None:
    """Write into a file until nothing more can be written anywhere beside it."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    file.write(b"x" * size)


def test_a_full_disk_is_waited_for_and_costs_no_result(small_disk: Path, site: Site) -> None:
    paths = site.start("fir", objective="sleep 0.2; echo RESULT: ($x)", evaluations=20, workers=2)
    until(lambda: site.status("fir")["trials"]["ok"] > 3, "nothing is evaluated")
    ballast = small_disk / "ballast"
    fill(ballast)
    assert "is full, so the run waits" in site.omniopt("status", "fir").stdout
    time.sleep(3)  # everybody runs into it
    assert claim(paths).standing is Standing.ALIVE
    ballast.unlink()
    site.until_over(paths)
    rows = site.rows(paths)
    assert len([row for row in rows if row["status"] == "ok"]) == 20
    assert all(float(row["x"]) == float(row["RESULT"]) for row in rows if row["status"] == "ok")


@pytest.mark.usefixtures("slurm_programs")
def test_a_run_goes_on_without_the_controller(tmp_path: Path, workdir: Path) -> None:
    cluster = Cluster(tmp_path / "slurm", {"MessageTimeout": "2"})
    cluster.folder.mkdir()
    try:
        cluster.up()
        site = Site(cluster, workdir)
        gate = workdir / "gate"
        paths = site.start(
            "larch", objective=f"until test -e '{gate}'; do sleep 0.1; done; echo RESULT: ($x)"
        )
        until(lambda: site.status("larch")["trials"]["running"] == 3, "nothing is evaluated")
        # It writes its jobs down every few seconds, and what is not written down it would not know after the kill.
        working = time.time()
        saved = cluster.folder / "state" / "job_state"
        until(lambda: saved.exists() and saved.stat().st_mtime > working, "Slurm does not save its jobs")
        cluster.kill_controller()
        until(lambda: "Slurm does not answer" in paths.events.read_text(), "its silence is not noticed")
        until(
            lambda: "Slurm does not answer" in site.omniopt("status", "larch").stdout, "status does not tell"
        )
        gate.touch()
        until(lambda: claim(paths).standing is Standing.OVER, "it does not go on")
        until(lambda: [row["status"] for row in site.rows(paths)] == ["ok"] * 12, "the table is not written")
        assert paths.events.read_text().count("Slurm does not answer") == 1
        cluster.start_controller()
        until(lambda: not cluster.jobs(), "jobs are left")
    finally:
        cluster.down()
