"""Reading the end of what an evaluation printed, however long it is."""

from __future__ import annotations

from pathlib import Path

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
    return (
        data.decode("utf-8", "replace")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .rstrip("\n")
        .split("\n")[-count:]
    )
