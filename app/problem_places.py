"""Where on the page a problem belongs: the field that it is about, and what that field is called."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from worker.spec.fields import BY_PATH
from worker.spec.formats.url import COUNT
from worker.spec.parameter_settings import SETTINGS
from worker.spec.problem import Fix, Problem
from worker.spec.text import sentence_start

FIX = "fix?"  # what the value of a button begins with; then come the texts, each by the name of its input
ADD = "+"  # what stands for that name where a parameter is added


@dataclass(frozen=True)
class Place:
    """field: the id (and name) of an input of the form, "" where a problem belongs to none. label: for the list of problems.

    parameter, part: the two halves of the label of what belongs to a parameter, "" elsewhere.
    """

    field: str = ""
    label: str = ""
    parameter: str = ""
    part: str = ""


@dataclass(frozen=True)
class PlacedFix:
    """What would solve a problem. changes: new texts by the name of their input. adds: names of parameters to add."""

    label: str
    changes: tuple[tuple[str, str], ...]
    adds: tuple[str, ...]

    @classmethod
    def of(cls, fix: Fix) -> PlacedFix:
        """The same with the names of the form."""
        return cls(fix.label, tuple((place_of(path).field, text) for path, text in fix.changes), fix.adds)

    @property
    def action(self) -> str:
        """The value of its button, for where no script runs; see app.sent_fixes."""
        return FIX + urlencode([*self.changes, *((ADD, name) for name in self.adds)])

    def as_json(self) -> dict[str, object]:
        """The fix as the page's script does it."""
        return {"label": self.label, "changes": dict(self.changes), "adds": self.adds}


@dataclass(frozen=True)
class PlacedProblem:
    """A problem with its place; missing: it is no more than that nothing has been filled in yet."""

    problem: Problem
    place: Place
    missing: bool

    def as_json(self) -> dict[str, object]:
        """The problem as the page's script reads it."""
        place = {"field": self.place.field, "label": self.place.label, "missing": self.missing}
        return {**self.problem.as_json(), **place, "fixes": [fix.as_json() for fix in self.fixes]}

    @property
    def fixes(self) -> tuple[PlacedFix, ...]:
        """What would solve it, as buttons."""
        return tuple(PlacedFix.of(fix) for fix in self.problem.fixes)


def place_of(path: str) -> Place:
    """The place of a problem's path, such as "run.name" or "parameters.0.max"."""
    if path in BY_PATH:
        return Place(BY_PATH[path].query, BY_PATH[path].label)
    if path == "parameters":
        return Place(COUNT, "Parameters")
    head, _, below = path.partition(".")
    number, _, key = below.partition(".")
    if head != "parameters" or not (number.isascii() and number.isdigit()):
        return Place(label=path)
    parameter = f"Parameter {int(number) + 1}"
    if setting := SETTINGS.get(key):
        return _of_parameter(f"param_{number}_{setting.query}", parameter, setting.label)
    field = f"param_{number}_{'type' if key == 'type' else 'name'}"
    return _of_parameter(field, parameter, key) if key else Place(field, parameter)


def _of_parameter(field: str, parameter: str, part: str) -> Place:
    return Place(field, f"{parameter}, {part}", parameter, sentence_start(part))
