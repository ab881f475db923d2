"""The command line as users call it, but in forks of a process that has imported it: sooner, and otherwise the same."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import forking_server

Omniopt = Callable[..., subprocess.CompletedProcess[str]]  # what the fixture of that name is
_ROOM = 65536  # bytes that a pipe takes while nobody reads


class ForkedCommands:
    """`run` is `subprocess.run` of `python -I -m worker`, for tests of what a command does and says.

    What Python reads at its start (the locale, PYTHON...), and limits that are set in this process, do not reach
    the commands: a test of these, or of what is imported, starts a process of its own.
    """

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-I", forking_server.__file__],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # a process with threads is no good to fork
            )

    def close(self) -> None:
        """End the process."""
        self._control.close()
        self._server.wait()

    def run(
        self,
        *words: object,
        cwd: Path | str,
        env: Mapping[str, str] | None = None,
        input: str = "",
        timeout: float = 120,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end. Raises TimeoutExpired; whatever interrupts this, the command is killed then."""
        args = list(map(str, words))
        environ = dict(os.environ if env is None else env)
        told = {"words": args, "cwd": str(cwd), "umask": _umask(), "environ": environ}
        with ExitStack() as open_files:
            talk, theirs = map(open_files.enter_context, socket.socketpair())
            (out, outs), (err, errs) = _pipe(open_files), _pipe(open_files)
            with theirs, _holding(input) as given, outs, errs:
                files = [theirs.fileno(), given.fileno(), outs.fileno(), errs.fileno()]
                socket.send_fds(self._control, [b"\0"], files)
            talk.sendall(json.dumps(told).encode() + b"\n")
            heard = {file.fileno(): bytearray() for file in (talk, out, err)}
            try:
                _read_to_ends(heard, timeout)
            except TimeoutError:
                raise subprocess.TimeoutExpired(args, timeout) from None
            finally:
                answer, *said = heard.values()
                pid, *status = map(int, answer.split())
                if not status:
                    os.kill(pid, signal.SIGKILL)
        return subprocess.CompletedProcess(args, os.waitstatus_to_exitcode(*status), *map(_text, said))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _pipe(open_files: ExitStack) -> tuple[BinaryIO, BinaryIO]:
    reading, writing = os.pipe()
    return (
        open_files.enter_context(os.fdopen(reading, "rb")),
        open_files.enter_context(os.fdopen(writing, "wb")),
    )


def _holding(text: str) -> BinaryIO:
    """The end of a pipe from which `text` is read."""
    content = text.encode()
    assert len(content) <= _ROOM, "more than a pipe takes while nobody reads"
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(content)
    return os.fdopen(reading, "rb")


def _read_to_ends(heard: Mapping[int, bytearray], seconds: float) -> None:
    """Read what comes from files into their buffers, until all have ended. Raises TimeoutError."""
    ends_at = time.monotonic() + seconds
    with selectors.DefaultSelector() as waiting:
        for file in heard:
            waiting.register(file, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(max(0, ends_at - time.monotonic()))
            if not ready:
                raise TimeoutError
            for key, _ in ready:
                chunk = os.read(key.fd, _ROOM)
                heard[key.fd] += chunk
                if not chunk:
                    waiting.unregister(key.fd)


def _text(content: bytearray) -> str:
    return content.decode().replace("\r\n", "\n").replace("\r", "\n")
