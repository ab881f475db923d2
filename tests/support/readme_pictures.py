"""The pictures of README.md: the real page, and plot and report of a real run; run this file to take them anew.

Beside them, texts.json holds what a reader can read there as titles and labels. A test takes them again and
compares: pixels differ from machine to machine, these words do not, and whoever changes them is told that the pictures are old.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from page_server import ROOT, running_page
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from worker.spec.formats import link, toml

FOLDER = ROOT / "docs" / "pictures"
TEXTS = "texts.json"
_CONFIG = ROOT / "examples" / "digits" / "config.toml"
_RUN = "digits"
_VIEW = {"width": 1280, "height": 800}
# What depends on the results of a run, such as the scales of axes and what can be chosen, is none of it.
_WORDS = "h1, h2, h3, legend, summary, label"
_CHOICES = "select, option"
_NUMBER = re.compile(r"[-+]?\d[\d.,:]*(?:e[-+]?\d+)?")
_DRAWN_IN = 1500  # ms


def take(browser: Browser, folder: Path, evaluations: int) -> Mapping[str, list[str]]:
    """Start the example, take the pictures into `folder`; returns what can be read on each: the less, the fewer evaluations."""
    with tempfile.TemporaryDirectory(prefix="omniopt-") as workdir:
        run = _run(Path(workdir), evaluations)
        draft = toml.read(_CONFIG.read_text(encoding="utf-8")).draft
        with running_page() as address:
            addresses = {
                "form": f"{address}/{link.of_draft(draft)}",
                "plot": (run / "parallel-plot" / "plot.html").as_uri(),
                "report": (run / "report.html").as_uri(),
            }
            return {name: _picture(browser, at, folder / f"{name}.png") for name, at in addresses.items()}


def _run(workdir: Path, evaluations: int) -> Path:
    """The folder of the example's run, which has been started and has ended here."""
    shutil.copytree(_CONFIG.parent, workdir / _CONFIG.parent.relative_to(ROOT))
    for words in (
        ("start", str(_CONFIG), "--local", f"--max-evals={evaluations}"),
        ("parallel", _RUN),
        ("report", _RUN),
    ):
        subprocess.run(
            [sys.executable, "-m", "worker", *words],
            cwd=workdir,
            env={**os.environ, "DIGITS_VENV": sys.prefix, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return workdir / "omniopt" / "projects" / _RUN


def _picture(browser: Browser, address: str, path: Path) -> list[str]:
    context = browser.new_context(viewport=_VIEW, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    # Who has filled in the form is shown the command; a link of somebody else is to be read first.
    if (read := page.get_by_role("button", name="I have read it")).count():
        read.click()
    page.wait_for_timeout(_DRAWN_IN)
    # 256 colours are enough for it, and a third of the size.
    Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(256).save(path, optimize=True)
    words = _words(page)
    context.close()
    return words


def _words(page: Page) -> list[str]:
    """What can be read, each once, in which every number is a 0: they are another run's in each picture."""
    page.evaluate("choices => document.querySelectorAll(choices).forEach((one) => one.remove())", _CHOICES)
    found = page.locator(_WORDS).filter(visible=True).all_inner_texts()
    return sorted({_NUMBER.sub("0", " ".join(text.split())) for text in found} - {""})


def write_texts(texts: Mapping[str, list[str]], folder: Path) -> None:
    """Write what can be read beside the pictures."""
    (folder / TEXTS).write_text(json.dumps(texts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    chromium = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--headless", "--no-sandbox"])
        FOLDER.mkdir(exist_ok=True)
        write_texts(take(launched, FOLDER, evaluations=32), FOLDER)
        launched.close()
