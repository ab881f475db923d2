"""The script of the page in one file means what its modules mean."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from app.bundles import script

MODULES = {
    "main": """import { a, b } from "./one.js";
import { c } from "./two.js";
let count = 5;
console.log(a(), b(), c(), count);
""",
    "one": """let count = 0;
console.log("one");
export function a() {
  return ++count;
}
export function b() {
  return ++count;
}
""",
    "two": """import {
  a,
} from "./one.js";
let count = 100;
export function c() {
  return a() + count;
}
""",
}


def test_modules_keep_their_own_names_and_run_once_after_what_they_need(
    browser: Browser, tmp_path: Path
) -> None:
    for name, text in MODULES.items():
        (tmp_path / f"{name}.js").write_text(text)
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with page.expect_console_message(lambda message: message.text != "one"):
        page.add_script_tag(content=script(tmp_path, "main"), type="module")
    page.close()
    assert said == ["one", "1 2 103 5"]
