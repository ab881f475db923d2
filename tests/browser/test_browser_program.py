"""Reading a program in a browser: a chosen file is read there, and what is ticked comes into the form without a reload."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

SOURCE = """import argparse
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.01)
p.add_argument("--layers", type=int, default=2)
"""


@pytest.mark.parametrize(
    "options", [{}, {"viewport": {"width": 390, "height": 844}}, {"java_script_enabled": False}]
)
def test_a_program_becomes_parameters(
    open_page: Callable[..., Page], tmp_path: Path, options: dict[str, object]
) -> None:
    program = tmp_path / "train.py"
    program.write_text(SOURCE)
    page = open_page("/", **options)
    page.get_by_label("Optimization run name").fill("mine")
    page.get_by_text("Read my program").click()
    page.get_by_label("or choose its file").set_input_files(program)
    if options.get("java_script_enabled") is False:
        page.get_by_role("button", name="Propose parameters").click()
    expect(page.get_by_role("list", name="Proposed parameters")).to_contain_text(
        "real, 0.00001 to 0.1, logarithmic"
    )
    assert page.get_by_label("Help or source").input_value() == SOURCE
    page.get_by_label("--layers").uncheck()
    page.get_by_role("button", name="Take what is ticked into the form").click()
    expect(page.get_by_label("Objective program")).to_have_value("./program --lr=($lr)")
    expect(page.get_by_label("Optimization run name")).to_have_value("mine")
    expect(page.get_by_role("group", name="Parameter 1").get_by_label("Name")).to_have_value("lr")
    expect(page.locator("#config-text")).to_contain_text("[parameters.lr]")
    if options.get("java_script_enabled", True):
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
