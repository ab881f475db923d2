"""The empty form is made once, for each of the addresses that it says; it changes with what it hangs on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from app import create_app
from app.environment import Settings
from app.kept_texts import KeptTexts


def test_a_text_is_made_once_and_the_last_few_are_kept() -> None:
    made: list[str] = []
    kept = KeptTexts(2)

    def make(text: str) -> str:
        made.append(text)
        return text

    for text in "abacab":
        assert kept.get(text, partial(make, text)) == text
    assert made == ["a", "b", "c", "b"]


def test_what_cannot_be_made_is_not_kept() -> None:
    kept = KeptTexts()
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: str(1 // 0))
    assert kept.get("a", lambda: "b") == "b"


def test_each_address_has_its_own_empty_form() -> None:
    client = create_app(Settings()).test_client()
    for _ in range(2):
        for host in ("one.example.org", "two.example.org"):
            assert f"http://{host}" in client.get("/", headers={"Host": host}).text
        assert "does not know the address" in client.get("/", headers={"X-Forwarded-For": "10.0.0.1"}).text
        assert "does not know the address" not in client.get("/").text
        below = client.get("/", environ_overrides={"SCRIPT_NAME": "/hpc"}).text
        assert 'action="/hpc/"' in below


def test_new_settings_show_in_the_empty_form(tmp_path: Path) -> None:
    file = tmp_path / "site.toml"
    file.write_text('[site]\nname = "Alpha Site"\n')
    client = create_app(Settings(site=file)).test_client()
    assert "Alpha Site" in client.get("/").text
    file.write_text('[site]\nname = "Beta Site"\n')
    page = client.get("/").text
    assert "Beta Site" in page
    assert "Alpha Site" not in page
