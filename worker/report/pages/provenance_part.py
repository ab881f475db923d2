"""The part of the report that says with which code and on which machines the results came about."""

from __future__ import annotations

from worker.report.data.code_and_machines import lines
from worker.report.data.results import Results
from worker.report.pages import html
from worker.report.pages.sections import table
from worker.store import provenance


def code_and_machines(results: Results) -> html.Content:
    """A table of what is known; nothing for a run of a version that did not look."""
    known = lines(provenance.read(results.paths))
    if not known:
        return ""
    rows = [list(pair) for pair in known]
    return table("The program and its machines", ["what", "found at the start"], rows)
