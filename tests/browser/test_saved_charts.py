"""Charts that readers of the pages save: as svg and as png, with their legends, and with what is drawn on them."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image
from playwright.sync_api import Locator, Page
from plot_pages import OpenFile, pages, some_trials, wait_until_drawn

_SVG = "{http://www.w3.org/2000/svg}"


def saved(page: Page, button: Locator, target: Path) -> Path:
    """The file that a button gives."""
    with page.expect_download() as download:
        button.click()
    download.value.save_as(target / download.value.suggested_filename)
    return target / download.value.suggested_filename


def test_the_parallel_plot_is_saved_with_its_axes_and_legend(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials())["parallel"])
    wait_until_drawn(page)
    buttons = [page.get_by_role("button", name=re.compile(f"^Save as {kind}")) for kind in ("svg", "png")]
    drawing = saved(page, buttons[0], tmp_path)
    assert drawing.name == "first-parallel-plot.svg"
    root = ElementTree.parse(drawing).getroot()
    texts = [text.text for text in root.iter(f"{_SVG}text")]
    assert {"first", "lr", "kind", "RESULT", "1e-05"} <= set(texts)
    assert len(list(root.iter(f"{_SVG}image"))) == 3
    with Image.open(saved(page, buttons[1], tmp_path)) as picture:
        assert picture.width == 3 * int(float(root.attrib["width"]))
        colours = picture.convert("RGB").getcolors(1 << 24)
        assert colours is not None and len(colours) > 50


def test_every_chart_of_the_report_is_saved_by_its_title(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials())["report"])
    wait_until_drawn(page)
    button = page.get_by_role("button", name="Save as svg: Best so far, by evaluations")
    drawing = saved(page, button, tmp_path)
    assert drawing.name == "Best-so-far-by-evaluations.svg"
    text = drawing.read_text()
    assert "Best so far" in text and "evaluations" in text and "Result of one evaluation" in text
    assert "var(--" not in text.replace("stroke: var", "")
    scatter = page.locator("#slices").get_by_role("button", name=re.compile("^Save as svg"))
    assert saved(page, scatter, tmp_path).read_text().count("<image") == 2
