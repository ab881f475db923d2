"""The versions of the libraries that a run is driven with, read from the names of their folders."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

from worker.store.paths import RunPaths
from worker.store.versions import installed, note


def test_they_are_those_that_python_itself_tells() -> None:
    found = installed(sys.path)
    for name in ("hyperopt", "numpy", "scipy", "rich", "markdown-it-py"):
        assert found[name] == metadata.version(name)


def test_names_are_read_however_they_were_installed(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (
        first / "omniopt_worker-0.1.0+0123456789ab.dist-info",
        first / "numpy-2.4.6.dist-info",
        second / "numpy-1.26.0.dist-info",
        second / "PyYAML-5.4.1-py3.10.egg-info",
        second / "numpy",
        second / "half-made.dist-info.tmp",
    ):
        folder.mkdir(parents=True)
    places = [str(tmp_path / "missing.zip"), str(first), str(second)]
    assert installed(places) == {
        "numpy": "2.4.6",
        "omniopt-worker": "0.1.0+0123456789ab",
        "pyyaml": "5.4.1",
    }


def test_a_disk_that_cannot_be_written_to_is_no_reason_to_stop(tmp_path: Path) -> None:
    note(RunPaths(tmp_path / "gone"), 1)
    assert not (tmp_path / "gone").exists()
