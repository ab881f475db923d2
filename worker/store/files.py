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
    # Not tempfile, whose files nobody else may read: the user's umask decides.
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
