"""The part of the report on how sure the best is, and how flat it is around it."""

from __future__ import annotations

from worker.report.data import certainty
from worker.report.data.flatness import HEAD, flatness
from worker.report.data.results import Results
from worker.report.pages.html import Content, tag
from worker.report.pages.sections import table


def how_sure(results: Results) -> Content:
    """Sentences on how far the best result can be trusted, and a table of the values that are nearly as good."""
    said = certainty.sentences(results)
    if not said:
        return None
    found = flatness(results.run, results.points)
    return (
        tag("p", " ".join(said)),
        (tag("p", found.sentence()), table("How flat it is around the best", list(HEAD), list(found.rows())))
        if found
        else None,
    )
