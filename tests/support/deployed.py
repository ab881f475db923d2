"""The examples for administrators, set up in a folder: nginx before a page behind a socket that outlives it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest
from page_server import ROOT, free_port

EXAMPLES = ROOT / "examples" / "deploy"
HOST = "omniopt.example.org"
_NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
NEEDS_NGINX = pytest.mark.skipif(
    not (_NGINX and shutil.which("openssl")), reason="nginx or openssl is not installed"
)
# As systemd does: the socket is descriptor 3, and the variables name the process that it is for.
_ACTIVATED = 'exec 3<&"$SOCKET"; LISTEN_FDS=1 LISTEN_PID=$$; export LISTEN_FDS LISTEN_PID; exec "$@"'


def start_page(
    listening: socket.socket, settings: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start the page at a socket that somebody else has opened, and that stays when it ends."""
    return subprocess.Popen(
        ["bash", "-c", _ACTIVATED, "bash", sys.executable, "-m", "app", "--log-level", "warning"],
        cwd=ROOT,
        env={**os.environ, **(settings or {}), "SOCKET": str(listening.fileno())},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=(listening.fileno(),),
        start_new_session=True,
    )


def end(page: subprocess.Popen[bytes]) -> None:
    """Stop a page as systemd does."""
    page.terminate()
    try:
        page.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(page.pid, signal.SIGKILL)
        page.wait()


@dataclass(frozen=True)
class Nginx:
    """A running nginx. folder: with its logs and the socket of the page. ports: for http and https."""

    folder: Path
    plain_port: int
    port: int

    @property
    def socket_path(self) -> Path:
        return self.folder / "page.sock"

    def logs(self) -> str:
        """All that it has written."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def connect(self) -> HTTPSConnection:
        """A connection as to the name of the example, whose certificate nobody has signed."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return HTTPSConnection("127.0.0.1", self.port, timeout=60, context=context)

    def connect_plain(self) -> HTTPConnection:
        """A connection without encryption."""
        return HTTPConnection("127.0.0.1", self.plain_port, timeout=60)


def _configure(folder: Path, plain_port: int, port: int, without: Sequence[str]) -> Path:
    """The example with ports and paths of the test, inside a whole configuration. without: directives to leave out."""
    text = (EXAMPLES / "nginx.conf").read_text()
    for was, now in (
        ("listen 80;", f"listen 127.0.0.1:{plain_port};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/etc/nginx/omniopt", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("/run/omniopt", str(folder)),
    ):
        assert was in text
        text = text.replace(was, now)
    kept = [line for line in text.splitlines() if not line.strip().startswith(tuple(without))]
    (folder / "omniopt.conf").write_text("\n".join(kept))
    shutil.copy(EXAMPLES / "error.html", folder)
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    whole = [
        *(["user root;"] if os.geteuid() == 0 else []),
        f"pid {folder}/nginx.pid; error_log {folder}/main.log; daemon off; events {{}}",
        "http { types { text/html html; } access_log off;",
        *(f"{place}_temp_path {folder}/{place};" for place in places),
        f"include {folder}/omniopt.conf; }}",
    ]
    path = folder / "nginx.conf"
    path.write_text("\n".join(whole))
    return path


@contextmanager
def running_nginx(folder: Path, without: Sequence[str] = ()) -> Iterator[Nginx]:
    """nginx with the example's configuration but for some directives, whose page listens in `folder`, or does not."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"]
    pem, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run([*command, "-keyout", key, "-out", pem], check=True, capture_output=True)
    nginx = Nginx(folder, free_port(), free_port())
    config = _configure(folder, nginx.plain_port, nginx.port, without)
    assert _NGINX
    server = subprocess.Popen([_NGINX, "-p", folder, "-c", config], stderr=subprocess.DEVNULL)
    try:
        while True:
            assert server.poll() is None, nginx.logs()
            try:
                socket.create_connection(("127.0.0.1", nginx.port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield nginx
    finally:
        server.terminate()
        server.wait(timeout=30)
