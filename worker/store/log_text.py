"""What an evaluation printed, as a person can read it: its end, however long it is, and without what terminals obey."""

from __future__ import annotations

import re
from pathlib import Path

ANSI = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # colours, cursor
    rb"|\][^\x07\x1b\n]*(?:\x07|\x1b\\)"  # titles, links
    rb"|[()*+][A-Za-z0-9]|[@-Z\\^_=>78])"  # character sets and the rest
)

_ENOUGH = 1 << 16  # bytes; longer lines are shown from their middle on


def last_lines(path: Path, count: int = 20) -> list[str]:
    """The last `count` lines of a file as text, without their line ends; [] where it does not exist or cannot be read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _ENOUGH))
            data = file.read()
    except OSError:
        return []
    return plain(data).rstrip("\n").split("\n")[-count:]


def plain(data: bytes) -> str:
    """Output as text: no colours, every line end a newline, what is no UTF-8 replaced."""
    return ANSI.sub(b"", data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).decode("utf-8", "replace")
