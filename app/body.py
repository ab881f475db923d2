"""The body of a request: read whole into memory before any work is done for it, or refused."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from flask import Request, abort, request

from worker.spec.config_limits import LARGEST_BODY, MOST_FIELDS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# So many requests are worked on at a time, however many clients there are: each takes memory, and none is ready
# sooner when more of them share the processor.
AT_A_TIME = 4
_REFUSED = "omniopt.refused"
_BLOCK = 65_536
# Of a body that is too large, so much is still taken: an answer before that is lost where the client only sends.
_MOST_DISCARDED = 16_000_000


class PageRequest(Request):
    """A request whose uploads stay in memory, since there may be no disk to write them on."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> BinaryIO:
        return BytesIO()


def in_memory(application: WSGIApplication) -> WSGIApplication:
    """`application`, which finds every body complete and of a size that it takes; see `refuse` for the others."""
    free = threading.BoundedSemaphore(AT_A_TIME)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body, refused = _read(environ)
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ.pop("wsgi.input_terminated", None)
        if refused:
            environ[_REFUSED] = refused
        with free:
            return application(environ, start_response)

    return answer


def refuse() -> None:
    """Abort a request whose body was not taken; for `before_request`."""
    if code := request.environ.get(_REFUSED):
        abort(code)


def _read(environ: WSGIEnvironment) -> tuple[bytes, int]:
    """The body of a request, and the status with which it is refused; 0 for none."""
    stream, length = environ["wsgi.input"], environ.get("CONTENT_LENGTH", "")
    chunked = not length and "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    if not chunked and not (length.isascii() and length.isdigit()):
        return b"", 400 if length else 0
    announced = LARGEST_BODY + 1 if chunked else int(length[:12])
    if announced > LARGEST_BODY and not chunked:
        _discard(stream, announced)
        return b"", 413
    try:
        body: bytes = stream.read(announced)
        if len(body) > LARGEST_BODY:
            _discard(stream, _MOST_DISCARDED)
            return b"", 413
    except OSError as error:
        if error.errno is not None:
            raise  # the connection is gone
        return b"", 400  # it is not in chunks as it should be
    if not chunked and len(body) < announced:
        return b"", 400
    is_form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
    return body, 413 if is_form and body.count(b"&") >= MOST_FIELDS else 0


def _discard(stream: BinaryIO, length: int) -> None:
    """Take what is left of a body, as far as it is worth it."""
    left = min(length, _MOST_DISCARDED)
    while left > 0 and (block := stream.read(min(left, _BLOCK))):
        left -= len(block)
