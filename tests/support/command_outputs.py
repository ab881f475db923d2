"""What commands that make pages and pictures have written."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path


def written(done: subprocess.CompletedProcess[str]) -> list[Path]:
    """The paths that a command printed; all of them exist."""
    assert done.returncode == 0, done.stderr
    written_paths = [Path(line) for line in done.stdout.splitlines() if line.startswith("/")]
    assert written_paths
    assert all(path.is_file() for path in written_paths)
    return written_paths


def texts(svg: Path) -> list[str]:
    """What stands in a picture."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg.read_text())


def links(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Where the link back to the form leads in the report that was written."""
    (target,) = written(done)
    return re.findall(r'href="([^"#]*)[?]projectname=', target.read_text())
