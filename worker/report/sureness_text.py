"""Which parameters matter, how flat it is around the best, and how sure that is, as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from worker.report.data import certainty
from worker.report.data.flatness import HEAD, LEAST, WITHIN, flatness
from worker.report.data.importance import HEAD as HEAD_OF_SHARES
from worker.report.data.importance import NoImportanceError
from worker.report.data.results import Results
from worker.report.kept_importance import importance_of
from worker.spec.text import visible


def lines(results: Results, within: float = WITHIN) -> list[str]:
    """All of it; within: what is nearly as good, see `worker.report.data.flatness`."""
    return [visible(line) for line in _lines(results, within)]


def _lines(results: Results, within: float) -> Iterator[str]:
    yield "How sure the best is:"
    yield from (
        f"  {sentence}" for sentence in certainty.sentences(results) or ["No evaluation has a result yet."]
    )
    yield "Which values are nearly as good:"
    found = flatness(results.run, results.points, within)
    if found is None:
        yield f"  This is told once {LEAST} evaluations have results, which are not all the same."
    else:
        yield f"  {found.sentence()}"
        yield from _aligned([list(HEAD), *found.rows()])
    yield "Which parameters matter:"
    try:
        measured = importance_of(results)
    except NoImportanceError as error:
        yield f"  {error}"
        return
    yield f"  {measured.quality}"
    yield from _aligned([list(HEAD_OF_SHARES), *measured.rows()])
    yield f"  {measured.method}"


def _aligned(table: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield ("  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))).rstrip()
