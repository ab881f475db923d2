"""Appending records to a file that has exactly one writer, so that a record counts once it is on disk."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from worker.errors import OmnioptError

_FULL = (errno.ENOSPC, errno.EDQUOT)
# What a file server or its network causes, and what may pass: no mistake of a person, and none of a program.
FILE_SERVER = (
    errno.EIO,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.EREMOTEIO,
    errno.ENOTCONN,
    errno.ESHUTDOWN,
    *_FULL,
)


class StorageFullError(OmnioptError):
    """A record could not be written; nothing is damaged, and writing it again later is safe."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        self.error = error
        super().__init__(
            f"Cannot write to {path}, because the disk or the quota is full; free some space there (df -h and "
            "quota show how much is left), and a run goes on by itself."
            if error.errno in _FULL
            else f"Cannot write to {path}: {error.strerror or error}. Check that the folder exists and that you "
            "may write to it."
        )


class Appender:
    """The only writer of one file of records.

    A failed write leaves a torn line at worst; the next append begins on a line of its own, and readers skip
    and count the torn one. Nothing is ever cut off, since a reader may have seen it already: a record that is
    written again after an error may then be there twice, which every reader of records allows for.
    """

    def __init__(self, path: Path, create_exclusive: bool = False) -> None:
        """Open or create the file at `path`; with `create_exclusive` it must be new.

        Raises FileExistsError where it must be new and is not, StorageFullError where it cannot be opened.
        """
        self._path = path
        self._fd: int | None = None
        self._torn = False
        try:
            self._open(os.O_EXCL if create_exclusive else 0)
        except FileExistsError:
            raise
        except OSError as error:
            raise StorageFullError(path, error) from error
        if create_exclusive:
            _sync_folder(path.parent)

    def append(self, *lines: bytes, sync: bool = True) -> None:
        """Write records as lines in one go and, with `sync`, wait until they are on disk; raises StorageFullError.

        Without `sync` they survive the end of this process, but neither the machine's nor, on a network file
        system, are they seen elsewhere at once; the next `append` or `sync` makes up for that.
        """
        data = b"".join(lines)
        try:
            fd = self._open()
            _write_all(fd, b"\n" + data if self._torn else data)
            self._torn = False
            if sync:
                os.fdatasync(fd)
        except OSError as error:
            self._give_up()
            raise StorageFullError(self._path, error) from error

    def sync(self) -> None:
        """Wait until everything appended is on disk; raises StorageFullError."""
        try:
            os.fdatasync(self._open())
        except OSError as error:
            self._give_up()
            raise StorageFullError(self._path, error) from error

    @property
    def in_place(self) -> bool:
        """Whether the path still leads to this file; not so once somebody has moved or removed it, or its folder.

        An error of the file system other than that there is nothing says neither, and counts as yes.
        """
        try:
            there = self._path.stat()
            return self._fd is None or os.path.samestat(there, os.fstat(self._fd))
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True

    def close(self) -> None:
        """Close the file; a later append opens it again."""
        if self._fd is not None:
            fd, self._fd = self._fd, None
            with suppress(OSError):  # a network file system reports late errors here; synced records are safe
                os.close(fd)

    def __enter__(self) -> Appender:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, flags: int = 0) -> int:
        if self._fd is None:
            fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | flags, 0o666)
            try:
                size = os.fstat(fd).st_size
                self._torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
            except OSError:
                os.close(fd)
                raise
            self._fd = fd
        return self._fd

    def _give_up(self) -> None:
        # The next append opens the path again, which also helps after ESTALE, and looks at how the file ends.
        self.close()


def _write_all(fd: int, data: bytes) -> None:
    """Write all of `data`: a full disk may take half a record and say so only at the next write."""
    unwritten = memoryview(data)
    while unwritten:
        unwritten = unwritten[os.write(fd, unwritten) :]


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable; a file system that cannot is not asked to."""
    with suppress(OSError):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
