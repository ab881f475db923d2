"""A web server in front: what the page believes of it, and what it says where it does not know its own address."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from page_client import CLIENT, GOOD
from page_server import connect, running_page

from app import create_app
from app.environment import Settings

SAID = "This page is behind a web server and does not know the address"

MISLED: list[tuple[Mapping[str, str], Mapping[str, str]]] = [
    ({"Host": "127.0.0.1:8000", "X-Forwarded-For": "192.0.2.1"}, {}),
    ({"Host": "127.0.0.1:8000", "Forwarded": "for=192.0.2.1"}, {}),
    ({"Host": "localhost", "X-Real-IP": "192.0.2.1"}, {}),
    ({"Host": "[::1]:8000", "Via": "1.1 proxy"}, {}),
    ({"Host": "127.0.0.1:8000", "Origin": "https://omniopt.example.org"}, {}),
    ({"Host": "127.0.0.1:8000"}, {"SERVER_PROTOCOL": "HTTP/1.0"}),
    ({"Host": "backend.internal", "X-Forwarded-Host": "omniopt.example.org"}, {}),
    ({"Host": "omniopt.example.org", "X-Forwarded-Proto": "https"}, {}),
]
NOT_MISLED: list[Mapping[str, str]] = [
    {"Host": "127.0.0.1:8000"},
    {"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:8000"},
    {"Host": "127.0.0.1:8000", "Origin": "null"},
    {"Host": "omniopt.example.org", "Origin": "https://elsewhere.example.org"},
    {
        "Host": "omniopt.example.org",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Host": "OmniOpt.example.org, inner.example.org",
        "X-Forwarded-Proto": "http",
    },
]


@pytest.mark.parametrize(("headers", "environ"), MISLED)
def test_a_page_that_does_not_know_its_address_gives_no_commands(
    headers: Mapping[str, str], environ: Mapping[str, str]
) -> None:
    answer = CLIENT.post("/preview", data=GOOD, headers=headers, environ_overrides=environ).get_json()
    assert answer["usable"] is False and answer["state"] == "wrong"
    [problem] = [problem for problem in answer["problems"] if problem["severity"] == "error"]
    assert problem["message"].startswith(SAID)
    assert "OMNIOPT_PUBLIC_URL" in problem["hint"]
    for page in (
        CLIENT.get("/", headers=headers, environ_overrides=environ),
        CLIENT.post("/", data=GOOD, headers=headers, environ_overrides=environ),
    ):
        assert SAID in page.text and 'data-state="wrong"' in page.text
        assert 'id="tunnel"' not in page.text
    config = {"config": {"run": {"name": "a", "objective": "echo RESULT: 1", "workdir": "/tmp/a"}}}
    portal = CLIENT.post(
        "/api/v1/command", json=config, headers=headers, environ_overrides=environ
    ).get_json()
    assert portal["command"] == "" and not portal["usable"]


@pytest.mark.parametrize("headers", NOT_MISLED)
def test_others_give_them(headers: Mapping[str, str]) -> None:
    answer = CLIENT.post("/preview", data=GOOD, headers=headers).get_json()
    assert answer["usable"] is True
    assert SAID not in CLIENT.get("/", headers=headers).text


@pytest.mark.parametrize(("headers", "environ"), MISLED)
def test_a_page_that_was_told_its_address_needs_no_guess(
    headers: Mapping[str, str], environ: Mapping[str, str]
) -> None:
    client = create_app(Settings(public_url="https://backend.internal/omniopt")).test_client()
    if headers["Host"] == "omniopt.example.org":
        headers = {**headers, "Host": "localhost"}
    answer = client.post("/preview", data=GOOD, headers=headers, environ_overrides=environ).get_json()
    assert answer["usable"] is True
    assert "https://backend.internal/omniopt/i" in shlex.split(answer["command"])


HOSTILE = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "SCRIPT_NAME": "/e';id;'"}


def asked(address: str, headers: Mapping[str, str], below: str = "") -> tuple[int, str]:
    """Status and text of the installer for a request with these headers."""
    try:
        with urlopen(Request(f"{address}{below}/install.sh", headers=dict(headers))) as answer:
            return answer.status, answer.read().decode()
    except OSError as error:
        return int(getattr(error, "code", 0)), ""


def test_headers_of_strangers_reach_neither_address_nor_installer(tmp_path: Path) -> None:
    with running_page({"FORWARDED_ALLOW_IPS": "192.0.2.1"}) as address:
        status, text = asked(address, HOSTILE)
        if status == 200:
            assert f"base_url='{address}'" in text
        assert status in (200, 400)
        assert "evil.example" not in text and ";id;" not in text
        assert asked(address, {"X-Forwarded-Proto": "https"})[1].count(f"base_url='{address}'") == 1


def test_a_trusted_server_in_front_names_scheme_and_path_but_no_quotes(address: str) -> None:
    status, text = asked(address, {"X-Forwarded-Proto": "https", "SCRIPT_NAME": "/hpc"}, "/hpc")
    assert (status, f"base_url='{address.replace('http', 'https')}/hpc'" in text) == (200, True)
    assert asked(address, {"SCRIPT_NAME": "/e';id;'"}, "/e';id;'") == (400, "")
    assert asked(address, {"SCRIPT_NAME": "/e';id;'"}) == (400, "")


def test_nginx_as_it_is_without_any_setting_is_noticed(address: str) -> None:
    # It asks with HTTP/1.0 for the name of the server behind it, and adds nothing.
    host = address.removeprefix("http://")
    with connect(address) as client:
        client.sendall(f"GET / HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while block := client.recv(65536):
            answer += block
    assert SAID in answer.decode()
