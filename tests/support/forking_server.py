"""A process that has imported the product, and forks for every command: `python -I forking_server.py`.

Its standard input is a socket. Every message on it begins a command and brings four files: a socket to talk to whoever
asks, and what the command gets as standard input, output and error output. The words, environment, folder and umask
of the command are a line of JSON from the socket; its process id and, when it has ended, its wait status go back.

The fork becomes what `python -I -m worker WORDS` is: nothing but these files is open, and it leaves as Python does.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

# What commands import where they need it.
_IMPORTED = (
    *("worker.search.annealing", "worker.search.models", "worker.search.parzen", "hyperopt", "rich.live"),
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg"),
)


def main() -> None:
    """Serve until nobody can ask any more; in a fork, be the command."""
    left_with: list[int] = []
    atexit.register(leave_at_once, left_with)  # before all others are, so after them
    import_all()
    gc.freeze()
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks
    control = socket.socket(fileno=0)
    files = serve(control)
    control.detach()
    if not files:
        return
    signal.signal(signal.SIGINT, interrupted)
    become(*files)
    try:
        runpy.run_module("worker", run_name="__main__", alter_sys=True)
    except SystemExit as leaving:
        if isinstance(leaving.code, int):
            left_with.append(leaving.code)
        raise


def leave_at_once(left_with: Sequence[int]) -> None:
    """Leave with that exit code, without taking everything apart that was imported; not where output is stuck."""
    if left_with:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(left_with[0])


def import_all() -> None:
    """Import what commands may need."""
    from worker.cli import COMMANDS, INTERNAL

    for module, _ in COMMANDS.values():
        import_module(f"worker.cli.commands.{module}")
    for module in (*(f"worker.cli.commands.{module}" for module in INTERNAL.values()), *_IMPORTED):
        import_module(module)


def serve(control: socket.socket) -> Sequence[int]:
    """Fork for every message; returns the files of the command in the fork, and none at the end."""
    running: dict[int, tuple[int, socket.socket]] = {}  # by file descriptor of the process
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is not control:
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    pid, caller = running.pop(key.fd)
                    _, status = os.waitpid(pid, 0)
                    with caller:
                        tell(caller, status)
                    continue
                _, files, _, _ = socket.recv_fds(control, 1, 4)
                pid = os.fork() if files else 0
                if pid == 0:
                    return files
                caller = socket.socket(fileno=files[0])
                tell(caller, pid)
                for file in files[1:]:
                    os.close(file)
                process = os.pidfd_open(pid)
                running[process] = pid, caller
                selector.register(process, selectors.EVENT_READ)


def tell(caller: socket.socket, number: int) -> None:
    """Send a number, to a caller who may have given up."""
    with suppress(OSError):
        caller.sendall(b"%d\n" % number)


def become(talk: int, *standard: int) -> None:
    """Be a new process with these standard files, which is told the rest of what it is by `talk`."""
    with os.fdopen(talk, encoding="utf-8", closefd=False) as lines:
        told = json.loads(lines.readline())
    for number, file in enumerate(standard):
        os.dup2(file, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    renew_standard_files()
    os.umask(told["umask"])
    os.chdir(told["cwd"])
    os.environ.clear()
    os.environ.update(told["environ"])
    time.tzset()
    sys.modules["numpy"].random.seed()
    sys.argv[:] = ["worker", *told["words"]]


def renew_standard_files() -> None:
    """Open Python's standard files as at its start: whether they are terminals decides how they are buffered."""
    files = {"stdin": (0, "r", -1), "stdout": (1, "w", -1), "stderr": (2, "w", 1)}
    for name, (number, mode, buffering) in files.items():
        old = getattr(sys, name)
        new = os.fdopen(number, mode, buffering, encoding=old.encoding, errors=old.errors, closefd=False)
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


if __name__ == "__main__":
    main()
