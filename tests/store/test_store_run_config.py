"""The config of a run as it was started, as it was changed since, and which file is named where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.errors import ConfigError, UsageError
from worker.store.paths import RunPaths
from worker.store.run_config import changed_run, read_run, started_run

GOOD = """\
[run]
name = "pear"
objective = "./p ($x)"
workers = 2

[parameters.x]
type = "hp.uniform"
min = 0
max = 1
"""


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    """A run that was started with two workers."""
    made = RunPaths(tmp_path / "pear")
    made.root.mkdir()
    made.config.write_text(GOOD)
    return made


def test_changes_count_on_top_of_what_was_started(paths: RunPaths) -> None:
    paths.changes.write_text("[run]\nworkers = 3\n")
    assert (started_run(paths).workers, read_run(paths).workers) == (2, 3)
    assert changed_run(paths, {"run.workers": 4}).workers == 4
    assert changed_run(paths, {"search.max_evals": 7}).workers == 3


def test_what_is_wrong_with_a_change_is_in_no_file(paths: RunPaths) -> None:
    with pytest.raises(ConfigError) as caught:
        changed_run(paths, {"run.workers": "many"})
    assert str(paths.config) not in str(caught.value)


def test_what_is_wrong_with_the_config_is_said_with_its_file(paths: RunPaths) -> None:
    paths.config.write_text(GOOD.replace("workers = 2", 'workers = "many"'))
    for read in (started_run, read_run):
        with pytest.raises(ConfigError) as caught:
            read(paths)
        assert str(paths.config) in str(caught.value)


def test_a_folder_without_a_config_is_no_run(paths: RunPaths) -> None:
    paths.config.unlink()
    with pytest.raises(UsageError, match="There is no run in"):
        read_run(paths)
