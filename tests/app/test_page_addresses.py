"""The address of the page in commands and links: as it was asked for, or as it is said to be, and never a strange one."""

from __future__ import annotations

import re
import shlex

import pytest
from flask.testing import FlaskClient
from page_client import CLIENT, GOOD
from werkzeug.test import TestResponse

from app import create_app
from app.environment import Settings


@pytest.fixture
def client() -> FlaskClient:
    return CLIENT


def test_the_address_in_the_command_is_the_one_asked_for() -> None:
    answer = CLIENT.post("/preview", data=GOOD, headers={"Host": "omniopt.example.org:8443"}).get_json()
    assert "http://omniopt.example.org:8443/i" in shlex.split(answer["command"])
    assert answer["url"].startswith("http://omniopt.example.org:8443/?")


@pytest.mark.parametrize(
    "host",
    [
        "a b",
        "a'b",
        'a"b',
        "a$(id)",
        "a/b",
        "a?b",
        "a\\b",
        "a;b",
        "-strange",
        "a@b",
        "[::1",
        "a:b",
        "",
        "a" * 300,
    ],
)
def test_a_strange_host_is_refused(client: FlaskClient, host: str) -> None:
    def statuses() -> list[TestResponse]:
        headers = {"Host": host}
        return [
            client.post("/preview", data=GOOD, headers=headers),
            client.get("/", headers=headers),
            client.get("/install.sh", headers=headers),
        ]

    for answer in statuses():
        assert answer.status_code == 400
        if host:
            assert host not in answer.text


@pytest.mark.parametrize(
    "prefix",
    [
        "/e';id;'",
        "/a b",
        "/$(id)",
        '/"',
        "/`id`",
        "//elsewhere",
        "/../x",
        "/a\nid",
        "/-\\",
        "/a?b",
        "/\x1b[31m",
    ],
)
@pytest.mark.parametrize("way", ["/", "/install.sh", "/preview"])
def test_a_strange_path_of_the_page_is_refused(way: str, prefix: str, client: FlaskClient) -> None:
    values = {"SCRIPT_NAME": prefix}
    if way == "/preview":
        answer = client.post(way, data=GOOD, environ_overrides=values)
    else:
        answer = client.get(way, environ_overrides=values)
    assert answer.status_code == 400
    assert "is not valid" in answer.text


@pytest.mark.parametrize("scheme", ["javascript", "ht'tp", "file"])
def test_a_strange_scheme_of_the_page_is_refused(scheme: str, client: FlaskClient) -> None:
    answer = client.get("/install.sh", environ_overrides={"wsgi.url_scheme": scheme})
    assert answer.status_code == 400


@pytest.mark.parametrize("prefix", ["/hpc", "/~me/omni.opt-2", "/a/b_c/"])
def test_a_path_that_a_server_in_front_gives_is_in_the_installer(prefix: str, client: FlaskClient) -> None:
    text = client.get("/install.sh", environ_overrides={"SCRIPT_NAME": prefix}).get_data(as_text=True)
    assert f"base_url='http://localhost{prefix.rstrip('/')}'" in text


def test_an_address_with_brackets_is_one() -> None:
    answer = CLIENT.post("/preview", data=GOOD, headers={"Host": "[::1]:8000"}).get_json()
    assert "http://[::1]:8000/i" in shlex.split(answer["command"])


def test_the_public_address_is_the_one_in_commands_and_links() -> None:
    client = create_app(Settings(public_url="https://omniopt.example.org/hpc")).test_client()
    answer = client.post("/preview", data=GOOD, headers={"Host": "127.0.0.1:8000"}).get_json()
    assert "https://omniopt.example.org/hpc/i" in shlex.split(answer["command"])
    assert answer["url"].startswith("https://omniopt.example.org/hpc/?")


@pytest.mark.parametrize("left_on", ["/hpc", ""], ids=["path left on", "path taken off"])
def test_below_a_path_everything_is_found_there(left_on: str) -> None:
    client = create_app(Settings(public_url="https://omniopt.example.org/hpc")).test_client()
    page = client.get(f"{left_on}/").text
    addresses = re.findall(r'\s(?:src|href|action|formaction|data-preview)="([^"#]*)"', page)
    assert {"/hpc/static/icon.svg", "/hpc/preview", "/hpc/import", "/hpc/"} <= set(addresses)
    assert any(re.fullmatch(r"/hpc/page-\w+\.js", address) for address in addresses)
    for address in addresses:
        assert address.startswith("/hpc/")
        taken = left_on + address.removeprefix("/hpc")
        with client.get(taken) as answer:
            assert answer.status_code == (405 if taken.endswith(("/preview", "/import", "/program")) else 200)
    assert client.get(left_on or "/").status_code == 200
    assert client.get(f"{left_on}/nowhere").status_code == 404
    assert 'href="/hpc/"' in client.get(f"{left_on}/nowhere").text
