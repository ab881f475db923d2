"""What tests of the page share: one that runs, and the script of its command for the first time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from page_server import running_page


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a page runs."""
    with running_page() as page:
        yield page


@pytest.fixture(scope="module")
def script(address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script that the page gives."""
    path = tmp_path_factory.mktemp("installer") / "install.sh"
    with urlopen(f"{address}/install.sh") as answer:
        path.write_bytes(answer.read())
    return path
