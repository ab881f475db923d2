"""Charts that readers of the pages save: as svg and as png, with their legends, and with what is drawn on them."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image
from playwright.sync_api import Locator, Page, expect
from plot_pages import OpenFile, next_frame, pages, some_trials, wait_until_drawn
from run_kinds import results_of

from worker.report.pages import report

_SVG = "{http://www.w3.org/2000/svg}"


def saved(page: Page, button: Locator, target: Path) -> Path:
    """The file that a button gives."""
    with page.expect_download() as download:
        button.click()
    download.value.save_as(target / download.value.suggested_filename)
    return target / download.value.suggested_filename


def shapes(drawing: Path, name: str) -> list[ElementTree.Element]:
    """The shapes with this name in a file."""
    return list(ElementTree.parse(drawing).getroot().iter(f"{_SVG}{name}"))


def test_the_parallel_plot_is_saved_in_shapes_and_light_whatever_the_page_is(
    open_file: OpenFile, tmp_path: Path
) -> None:
    page = open_file(pages(tmp_path, some_trials())["parallel"], color_scheme="dark")
    wait_until_drawn(page)
    buttons = [page.get_by_role("button", name=re.compile(f"^Save as {kind}")) for kind in ("svg", "png")]
    before = page.locator(".stage").screenshot()
    drawing = saved(page, buttons[0], tmp_path)
    assert drawing.name == "first-parallel-plot.svg"
    root = ElementTree.parse(drawing).getroot()
    words = [text.text for text in root.iter(f"{_SVG}text")]
    assert {"first", "lr", "kind", "RESULT", "1e-05"} <= set(words)
    assert shapes(drawing, "image") == []
    lines = [path for path in shapes(drawing, "path") if path.get("d", "").count("L") >= 4]
    assert len(lines) == 122  # one for each evaluation, and the marked one with its halo
    assert len({line.get("stroke") for line in lines}) > 10
    assert sum(line.get("stroke-dasharray") is not None for line in lines) == 12
    assert shapes(drawing, "rect")[0].get("fill") == "#ffffff"
    assert "rgb(233, 237, 241)" not in drawing.read_text()  # the text of dark pages
    with Image.open(saved(page, buttons[1], tmp_path)) as picture:
        assert picture.width == 3 * int(float(root.attrib["width"]))
        assert picture.convert("RGB").getpixel((5, 5)) == (255, 255, 255)
        colours = picture.convert("RGB").getcolors(1 << 24)
        assert colours is not None and len(colours) > 50
    next_frame(page)
    assert page.locator(".stage").screenshot() == before


def test_very_many_lines_are_saved_as_a_picture_which_is_said(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials(2010))["parallel"])
    wait_until_drawn(page)
    button = page.get_by_role("button", name=re.compile("^Save as svg"))
    assert button.get_attribute("title") == "Lines are shapes; more than 2,000 become a picture"
    assert len(shapes(saved(page, button, tmp_path), "image")) == 3


def test_every_chart_of_the_report_is_saved_by_its_title(open_file: OpenFile, tmp_path: Path) -> None:
    page = open_file(pages(tmp_path, some_trials())["report"], color_scheme="dark")
    wait_until_drawn(page)
    button = page.get_by_role("button", name="Save as svg: Best so far, by evaluations")
    drawing = saved(page, button, tmp_path)
    assert drawing.name == "Best-so-far-by-evaluations.svg"
    text = drawing.read_text()
    assert "Best so far" in text and "evaluations" in text and "Result of one evaluation" in text
    assert "var(--" not in text.replace("stroke: var", "")
    scatter = page.locator("#slices").get_by_role("button", name=re.compile("^Save as svg"))
    panels = saved(page, scatter, tmp_path)
    assert shapes(panels, "image") == []
    assert len(shapes(panels, "circle")) == 2 * 108  # those with a result
    assert "RESULT" in panels.read_text() and 'fill="#ffffff"' in panels.read_text()
    for place, save in enumerate(page.get_by_role("button", name=re.compile("^Save as svg")).all()):
        folder = tmp_path / str(place)
        folder.mkdir()
        text = saved(page, save, folder).read_text()
        assert 'fill="#ffffff"' in text and "#e9edf1" not in text and "rgb(233, 237, 241)" not in text


def test_the_report_has_a_map_of_each_two_parameters_and_what_each_one_does(
    open_file: OpenFile, tmp_path: Path
) -> None:
    results = results_of("conditional", tmp_path)
    page = open_file(report.page(results, report.Options(), datetime(2026, 11, 23, tzinfo=timezone.utc)))
    wait_until_drawn(page)
    across, up = (page.get_by_role("combobox", name=re.compile(f"^{words}")) for words in ("Across", "Up"))
    chart = page.locator("#interaction-part .chart svg")
    names = chart.locator(".name")
    expect(names).to_have_text(["lr", "layers"])
    assert (across.input_value(), up.input_value()) == ("lr", "layers")
    assert chart.locator("path.contour").count() >= 3
    assert len(chart.locator(".contour-label").all_text_contents()) >= 2
    up.select_option("momentum")
    across.select_option("layers")
    expect(names).to_have_text(["layers", "momentum"])
    across.select_option("momentum")
    expect(names).to_have_text(["momentum", "layers"])
    up.select_option("optimizer")
    expect(names).to_have_text(["momentum", "optimizer"])
    assert chart.locator("path.contour").count() == 0
    assert {"sgd", "adam"} <= set(chart.locator("text").all_text_contents())
    assert "the predictions reach R² =" in page.locator("#interaction-part").inner_text()
    category = page.locator("#effects figure", has_text="By optimizer").locator("svg")
    assert category.locator("circle").count() == category.locator("line.interval").count() == 2
    lines = page.locator("#curves figure svg .name").all_text_contents()
    assert lines == ["RESULT line", "RESULT"]
    assert page.locator("#importance svg line.interval").count() == 4
