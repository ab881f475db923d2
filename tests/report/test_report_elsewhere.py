"""What is made of a run that belongs to somebody else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from report_runs import a_run, some_trials, write_run

from worker.cli.result_files import ELSEWHERE, output_path
from worker.errors import OmnioptError
from worker.store.paths import RunPaths

NOBODY = 65534


@pytest.fixture
def somebody_elses(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunPaths]:
    """A run that the present user may read and not write; the present folder is theirs."""
    root = Path(tempfile.mkdtemp(prefix="omniopt-"))
    root.chmod(0o755)
    own_folder = root / "own"
    own_folder.mkdir()
    paths = write_run(root, a_run(), some_trials())
    monkeypatch.chdir(own_folder)
    if os.geteuid() == 0:
        os.chown(own_folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        yield paths
        os.seteuid(0)
    else:
        for folder in (paths.root, *paths.root.iterdir()):
            folder.chmod(0o555)
        yield paths
        for folder in (paths.root, *paths.root.glob("**/")):
            folder.chmod(0o755)
    monkeypatch.undo()
    shutil.rmtree(root)


def test_what_is_made_of_somebody_elses_run_goes_to_the_present_folder(
    somebody_elses: RunPaths, capsys: pytest.CaptureFixture[str]
) -> None:
    target = output_path(somebody_elses.parallel, somebody_elses, None)
    assert target == Path.cwd() / ELSEWHERE / "first" / "parallel-plot" / "plot.html"
    assert "You cannot write to" in capsys.readouterr().err


def test_where_nothing_can_be_written_out_is_asked_for(
    somebody_elses: RunPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(somebody_elses.root)
    with pytest.raises(OmnioptError, match="--out"):
        output_path(somebody_elses.parallel, somebody_elses, None)
