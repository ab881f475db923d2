"""The report on paper, as Chromium prints it: all plots, with their legends, on white, and nothing that lies over them."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from pdf_texts import Printed, read_pdf
from plot_pages import OpenFile
from run_kinds import results_of

from worker.report.pages import report

MADE = datetime(2026, 11, 23, tzinfo=timezone.utc)


def printed(
    open_file: OpenFile, results_kind: str, tmp_path: Path, scheme: str = "light"
) -> tuple[Printed, str]:
    """The PDF of the report right after it is opened, and the page's own text."""
    html = report.page(results_of(results_kind, tmp_path), report.Options(with_importance=False), MADE)
    page = open_file(html, color_scheme=scheme)
    page.locator("#progress svg").first.wait_for()
    return read_pdf(page.pdf(format="A4", print_background=True)), page.locator("main").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_printed_report_has_all_plots_and_legends_and_nothing_over_them(
    open_file: OpenFile, tmp_path: Path, scheme: str
) -> None:
    paper, shown = printed(open_file, "hugerange", tmp_path, scheme)
    headings = [
        "Progress",
        "Parallel plot",
        "Each parameter against the result",
        "All pairs of parameters",
        "Workers over time",
        "Cost",
    ]
    text = re.sub(r"\s+", " ", paper.text)
    assert [heading for heading in headings if heading not in text] == []
    assert text.count("by rank, median") == 3  # the legends of the parallel plot, the slices and the pairs
    assert "Best so far" in text
    assert paper.pictures >= 4  # the parallel plot, two slices, one pair
    assert 2 <= paper.pages <= 8
    for control in ("Exclude", "Export csv", "Logarithmic axes", "Point at a", "Best selected"):
        assert control not in text
    assert "Exclude" in shown
