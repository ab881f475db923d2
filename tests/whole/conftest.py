"""What tests of whole runs share: a run in the workdir."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from local_runs import Local


@pytest.fixture
def local(workdir: Path) -> Iterator[Local]:
    """The run in the workdir; its processes end with the test."""
    one = Local(workdir)
    yield one
    one.kill_everything()
