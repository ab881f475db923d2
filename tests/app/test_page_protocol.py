"""What every answer says of itself, and where one request ends and the next begins."""

from __future__ import annotations

import socket

import pytest
from page_client import CLIENT, GOOD
from page_links import OLD_LINK
from page_server import connect

TYPES = [
    ("/", "text/html; charset=utf-8"),
    ("/nowhere", "text/html; charset=utf-8"),
    ("/install.sh", "text/plain; charset=utf-8"),
    ("/healthz", "text/plain; charset=utf-8"),
    ("/robots.txt", "text/plain; charset=utf-8"),
    ("/config.toml", "application/toml"),
    ("/config.ini", "text/plain; charset=utf-8"),
    ("/config.json", "application/json"),
    ("/api/v1/fields", "application/json"),
    ("/favicon.ico", "image/svg+xml; charset=utf-8"),
    ("/static/js/main.js", "text/javascript; charset=utf-8"),
    ("/static/css/base.css", "text/css; charset=utf-8"),
]
PREVIEW = b"POST /preview HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize(("address", "said"), TYPES)
def test_every_answer_says_what_it_is_and_in_which_characters(address: str, said: str) -> None:
    assert CLIENT.get(address, buffered=True).headers["Content-Type"] == said


def test_what_was_typed_is_stored_nowhere() -> None:
    answers = [
        CLIENT.get(f"/?{OLD_LINK}"),
        CLIENT.post("/", data=GOOD),
        CLIENT.post("/preview", data=GOOD),
        CLIENT.post("/import", data={"config": "[run]\nname = 1\n"}),
        CLIENT.post("/program", data={"program_text": "usage: a [--b B]"}),
        CLIENT.get(f"/config.toml?{OLD_LINK}"),
        CLIENT.post("/api/v1/validate", json={"config": {}}),
        CLIENT.get("/install.sh"),
        CLIENT.get("/nowhere?secret"),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store", answer.request.path
        assert "Access-Control-Allow-Origin" not in answer.headers and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "request_of_two",
    [
        PREVIEW
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n",
        PREVIEW
        + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n",
        PREVIEW + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\naGET /second HTTP/1.1\r\nHost: a\r\n\r\n",
        PREVIEW + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n",
        PREVIEW + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n",
        b"TRACE / HTTP/1.1\r\nHost: localhost\r\nSecond: second\r\nConnection: close\r\n\r\n",
    ],
)
def test_a_request_that_can_be_read_in_two_ways_is_refused(address: str, request_of_two: bytes) -> None:
    with connect(address) as client:
        client.sendall(request_of_two)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while block := client.recv(65536):
            answer += block
    assert answer.count(b"HTTP/1.1 ") == 1 and b"second" not in answer
    assert answer.split()[1] in (b"400", b"405", b"501")
