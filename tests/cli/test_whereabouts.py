"""Where a run is, as commands see it that are about several runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from slurm_runs import a_run

from worker.cli import whereabouts
from worker.launch import registry
from worker.launch.slurm.scheduler import Slurm
from worker.spec.run import Run
from worker.store.paths import RunPaths


@dataclass(frozen=True)
class Sea(Slurm):
    """Slurm on a machine of the cluster "sea", which counts how often it is asked for that name."""

    asked: list[str] = field(default_factory=list)

    def absence(self) -> str:
        return ""

    def site(self, run: Run) -> str:
        self.asked.append(run.name)
        return "sea"


def test_the_name_of_this_machines_cluster_is_asked_for_once_by_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sea = Sea()
    monkeypatch.setattr(registry, "SCHEDULERS", (sea,))
    here, run = whereabouts.Here(), a_run()
    for name, site in (("near", "sea"), ("far", "sky"), ("old", "")):
        paths = RunPaths(tmp_path / name)
        paths.root.mkdir()
        if site:
            paths.site.write_text(f"{site}\n")
        sentence = whereabouts.elsewhere(paths, run, here)
        assert ('is on the cluster "sky"' in sentence) == (name == "far"), name
    assert len(sea.asked) == 1
