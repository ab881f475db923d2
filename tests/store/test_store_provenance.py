"""The files on code and machines: each written by one process, and none of them a reason to stop."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.store import provenance
from worker.store.paths import RunPaths


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    """The folder of a run."""
    made = RunPaths(tmp_path / "first")
    made.root.mkdir()
    return made


def test_whoever_looks_first_writes(paths: RunPaths) -> None:
    first = provenance.of_host(paths, "n1")
    assert first is not None
    assert provenance.of_host(paths, "n1") is None
    assert provenance.read(paths).hosts == ()  # it has not found anything out yet
    first.write({"host": "n1"})
    other = provenance.of_host(paths, "n2/../..")
    assert other is not None
    other.write({"host": "n2"})
    driver = provenance.of_driver(paths, 1)
    assert driver is not None
    driver.write({"epoch": 1})
    known = provenance.read(paths)
    assert known.as_json() == {
        "drivers": [{"epoch": 1}],
        "programs": [],
        "hosts": [{"host": "n1"}, {"host": "n2"}],
    }
    assert all(path.parent == paths.provenance for path in paths.root.rglob("*.json"))


def test_a_run_without_them_or_with_damaged_ones_has_none(paths: RunPaths) -> None:
    assert provenance.read(paths) == provenance.Provenance((), (), ())
    paths.provenance.mkdir()
    for name in ("driver.000001.json", "host.x.json", "unknown.json"):
        (paths.provenance / name).write_text("{")
    assert provenance.read(paths) == provenance.Provenance((), (), ())


def test_a_run_that_was_moved_gets_no_new_folder(tmp_path: Path) -> None:
    assert provenance.of_driver(RunPaths(tmp_path / "gone"), 1) is None
    assert list(tmp_path.iterdir()) == []


@given(st.text(min_size=1))
def test_any_name_of_a_machine_is_one_of_a_file(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    paths = RunPaths(tmp_path_factory.mktemp("run"))
    entry = provenance.of_host(paths, name)
    assert entry is not None
    entry.write({"host": "x"})
    assert provenance.read(paths).hosts == ({"host": "x"},)
