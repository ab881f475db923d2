"""What tests of the agent share: a desk, from which one is hired and told what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk whose agent is not hired yet."""
    desk = Desk(tmp_path)
    yield desk
    if desk.process is not None:
        desk.dismiss()
