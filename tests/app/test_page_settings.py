"""The settings of the page, which come from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_server import ROOT

from app import create_app, environment
from app.environment import Settings, SettingsError, from_environment


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    partitions = tmp_path / "own.toml"
    partitions.write_text('[partitions.mine]\nlabel = "My partition"\n')
    read = from_environment(
        {"OMNIOPT_PARTITIONS": str(partitions), "OMNIOPT_PUBLIC_URL": "https://o.example.org/"}
    )
    assert read == Settings(partitions, "https://o.example.org")
    assert "My partition" in create_app(read).test_client().get("/").text


@pytest.mark.parametrize(
    "address", ["o.example.org", "https://a b", "https://a/?x", "javascript:x", "https://a'b"]
)
def test_a_wrong_public_address_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="OMNIOPT_PUBLIC_URL"):
        from_environment({"OMNIOPT_PUBLIC_URL": address})


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "administration.md").read_text(encoding="utf-8")
    for name in environment.VARIABLES:
        assert f"`{name}`" in text
