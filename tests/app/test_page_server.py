"""gunicorn as it serves the page: slow clients, oversized requests, and how it starts and ends."""

from __future__ import annotations

import os
import re
import runpy
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from page_server import ROOT, connect, free_port, running_page

from app.security import HEADERS
from app.server import LONGEST_REQUEST


def everything(connection: socket.socket) -> bytes:
    """All that the server sends until it closes the connection."""
    received = b""
    while block := connection.recv(65536):
        received += block
    return received


def test_slow_clients_keep_nobody_waiting(address: str) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(address)) for _ in range(200)]
        # Fifty say nothing at all.
        for connection in slow[50:125]:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        for connection in slow[125:]:
            connection.sendall(b"POST /preview HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nproject")
        for _ in range(20):
            with urlopen(f"{address}/healthz", timeout=LONGEST_REQUEST / 2) as answer:
                assert answer.read().startswith(b"ok ")


def test_a_client_that_takes_too_long_is_cut_off(address: str) -> None:
    with connect(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
        before = time.monotonic()
        assert everything(connection) == b""
        # Far less than for ever, which is what a thread of its own would wait.
        assert time.monotonic() - before < LONGEST_REQUEST + 30


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /?" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + b"X-Many: a\r\n" * 100 + b"\r\n", b"431"),
        (b"no request at all\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a'b\r\nConnection: close\r\n\r\n", b"400"),
    ],
)
def test_what_gunicorn_refuses_gets_the_headers_too(address: str, request_line: bytes, status: bytes) -> None:
    with connect(address) as connection:
        connection.sendall(request_line)
        connection.shutdown(socket.SHUT_WR)
        answer = everything(connection)
    assert answer.split()[1] == status, answer[:300]
    for name, value in HEADERS.items():
        assert f"{name}: {value}\r\n".encode() in answer
    assert b"<h1>" in answer
    assert b"Traceback" not in answer


def test_an_address_of_the_longest_kind_is_answered(address: str) -> None:
    with urlopen(f"{address}/?projectname={'a' * 8000}") as answer:
        assert "a" * 8000 in answer.read().decode()


def test_what_gunicorn_refuses_leads_back_below_the_public_path() -> None:
    with (
        running_page({"OMNIOPT_PUBLIC_URL": "https://omniopt.example.org/hpc"}) as address,
        connect(address) as client,
    ):
        client.sendall(b"GET /hpc/?" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        answer = everything(client).decode()
    assert 'href="/hpc/"' in answer
    assert 'href="/hpc/static/css/base.css"' in answer


def test_a_connection_serves_many_requests(address: str) -> None:
    parts = urlsplit(address)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    for _ in range(5):
        connection.request(
            "POST",
            "/preview",
            body="projectname=a",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        answer = connection.getresponse()
        assert answer.status == 200
        assert b'"command"' in answer.read()
    connection.close()


def test_both_workers_serve_the_same_wheel(address: str) -> None:
    def seen(pattern: str) -> set[str]:
        texts = set()
        for _ in range(20):
            with urlopen(f"{address}/install.sh") as answer:
                texts.add(re.search(pattern, answer.read().decode())[1])  # type: ignore[index]
        return texts

    assert len(seen("wheel_sha256='(.*)'")) == 1
    (name,) = seen("wheel='(.*)'")
    with urlopen(f"{address}/{name}") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def start(*options: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "app",
            "--log-level",
            "warning",
            *options,
        ],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_prints_its_address_in_one_line_and_ends_when_told() -> None:
    port = free_port()
    with start("--bind", f"127.0.0.1:{port}") as server:
        assert server.stdout is not None
        assert server.stdout.readline() == f"OmniOpt's page: http://127.0.0.1:{port}\n"
        with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == 200
        server.send_signal(signal.SIGTERM)
        out, _ = server.communicate(timeout=60)
        assert (out, server.returncode) == ("", 0)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OMNIOPT_PARTITIONS", "/nowhere.toml", "The partition file /nowhere.toml cannot be read"),
        ("OMNIOPT_PUBLIC_URL", "example.org", "OMNIOPT_PUBLIC_URL is 'example.org', but must look like"),
        ("WEB_CONCURRENCY", "0", "WEB_CONCURRENCY is 0, but must be at least"),
        ("WEB_CONCURRENCY", "-1", "WEB_CONCURRENCY is -1, but must be at least"),
        ("WEB_CONCURRENCY", "x", "WEB_CONCURRENCY is 'x', but must be a whole number, such as 2."),
        ("WEB_CONCURRENCY", "1.5", "WEB_CONCURRENCY is '1.5', but must be a whole number, such as 2."),
        ("WEB_CONCURRENCY", "100000", "WEB_CONCURRENCY is 100000, but must be at most 1000"),
        ("PORT", "http", "PORT is 'http', but must be a number up to 65535"),
        ("PORT", "99999", "PORT is '99999', but must be a number up to 65535"),
        ("SENDFILE", "perhaps", "SENDFILE is 'perhaps', but must be yes or no."),
        ("FORWARDED_ALLOW_IPS", "localhost", "FORWARDED_ALLOW_IPS contains 'localhost'"),
    ],
)
def test_a_wrong_setting_keeps_it_from_starting(name: str, value: str, sentence: str, tmp_path: Path) -> None:
    with start("--bind", f"127.0.0.1:{free_port()}", **{name: value}) as server:
        _, shown = server.communicate(timeout=60)
    assert server.returncode != 0
    assert f"The page cannot start: {sentence}" in shown
    assert "Traceback" not in shown


def test_workers_sign_of_life_is_kept_elsewhere_where_shared_memory_may_not_be_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).startswith("/dev/shm"))
    assert runpy.run_module("app.gunicorn_conf")["worker_tmp_dir"] is None
