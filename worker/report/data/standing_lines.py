"""Who stands where among groups of runs, in words and as rows of tables: for the terminal, the page and the csv."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from worker.report.data.rank_tests import Duel, Verdict
from worker.report.data.readable import joined, readable
from worker.report.data.run_curves import Budget, Measure
from worker.report.data.standings import Comparison, Place, Standing
from worker.report.data.table import Cell
from worker.spec.field_values import field_text
from worker.spec.fields import FIELDS
from worker.spec.text import counted, duration_words

HEAD = ("Group", "Runs", "Median", "Quartiles", "Settings that differ")
CSV_HEAD = (
    "budget", "at", "group", "runs", "median", "quartile 1", "quartile 3", "other", "wins", "ties", "losses", "p", "test",
)  # fmt: skip
_NOT_SETTINGS = ("run.name", "run.workdir", "search.seed", "run.objective")
_LEAST = 0.0001  # of a p that is told as a number


def budget_words(budget: Budget, at: float) -> str:
    """So much of a budget."""
    if budget is Budget.EVALUATIONS:
        return counted(round(at), "evaluation")
    return duration_words(at) if budget is Budget.SECONDS else f"{at:.3g} node hours"


def heading(standing: Standing) -> str:
    """At which budget the groups are compared, and why there."""
    words = budget_words(standing.budget, standing.at)
    return f"After {words}, which is as much as each of the runs has used up (the shortest is {standing.shortest})"


def number(value: float | None) -> str:
    """A value as tables show it; "none" where there is none."""
    return "none" if value is None else readable(value)


def rows(comparison: Comparison, standing: Standing) -> list[list[str]]:
    """The groups, the best median first, below HEAD."""
    settings = distinctions(comparison)
    rest = [place for place in range(len(standing.places)) if place not in standing.order]
    return [
        [*_row(standing.places[place]), settings[place]] for place in (*standing.order, *rest)
    ]  # groups without a median come last


def _row(place: Place) -> list[str]:
    quartiles = "" if place.runs < 2 else joined(" to ", [number(place.low), number(place.high)])
    return [place.label, str(place.runs), number(place.median), quartiles]


def distinctions(comparison: Comparison) -> list[str]:
    """For each group the settings in which groups differ; the objective has its own words where that differs."""
    runs = [group[0].run for group in comparison.groups]
    differing = {
        field.key: own
        for field in FIELDS
        if field.path not in _NOT_SETTINGS
        and len(set(own := [field_text(field, getattr(run, field.attribute)) for run in runs])) > 1
    }
    return [", ".join(f"{key}={own[place]}" for key, own in differing.items()) for place in range(len(runs))]


def wins(standing: Standing) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the win table: in how many pairs of runs that of the row is better than that of the column."""
    if standing.verdict is None:
        return [], []
    shown = sorted(range(len(standing.places)), key=[*standing.order, *range(len(standing.places))].index)
    cells: dict[tuple[int, int], str] = {}
    for duel in standing.verdict.duels:
        pairs = duel.wins + duel.ties + duel.losses
        cells[duel.first, duel.second] = f"{duel.wins} of {pairs}{_p(duel)}"
        cells[duel.second, duel.first] = f"{duel.losses} of {pairs}{_p(duel)}"
    head = ["Better than", *(standing.places[place].label for place in shown)]
    return head, [
        [standing.places[row].label, *(cells.get((row, column), "") for column in shown)] for row in shown
    ]


def _p(duel: Duel) -> str:
    return "" if duel.p is None else f", {p_words(duel.p)}"


def p_words(p: float) -> str:
    """A p as people write it."""
    return "p < 0.0001" if p < _LEAST else f"p = {p:.2g}"


def sentences(standing: Standing, measure: Measure) -> Iterator[str]:
    """What follows from that."""
    if standing.first is None:
        yield "No group has a median: most of the runs have no result by then."
        return
    best = standing.places[standing.first]
    labels = [standing.places[place].label for place in standing.alike]
    alike = f"{_and(labels)} alike" if len(labels) > 1 else best.label
    yield f"The best median {measure.name} is {number(best.median)}, of {alike}."
    if standing.verdict is None:
        yield "The runs name different results or directions, so no test compares them."
        return
    yield from _tested(standing, standing.verdict, standing.first)


def _tested(standing: Standing, found: Verdict, first: int) -> Iterator[str]:
    against = {
        other: duel
        for duel in found.duels
        for one, other in ((duel.first, duel.second), (duel.second, duel.first))
        if one == first and other not in standing.alike
    }
    label = {place: standing.places[place].label for place in against}
    better = [
        f"{label[place]} ({p_words(duel.p)})"
        for place, duel in against.items()
        if duel.certain and duel.p is not None
    ]
    unsure = [
        f"{label[place]} ({p_words(duel.p)})"
        for place, duel in against.items()
        if not duel.certain and duel.p is not None
    ]
    untested = [label[place] for place, duel in against.items() if duel.p is None]
    if better:
        yield f"It is better than {_and(better)}."
    if unsure:
        yield f"Whether it is better than {_and(unsure)} is not certain."
    if untested:
        yield (
            f"There are too few runs to tell whether it is better than {_and(untested)}: "
            f"{found.least_runs} of each, of other seeds, are the least that a test needs."
        )
    if better or unsure:
        corrected = ", two-sided, p corrected after Holm" if len(found.duels) > 1 else ", two-sided"
        yield f"{found.test}{corrected}."
    if found.p is not None:
        yield f"Over all groups: {p_words(found.p)} ({found.overall_test})."


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def csv_rows(standing: Standing) -> Iterator[list[Cell]]:
    """Below CSV_HEAD, a row for each group against each other one; exact numbers, "" for what is unknown."""
    duels = (
        {}
        if standing.verdict is None
        else {(duel.first, duel.second): duel for duel in standing.verdict.duels}
    )
    for mine, place in enumerate(standing.places):
        own = [
            standing.budget.value,
            standing.at,
            place.label,
            place.runs,
            place.median,
            place.low,
            place.high,
        ]
        for theirs, other in enumerate(standing.places):
            if mine == theirs:
                continue
            duel = duels.get((min(mine, theirs), max(mine, theirs)))
            met: list[Cell] = ["", "", "", "", ""]
            if duel is not None and standing.verdict is not None:
                won = (duel.wins, duel.ties, duel.losses)[:: 1 if mine < theirs else -1]
                met = [*won, "" if duel.p is None else duel.p, standing.verdict.test]
            yield ["" if cell is None else cell for cell in (*own, other.label, *met)]


def lines(comparison: Comparison) -> Iterator[str]:
    """All of it as plain text: the table for evaluations, and for the other budgets what follows."""
    for budget in Budget:
        standing = comparison.standing(budget)
        if standing is None:
            continue
        yield f"{heading(standing)}:"
        if budget is Budget.EVALUATIONS:
            yield from _aligned([list(HEAD), *rows(comparison, standing)])
            head, table = wins(standing)
            if len(table) > 2:
                yield "In how many pairs of runs the one of the row is better:"
                yield from _aligned([head, *table])
        yield from (f"  {sentence}" for sentence in sentences(standing, comparison.measure))


def _aligned(table: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield ("  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))).rstrip()
