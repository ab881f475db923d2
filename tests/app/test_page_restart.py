"""No request is lost while the page is told to reload, or starts again behind a socket that stays."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import pytest
from deployed import HOST, NEEDS_NGINX, end, running_nginx, start_page
from page_client import GOOD

CLIENTS = 4
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Host": HOST}
SETTINGS = {"OMNIOPT_PUBLIC_URL": f"https://{HOST}"}
Connect = Callable[[], HTTPConnection]


class Load:
    """Clients that ask without a pause, each for a form and a preview of it; what came of it is counted."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self.outcomes: Counter[str] = Counter()

    def run(self) -> None:
        """One client, until the load is stopped."""
        while not self._stopped.is_set():
            for method, path, body in (("GET", "/", None), ("POST", "/preview", urlencode(GOOD))):
                outcome = self._ask(method, path, body)
                with self._lock:
                    self.outcomes[outcome] += 1

    def _ask(self, method: str, path: str, body: str | None) -> str:
        connection = self._connect()
        try:
            connection.request(method, path, body=body, headers=FORM)
            answer = connection.getresponse()
            text = answer.read()
            return str(answer.status) if text else "empty"
        except (OSError, HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()

    def stop(self) -> None:
        """Let each client end with the request that it has begun."""
        self._stopped.set()

    def wait_for_more(self, number: int = 20) -> None:
        """Until so many more requests are answered."""
        wanted = self.outcomes.total() + number
        while self.outcomes.total() < wanted:
            time.sleep(0.02)


@contextmanager
def load(connect: Connect) -> Iterator[Load]:
    """Clients that ask while the block is done."""
    asking = Load(connect)
    clients = [threading.Thread(target=asking.run) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        yield asking
    finally:
        asking.stop()
        for client in clients:
            client.join()


def workers(page: subprocess.Popen[bytes]) -> set[str]:
    """The processes of a page that answer."""
    return set(Path(f"/proc/{page.pid}/task/{page.pid}/children").read_text().split())


def reload(page: subprocess.Popen[bytes]) -> None:
    """Tell the page to begin anew, and wait until no process of before is left."""
    before = workers(page)
    page.send_signal(signal.SIGHUP)
    while before & workers(page):
        time.sleep(0.05)


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A socket as systemd opens it for the page."""
    with socket.create_server(("127.0.0.1", 0), backlog=200) as opened:
        yield opened


def test_none_is_lost_when_it_reloads(listening: socket.socket) -> None:
    page = start_page(listening, SETTINGS)
    try:
        port = listening.getsockname()[1]
        with load(lambda: HTTPConnection("127.0.0.1", port, timeout=60)) as asking:
            asking.wait_for_more()
            for _ in range(2):
                reload(page)
                asking.wait_for_more()
    finally:
        end(page)
    assert set(asking.outcomes) == {"200"}, asking.outcomes


def test_none_is_lost_when_it_starts_again(listening: socket.socket) -> None:
    page = start_page(listening, SETTINGS)
    port = listening.getsockname()[1]
    try:
        with load(lambda: HTTPConnection("127.0.0.1", port, timeout=60)) as asking:
            asking.wait_for_more()
            end(page)
            page = start_page(listening, SETTINGS)
            asking.wait_for_more()
    finally:
        end(page)
    assert set(asking.outcomes) == {"200"}, asking.outcomes


@NEEDS_NGINX
def test_none_is_lost_behind_nginx(tmp_path: Path) -> None:
    with running_nginx(tmp_path) as nginx, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(nginx.socket_path))
        listening.listen(200)
        page = start_page(listening, SETTINGS)
        try:
            with load(nginx.connect) as asking:
                asking.wait_for_more()
                reload(page)
                asking.wait_for_more()
                end(page)
                page = start_page(listening, SETTINGS)
                asking.wait_for_more()
        finally:
            end(page)
    # Where many ask faster than is allowed, nginx says so.
    assert set(asking.outcomes) <= {"200", "429"} and asking.outcomes["200"] > 60, asking.outcomes
