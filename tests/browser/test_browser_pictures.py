"""The pictures of README.md show the page, the plot and the report as they are: the words on them are today's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from page_server import ROOT
from PIL import Image
from playwright.sync_api import Browser
from readme_pictures import FOLDER, TEXTS, take

_OLD = "the pictures are old: run scripts/pictures"
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.timeout(900)
def test_what_can_be_read_on_the_pictures_is_what_pages_say_today(browser: Browser, tmp_path: Path) -> None:
    taken = dict(take(browser, tmp_path, evaluations=10))
    shown = json.loads((FOLDER / TEXTS).read_text(encoding="utf-8"))
    # What the report has to say of ten evaluations is less than of those on the picture.
    assert set(taken.pop("report")) <= set(shown.pop("report")), _OLD
    assert shown == taken, _OLD
    for name in (*taken, "report"):
        with Image.open(tmp_path / f"{name}.png") as new, Image.open(FOLDER / f"{name}.png") as old:
            assert new.size == old.size


def test_the_readme_is_short_and_shows_them_all() -> None:
    assert len(README.split()) <= 600
    assert set(re.findall(r"docs/pictures/(\w+)\.png", README)) == {
        path.stem for path in FOLDER.glob("*.png")
    }
