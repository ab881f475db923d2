"""The report of every kind of run in a real browser: whoever cannot see or point finds everything, in light and dark, wide and narrow."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from plot_pages import OpenFile, wait_until_drawn
from run_kinds import KINDS, results_of

from worker.report.pages import report

MADE = datetime(2026, 11, 23, tzinfo=timezone.utc)
COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast"]}
}  # all that differs between light and dark


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_of_every_kind_is_for_everybody(open_file: OpenFile, tmp_path: Path, kind: str) -> None:
    results = results_of(kind, tmp_path)
    html = report.page(results, report.Options(with_importance=kind in ("conditional", "hostile")), MADE)
    page = open_file(html, color_scheme="light")
    wait_until_drawn(page)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    for width in (1920, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    effects = page.locator("#effects .chart")  # of every parameter, categories too
    assert (
        effects.count()
        == page.locator("#effects .chart svg").count()
        == {"conditional": 4, "hostile": 5}.get(kind, 0)
    )
    for chart in page.locator("#pareto .chart svg").all():  # one tick would not tell what a scale is
        beside = chart.locator('text[text-anchor="end"]')
        below = chart.locator('text[text-anchor="middle"]:not(.name)')
        assert min(beside.count(), below.count()) >= 2
    if kind == "one":
        assert (
            page.locator("#progress path.series.dots:not(.faint)").count() == 2
        )  # the best so far of one point is a dot
    page.emulate_media(color_scheme="dark")
    wait_until_drawn(page)
    found = Axe().run(page, options=COLOURS)
    assert found.violations_count == 0, found.generate_report()
