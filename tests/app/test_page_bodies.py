"""Bodies of requests as gunicorn gets them: in chunks, cut off, with lengths that lie, and larger than is taken."""

from __future__ import annotations

import json
import socket
from urllib.request import urlopen

import pytest
from page_server import connect

from worker.spec.config_limits import LARGEST_BODY, PAGE

FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def answers(address: str, head: bytes, body: bytes, end: bool = True) -> bytes:
    """All that comes back for POST /preview with further headers and a body; end: nothing more will be sent."""
    with connect(address) as client:
        client.sendall(b"POST /preview HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + FORM + head + b"\r\n")
        client.sendall(body)
        if end:
            client.shutdown(socket.SHUT_WR)
        received = b""
        while block := client.recv(65536):
            received += block
    return received


def status(answer: bytes) -> int:
    return int(answer.split()[1])


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


def form(size: int) -> bytes:
    """A form of so many bytes, in a key that means nothing."""
    return b"projectname=a&" + b"x" * (size - 14)


@pytest.mark.parametrize(
    "body",
    [
        b"ZZ\r\nprojectname=a\r\n0\r\n\r\n",
        b"-5\r\nproje\r\n0\r\n\r\n",
        b"0x5\r\nproje\r\n0\r\n\r\n",
        b" \r\n\r\n",
        b"5;\x01\r\nproje\r\n0\r\n\r\n",
        b"5\r\nprojectname=a\r\n0\r\n\r\n",
        b"d\r\nprojectname=a\r\nZZ\r\n\r\n",
        b"ffffffffffffffff\r\nprojectname=a",
        b"d\r\nprojectname=a\r\n",
        b"d\r\nprojec",
        b"",
    ],
)
def test_broken_chunks_are_a_bad_request(address: str, body: bytes) -> None:
    answer = answers(address, CHUNKED, body)
    assert status(answer) == 400, answer[:300]
    assert b"This request cannot be read" in answer
    assert b"Traceback" not in answer
    assert answer.count(b"HTTP/1.1 ") == 1


def test_chunks_are_put_together(address: str) -> None:
    answer = answers(address, CHUNKED, chunked(b"project", b"name=", b"in_pieces"))
    assert status(answer) == 200
    assert b"in_pieces" in answer


@pytest.mark.parametrize("way", ["chunked", "with a length"])
def test_a_body_of_the_largest_size_is_taken_and_none_larger(address: str, way: str) -> None:
    def sent(size: int) -> bytes:
        if way == "chunked":
            pieces = [form(size)[start : start + 50_000] for start in range(0, size, 50_000)]
            return answers(address, CHUNKED, chunked(*pieces))
        return answers(address, b"Content-Length: %d\r\n" % size, form(size))

    # That it is no form for the page is said by the page: all of it has arrived.
    assert b"projectname" in sent(1000)
    assert status(sent(LARGEST_BODY)) == 200
    for size in (LARGEST_BODY + 1, LARGEST_BODY + 70_000, 3_000_000):
        refused = sent(size)
        assert status(refused) == 413
        problem = json.loads(refused.partition(b"\r\n\r\n")[2])["problems"][0]
        assert "too large" in problem["message"]
        assert problem["hint"] == PAGE.instead


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: -1\r\n",
        b"Content-Length: x\r\n",
        b"Content-Length: 0x10\r\n",
        b"Content-Length: 1,2\r\n",
        b"Content-Length: 13\r\nContent-Length: 5\r\n",
        b"Content-Length: 13\r\n" + CHUNKED,
        CHUNKED + CHUNKED,
        b"Transfer-Encoding: what\r\n",
    ],
)
def test_lengths_that_cannot_be(address: str, head: bytes) -> None:
    answer = answers(address, head, b"projectname=a")
    assert status(answer) in (400, 501), answer[:300]
    assert b"Traceback" not in answer
    assert answer.count(b"HTTP/1.1 ") == 1


def test_a_body_that_ends_too_soon(address: str) -> None:
    answer = answers(address, b"Content-Length: 1000\r\n", b"projectname=a")
    assert status(answer) == 400
    assert b"cannot be read" in answer


def test_a_client_that_waits_to_be_asked_for_its_body(address: str) -> None:
    with connect(address) as client:
        head = b"Expect: 100-continue\r\nContent-Length: 13\r\nConnection: close\r\n"
        client.sendall(b"POST /preview HTTP/1.1\r\nHost: a\r\n" + FORM + head + b"\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100")
        client.sendall(b"projectname=a")
        assert client.recv(15).startswith(b"HTTP/1.1 200")


def test_others_are_still_answered(address: str) -> None:
    for _ in range(8):
        answers(address, CHUNKED, b"ZZ\r\n")
    with urlopen(f"{address}/healthz") as answer:
        assert answer.read().startswith(b"ok ")
