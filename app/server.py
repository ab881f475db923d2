"""gunicorn's threaded worker, made to withstand slow clients and to answer its own errors as the page does."""

from __future__ import annotations

import html
import os
import socket
import threading
import time
from http import HTTPStatus
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.environment import Settings, from_environment
from app.metrics import metrics_of
from app.security import headers_of

LONGEST_REQUEST = 15.0  # seconds from its first byte to the end of the answer

_BAD = (
    HTTPStatus.BAD_REQUEST,
    "This request cannot be read",
    "Part of it is malformed. Open the form again.",
)
_TOO_LONG = (
    HTTPStatus.REQUEST_URI_TOO_LONG,
    "This link is too long",
    "The address has more than 8,190 characters. Open the empty form and paste the link into “Open a config file or "
    "a link”, or use the config file instead.",
)
_TOO_MANY_HEADERS = (
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "This request is too large",
    "Its headers are longer than any browser sends. Open the form again.",
)


class PageWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A threaded worker in which no client can hold a thread for longer than `LONGEST_REQUEST`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock = threading.Lock()
        self._until: dict[TConn, float] = {}
        self.place = 0  # among the processes that count requests, see app.gunicorn_conf

    def load_wsgi(self) -> None:
        """Find the application, and give this process its place among those that count."""
        super().load_wsgi()
        metrics_of(self.wsgi).write_to(self.place)

    def handle(self, conn: TConn) -> Any:
        """Answer the next request of a connection, in a thread of the pool."""
        with self._lock:
            self._until[conn] = time.monotonic() + LONGEST_REQUEST
        try:
            return super().handle(conn)
        finally:
            with self._lock:
                del self._until[conn]

    def notify(self) -> None:
        """Called about once a second: a client that takes too long is cut off, which ends its thread's waiting."""
        super().notify()
        now = time.monotonic()
        with self._lock:
            late = [conn for conn, until in self._until.items() if until < now]
        for conn in late:
            try:
                conn.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has gone by itself

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: BaseException) -> None:
        """Answer a request that never reaches the application, with a page and the headers of all others."""
        if isinstance(exc, LimitRequestLine):
            answer = _TOO_LONG
        elif isinstance(exc, LimitRequestHeaders):
            answer = _TOO_MANY_HEADERS
        else:
            answer = _BAD
        self.log.info("Refused a request: %s", type(exc).__name__)
        try:
            write_nonblock(client, error_page(*answer, from_environment(os.environ)))
            # Closing with unread bytes would reset the connection, and the client would never see the page.
            client.shutdown(socket.SHUT_WR)
        except OSError:
            self.log.debug("The client disconnected before the answer.")


def error_page(status: HTTPStatus, title: str, sentence: str, settings: Settings) -> bytes:
    """A whole HTTP answer with a plain page."""
    prefix = settings.prefix
    body = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{prefix}/static/css/base.css">'
        f'</head><body><main class="message"><h1>{html.escape(title)}</h1><p>{html.escape(sentence)}</p>'
        f'<p><a class="button button--primary" href="{prefix}/">Open an empty form</a></p></main></body></html>'
    ).encode()
    head = [
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        *(f"{name}: {value}" for name, value in headers_of(settings.public_url).items()),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body
