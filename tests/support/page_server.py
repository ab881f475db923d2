"""The real page for tests: gunicorn on a free port of this machine, as scripts/gui starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
STARTS_WITHIN = 60.0  # seconds


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def connect(address: str) -> socket.socket:
    """A connection to a page."""
    parts = urlsplit(address)
    assert parts.port is not None
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


@contextmanager
def running_page(
    settings: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    python: Sequence[str] = (sys.executable,),
) -> Iterator[str]:
    """Start the page with the settings as environment variables; yields its address, stops it at the end.

    python: the words that begin the command line.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [
        *(*python, "-m", "app"),
        *("--bind", f"127.0.0.1:{port}", "--log-level", "warning"),
    ]
    server = subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **(settings or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(server, address)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_for(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the page ended with exit code {server.returncode} instead of starting")
        try:
            with urlopen(f"{address}/healthz", timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise RuntimeError(f"the page did not answer within {STARTS_WITHIN:.0f} s")
