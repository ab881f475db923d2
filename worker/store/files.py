"""Where results are written: replaced in one step, and beside the reader where the run's folder is someone else's."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO


@contextmanager
def replacing(target: Path) -> Iterator[TextIO]:
    """A text file that becomes `target` at the end of the block, or nothing where the block fails.

    Readers see the old file or the new one, never half of one. Makes the folder. Raises OSError.
    """
    with replacing_bytes(target) as raw:
        descriptor = os.dup(raw.fileno())
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
            yield file


@contextmanager
def replacing_bytes(target: Path) -> Iterator[BinaryIO]:
    """Like `replacing`, for bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    try:
        with temporary.open(
            "xb"
        ) as file:  # not tempfile, whose files nobody else may read: the user's umask decides
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
