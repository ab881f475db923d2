"""What holds for every answer of the page: headers, nothing inline, bounded bodies, and files from here alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_client import CLIENT
from page_form import page
from page_links import OLD_LINK
from page_server import ROOT

from app import create_app
from app.environment import Settings

ADDRESSES = [
    ("GET", "/", 200),
    ("GET", "/?" + OLD_LINK, 200),
    ("POST", "/", 200),
    ("POST", "/preview", 200),
    ("POST", "/import", 422),
    ("GET", "/config.toml", 200),
    ("GET", "/config.ini", 200),
    ("GET", "/config.json", 200),
    ("GET", "/install.sh", 200),
    ("GET", "/healthz", 200),
    ("GET", "/favicon.ico", 200),
    ("GET", "/robots.txt", 200),
    ("GET", "/help", 200),
    ("GET", "/docs?q=memory", 200),
    ("GET", "/docs/search", 200),
    ("GET", "/docs/auto.svg", 200),
    ("GET", "/docs/nothing", 404),
    ("GET", "/docs/../app/__init__.py", 404),
    ("GET", "/static/js/main.js", 200),
    ("GET", "/api/v1/fields", 200),
    ("GET", "/api/v1/nothing", 404),
    ("POST", "/api/v1/validate", 415),
    ("GET", "/static/../app/__init__.py", 404),
    ("GET", "/nowhere", 404),
    ("GET", "/old-0.1-py3-none-any.whl", 404),
    ("PUT", "/", 405),
    ("GET", "/import", 405),
    ("OPTIONS", "/", 200),
]


@pytest.mark.parametrize(("method", "address", "status"), ADDRESSES)
def test_every_answer_has_the_headers(method: str, address: str, status: int) -> None:
    answer = CLIENT.open(address, method=method, buffered=True)
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in answer.headers


def test_a_failure_of_the_server_has_them_too_and_tells_nothing() -> None:
    app = create_app(Settings())
    app.add_url_rule("/broken", view_func=lambda: str(1 // 0))
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "Content-Security-Policy" in answer.headers
    assert "ZeroDivisionError" not in answer.text
    assert "Something went wrong here" in answer.text


def test_no_page_needs_anything_inline() -> None:
    for text in (
        page(),
        page(OLD_LINK),
        *(CLIENT.get(at).text for at in ("/nowhere", "/help", "/docs/search", "/docs?q=a")),
    ):
        assert " style=" not in text
        assert not re.search(r"\son\w+=", text)
        assert not re.search(r"<script(?![^>]*src=)", text)
        assert "<style" not in text


def test_bodies_are_bounded() -> None:
    answer = CLIENT.post("/preview", data={"objective_program": "x" * 3_000_000})
    assert answer.status_code == 413
    assert "too large" in answer.get_json()["problems"][0]["message"]
    assert CLIENT.post("/import", data=b"x" * 3_000_000, content_type="text/plain").status_code == 413


@pytest.mark.parametrize("path", sorted((ROOT / "static").rglob("*.*")), ids=lambda path: path.name)
def test_static_files_come_from_here_alone(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"""(?:from|import|url\()\s*['"]?(?:https?:)?//""", text)
    assert CLIENT.get(f"/static/{path.relative_to(ROOT / 'static')}", buffered=True).status_code == 200
