"""The list of problems beside the command: a line for each, but one for all the parameters that lack the same things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.problem_places import PlacedFix, PlacedProblem
from worker.spec.text import counted


@dataclass(frozen=True)
class ProblemLine:
    """What the list says in one line. field: the input that its link leads to; link: the words of that, "" for none; text: what follows."""

    severity: str
    field: str
    link: str
    text: str
    fixes: tuple[PlacedFix, ...] = ()

    def as_json(self) -> dict[str, object]:
        """The line as the page's script reads it."""
        fixes = [fix.as_json() for fix in self.fixes]
        return {
            "severity": self.severity,
            "field": self.field,
            "link": self.link,
            "text": self.text,
            "fixes": fixes,
        }


def lines(problems: Sequence[PlacedProblem]) -> Iterator[ProblemLine]:
    """The lines for `problems`, in their order; what parameters lack stands where the first gap of its kind does."""
    lacking: dict[str, list[PlacedProblem]] = {}
    for placed in problems:
        if placed.missing and placed.place.parameter:
            lacking.setdefault(placed.place.parameter, []).append(placed)
    alike: dict[tuple[str, ...], list[PlacedProblem]] = {}
    for gaps in lacking.values():
        alike.setdefault(_parts(gaps), []).append(gaps[0])
    said: set[tuple[str, ...]] = set()
    for placed in problems:
        if placed.missing and placed.place.parameter:
            parts = _parts(lacking[placed.place.parameter])
            if parts not in said:
                yield _gap_line(parts, alike[parts])
            said.add(parts)
        else:
            yield _line(placed)


def _parts(gaps: Sequence[PlacedProblem]) -> tuple[str, ...]:
    """What one parameter lacks."""
    return tuple(dict.fromkeys(placed.place.part for placed in gaps))


def _gap_line(parts: Sequence[str], firsts: Sequence[PlacedProblem]) -> ProblemLine:
    """That parameters lack `parts`; firsts: the first gap of each of them."""
    place = firsts[0].place
    if len(firsts) == len(parts) == 1:
        return ProblemLine("error", place.field, place.label, " is missing.")
    things = " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    if len(firsts) == 1:
        return ProblemLine("error", place.field, place.parameter, f" lacks {things}.")
    return ProblemLine("error", place.field, counted(len(firsts), "parameter"), f" lack {things}.")


def _line(placed: PlacedProblem) -> ProblemLine:
    problem, place = placed.problem, placed.place
    if placed.missing:
        return ProblemLine(problem.severity, place.field, place.label, " is missing.")
    text = f"{problem.message} {problem.hint}".rstrip()
    if place.field:
        return ProblemLine(problem.severity, place.field, place.label, f": {text}", placed.fixes)
    return ProblemLine(
        problem.severity, "", "", f"{place.label}: {text}" if place.label else text, placed.fixes
    )
