"""What the tests of reports share: a run in a workdir."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_runs import a_run, some_trials, write_run
from run_kinds import KindRun, write_kinds

from worker.store.paths import RunPaths


@pytest.fixture
def paths(workdir: Path) -> RunPaths:
    """A run called first, with its logs."""
    made = write_run(workdir, a_run(run__objective="./missing ($x_0) ($x_1)"), some_trials())
    made.trial_out(5).write_text("epoch 1\nRESULT 3\n")
    made.trial_err(5).write_text("Traceback (most recent call last):\nValueError: \x1b[31mno\x1b[0m\n")
    return made


@pytest.fixture(scope="session")
def kind_runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, KindRun]:
    """The runs of all kinds, in one workdir; nobody changes them."""
    return write_kinds(tmp_path_factory.mktemp("kinds"))
