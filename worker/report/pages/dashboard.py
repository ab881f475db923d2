"""Serves the report of a run, or all runs, live to browsers on this machine (or through an ssh tunnel)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from worker import __version__
from worker.errors import OmnioptError
from worker.report.data.results import Results
from worker.report.data.table import evaluated
from worker.report.pages import report
from worker.store.follower import Follower
from worker.store.paths import RunPaths
from worker.store.run_config import read_run

REFRESH = 10  # seconds after which a page loads itself again
_FRESH = 5.0  # seconds for which a report is good enough at least
_OVER = 60.0  # the same where the run has ended (it may be resumed)
_SHARE = 5  # making reports takes at most this part of the time
# The styles of charts stand in attributes; scripts are those of the page alone, told by their hashes.
_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; {more}"
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SCRIPT = re.compile(rb'<script type="module">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """What a browser gets: the type of it, and the bytes. asks: whether its scripts may ask this server for more."""

    type: str
    body: bytes
    asks: bool = False

    @cached_property
    def policy(self) -> str:
        """Its content security policy."""
        hashes = (
            base64.b64encode(hashlib.sha256(script).digest()).decode()
            for script in _SCRIPT.findall(self.body)
        )
        scripts = " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"
        return _POLICY.format(scripts=scripts, more="connect-src 'self'; " if self.asks else "")


class Site(Protocol):
    """What is served below the secret part of the address."""

    def answer(self, path: str) -> Answer | None:
        """What is at that path; None where nothing is. Raises OSError or OmnioptError where it cannot be read now."""


class LiveReport:
    """The report of a run, made anew when somebody asks and something may have changed."""

    def __init__(self, paths: RunPaths, page_url: str = "") -> None:
        self._paths = paths
        self._page_url = page_url
        self._run = read_run(paths)
        self._follower = Follower(paths)
        self._lock = threading.Lock()
        self._page = b""
        self._due = 0.0

    def page(self) -> bytes:
        """The report as of now, or of a few seconds ago. Raises OSError or OmnioptError where none could be made yet."""
        with self._lock:
            if time.monotonic() >= self._due:
                try:
                    self._make()
                except (OSError, OmnioptError):
                    # The file system may be away for a while, which is no reason to show nothing.
                    if not self._page:
                        raise
            return self._page

    def answer(self, path: str) -> Answer | None:
        """The report at the empty path, and nothing else."""
        return Answer("text/html; charset=utf-8", self.page()) if path == "" else None

    def _make(self) -> None:
        began = time.monotonic()
        self._due = began + _FRESH
        self._follower.update()
        state = self._follower.state
        results = Results(self._paths, self._run, evaluated(state.trials.values()), state)
        # What the importance costs is paid once, at the end.
        options = report.Options(self._page_url, not results.running, REFRESH)
        made_at = datetime.now(timezone.utc)
        self._page = report.page(results, options, made_at).encode("utf-8", "replace")
        spent = time.monotonic() - began
        self._due = began + max(_FRESH if results.running else _OVER, _SHARE * spent)


class Server(ThreadingHTTPServer):
    """Listens on this machine only, and answers only who knows the secret part of the address."""

    daemon_threads = True

    def __init__(self, live: Site, port: int) -> None:
        """Listen on `port`, 0 for any free one. Raises OSError where it is taken."""
        self.live = live
        self.secret = secrets.token_urlsafe(16)
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """The address to open in a browser."""
        return f"http://localhost:{self.server_port}/{self.secret}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that closes its page while that is sent is no news; all else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = 20
    server_version = f"omniopt/{__version__}"
    sys_version = ""

    def do_GET(self) -> None:
        """What is there, for whoever knows the address; other users of the machine do not."""
        prefix = f"/{self.server.secret}/"
        begin, rest = self.path[: len(prefix)], self.path[len(prefix) :]
        if not hmac.compare_digest(begin.encode(), prefix.encode()):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            found = self.server.live.answer(rest)
        except (OSError, OmnioptError) as error:
            self.send_error(
                HTTPStatus.SERVICE_UNAVAILABLE, explain=f"The run cannot be read at the moment: {error}"
            )
            return
        if found is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        for name, value in {
            "Content-Type": found.type,
            "Content-Length": str(len(found.body)),
            "Content-Security-Policy": found.policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(found.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: the terminal belongs to the user."""
