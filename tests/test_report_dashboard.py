"""The live dashboard: reachable with its secret address only, and up to date."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from report_runs import a_run, a_trial, write_run

from worker.report.dashboard import LiveReport, Server


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


def test_it_only_answers_questions(server: Server) -> None:
    assert get(server, "/", "POST")[0].status == 501
