"""The live dashboard: reachable with its secret address only, and up to date."""

from __future__ import annotations

import errno
import http.client
import math
import re
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from report_runs import a_run, a_trial, write_run

from worker.report.pages.dashboard import LiveReport, Server


@pytest.fixture
def server(workdir: Path) -> Iterator[Server]:
    """A dashboard of a run with one evaluation."""
    paths = write_run(workdir, a_run(), [a_trial(1, {"lr": 0.5, "kind": "a"}, -3.25)])
    with Server(LiveReport(paths), 0) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def get(server: Server, path: str, method: str = "GET") -> tuple[http.client.HTTPResponse, str]:
    """The answer to a request, and its text."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.request(method, path)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response, text


def test_the_report_is_at_the_secret_address(server: Server) -> None:
    path = re.sub(r"^http://localhost:\d+", "", server.url)
    response, text = get(server, path)
    assert response.status == 200
    assert "RESULT -3.25" in text
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert get(server, path)[1] == text


@pytest.mark.parametrize("path", ["/", "/report.html", "/../../etc/passwd", "/x/", "//"])
def test_there_is_nothing_else(server: Server, path: str) -> None:
    response, text = get(server, path)
    assert response.status == 404
    assert "3.25" not in text


def test_what_cannot_be_read_is_said_and_the_last_report_stays(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = re.sub(r"^http://localhost:\d+", "", server.url)

    def away(live: LiveReport) -> None:
        raise OSError(errno.ESTALE, "Stale file handle")

    with monkeypatch.context() as patch:
        patch.setattr(LiveReport, "_make", away)
        response, text = get(server, path)
        assert response.status == 503
        assert "Stale file handle" in text
    assert "RESULT -3.25" in get(server, path)[1]
    monkeypatch.setattr(LiveReport, "_make", away)
    assert isinstance(server.live, LiveReport)
    server.live._due = 0
    assert "RESULT -3.25" in get(server, path)[1]


def test_a_page_that_is_closed_while_it_is_sent_is_no_news(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    path = re.sub(r"^http://localhost:\d+", "", server.url)
    large = b"x" * 20_000_000
    assert isinstance(server.live, LiveReport)
    server.live._page, server.live._due = large, math.inf
    with socket.create_connection(("127.0.0.1", server.server_port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.sendall(f"GET {path} HTTP/1.1\r\n\r\n".encode())
        connection.recv(10)
    assert len(get(server, path)[1]) == len(large)
    assert capsys.readouterr().err == ""


def test_it_only_answers_questions(server: Server) -> None:
    assert get(server, "/", "POST")[0].status == 501
