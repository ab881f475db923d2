"""The page behind nginx with the configuration of the examples: headers, sizes, logs, and restarts."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest
from deployed import EXAMPLES, HOST, NEEDS_NGINX, Nginx, end, running_nginx, start_page

from app.security import headers_of
from worker.spec.config_limits import LARGEST_BODY

PUBLIC = f"https://{HOST}"
SETTINGS = {"OMNIOPT_PUBLIC_URL": PUBLIC}
pytestmark = NEEDS_NGINX
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx, behind which the page listens."""
    with (
        running_nginx(tmp_path_factory.mktemp("nginx")) as server,
        socket.socket(socket.AF_UNIX) as listening,
    ):
        listening.bind(str(server.socket_path))
        listening.listen(200)
        page = start_page(listening, SETTINGS)
        yield server
        end(page)


def ask(nginx: Nginx, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[HTTPResponse, str]:
    """The answer, and its text."""
    connection = nginx.connect()
    sent = {
        "Host": HOST,
        **(FORM if body else {}),
        **{key.replace("_", "-"): headers[key] for key in headers},
    }
    connection.request(method, path, body=body or None, headers=sent)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def has_headers(answer: HTTPResponse) -> bool:
    """Whether it carries each header that the page gives, once."""
    wanted = {**headers_of(PUBLIC), "Cache-Control": "no-store"}
    return all(answer.headers.get_all(name) == [value] for name, value in wanted.items())


def test_the_page_is_there_with_its_public_address(nginx: Nginx) -> None:
    answer, text = ask(nginx, "GET", "/?projectname=a")
    assert answer.status == 200 and has_headers(answer)
    assert f"{PUBLIC}/install.sh" in ask(nginx, "POST", "/preview", b"projectname=a")[1]
    assert "This page is behind a web server" not in text
    assert (
        ask(nginx, "GET", "/install.sh", X_Forwarded_Host="evil.example")[1].count(f"base_url='{PUBLIC}'")
        == 1
    )


def test_another_name_is_refused(nginx: Nginx) -> None:
    answer, _ = ask(nginx, "GET", "/", Host="evil.example")
    assert answer.status == 400 and has_headers(answer)


def test_the_sizes_are_those_of_the_page(nginx: Nginx) -> None:
    [size] = re.findall(r"client_max_body_size (\d+);", (EXAMPLES / "nginx.conf").read_text())
    assert int(size) == LARGEST_BODY
    answer, text = ask(nginx, "POST", "/preview", b"a" * LARGEST_BODY)
    assert answer.status == 200 or "problems" in text  # in any case, it is the page that answers
    assert ask(nginx, "GET", f"/?projectname={'a' * 8000}")[0].status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "/preview", b"a" * (LARGEST_BODY + 1), {}, 413),
        ("GET", f"/?secret={'a' * 9000}", b"", {}, 414),
        ("GET", "/", b"", {"X-Long": "a" * 9000}, 400),
        ("GET", "/metrics", b"", {}, 404),
    ],
)
def test_what_nginx_answers_itself_has_the_headers_too(
    nginx: Nginx, method: str, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer, text = ask(nginx, method, path, body, **headers)
    assert (answer.status, has_headers(answer)) == (status, True), answer.headers
    assert "OmniOpt cannot answer this" in text and answer.headers["Server"] == "nginx"


def test_without_encryption_people_are_led_on_and_programs_are_refused(nginx: Nginx) -> None:
    found = {}
    for path in ("/", "/install.sh", "/api/v1/fields"):
        connection = nginx.connect_plain()
        connection.request("GET", path, headers={"Host": HOST})
        answer = connection.getresponse()
        found[path] = (answer.status, answer.headers.get("Location"))
        connection.close()
    assert found == {
        "/": (301, f"{PUBLIC}/"),
        "/install.sh": (403, None),
        "/api/v1/fields": (403, None),
    }


def test_no_log_has_what_was_typed_even_while_the_page_is_away(tmp_path: Path) -> None:
    with running_nginx(tmp_path) as nginx:
        answer, text = ask(nginx, "GET", "/?objective_program=secret")
        assert answer.status == 502 and has_headers(answer)
        assert "OmniOpt cannot answer this" in text
        ask(nginx, "GET", f"/?secret={'a' * 9000}")
        ask(nginx, "POST", "/preview?secret", b"objective_program=secret")
        written = nginx.logs()
    assert '"GET /error.html" 502' in written or '"GET /" 502' in written
    assert "secret" not in written
