"""What the last words of a failed program, or the program's file, suggest to do."""

from __future__ import annotations


def advise(command: str, cwd: str, exit_code: int | None, tail: bytes) -> str:
    """One sentence, "" where nothing is known."""
    return ""
