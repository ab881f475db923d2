"""Where on the page a problem belongs: the field that it is about, and what that field is called."""

from __future__ import annotations

from dataclasses import dataclass

from worker.spec.fields import BY_PATH
from worker.spec.formats.url import COUNT
from worker.spec.parameter_settings import SETTINGS
from worker.spec.problem import Problem


@dataclass(frozen=True)
class Place:
    """field: the id (and name) of an input of the form, "" where a problem belongs to none. label: for the summary."""

    field: str = ""
    label: str = ""


@dataclass(frozen=True)
class PlacedProblem:
    """A problem with its place; missing: it is no more than that nothing has been filled in yet."""

    problem: Problem
    place: Place
    missing: bool

    def as_json(self) -> dict[str, object]:
        """The problem as the page's script reads it."""
        place = {"field": self.place.field, "label": self.place.label, "missing": self.missing}
        return {**self.problem.as_json(), **place}


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
        return Place(f"param_{number}_{setting.query}", f"{parameter}, {setting.label}")
    return Place(
        f"param_{number}_{'type' if key == 'type' else 'name'}", f"{parameter}, {key}" if key else parameter
    )
