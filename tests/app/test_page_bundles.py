"""Styles and scripts in one file each: what is in them, how long they may be kept, and which modules can be joined."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from page_client import CLIENT
from page_server import ROOT

from app.bundles import ENTRIES, STYLES, script, styles


def address_of(suffix: str) -> str:
    [found] = re.findall(rf'(?:href|src)="(/page-\w+\.{suffix})"', CLIENT.get("/").text)
    return str(found)


def modules(folder: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.js").write_text(text)
    return folder


@pytest.mark.parametrize("suffix", ["css", "js"])
def test_they_are_kept_for_good_under_a_name_that_changes_with_them(suffix: str) -> None:
    answer = CLIENT.get(address_of(suffix))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    other = re.sub(r"-\w+", "-0123456789ab", address_of(suffix))
    older = CLIENT.get(other)
    assert (older.text, older.headers["Cache-Control"]) == (answer.text, "no-cache")
    assert CLIENT.get(f"/page-x.{suffix}").status_code == 404


@pytest.mark.parametrize("suffix", ["css", "js"])
def test_who_can_unpack_gets_less(suffix: str) -> None:
    plain = CLIENT.get(address_of(suffix))
    packed = CLIENT.get(address_of(suffix), headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert len(packed.data) < len(plain.data) / 2


def test_every_style_and_module_is_in_one_of_them() -> None:
    css = "".join(styles(ROOT / "static" / "css", name) for name in STYLES)
    for path in (ROOT / "static" / "css").glob("*.css"):
        assert path.read_text() in css, path
    js = "".join(script(ROOT / "static" / "js", entry) for entry in ENTRIES.values())
    for path in (ROOT / "static" / "js").glob("*.js"):
        assert f"const module_{path.stem} =" in js


@pytest.mark.parametrize(
    "text",
    [
        "export default 3;\n",
        "export let a = 3;\n",
        'export * from "./one.js";\n',
        'import * as one from "./one.js";\n',
        'import { a as b } from "./one.js";\n',
        'const one = await import("./one.js");\n',
        'import "https://example.org/x.js";\n',
    ],
)
def test_what_would_mean_something_else_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"static/js/main\.js: .* is not an import or export of functions by name"
    ):
        script(modules(tmp_path, {"main": text, "one": "export function a() {}\n"}), "main")


def test_a_circle_is_refused(tmp_path: Path) -> None:
    texts = {
        "main": 'import { a } from "./one.js";\n',
        "one": 'import { b } from "./two.js";\nexport function a() {}\n',
        "two": 'import { a } from "./one.js";\nexport function b() {}\n',
    }
    with pytest.raises(ValueError, match="main imports one imports two imports one"):
        script(modules(tmp_path, texts), "main")
