"""The points that a run begins with, such as the setting that its user has now: read, written, and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from worker.spec.lists import join_list, split_list
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value
from worker.spec.problem import Problem, did_you_mean
from worker.spec.raw_values import ConversionError, line, real
from worker.spec.rules import Rules
from worker.spec.text import quoted

StartPoint = tuple[tuple[str, str], ...]  # names and the texts of their values, as typed
MOST_POINTS = 100
_PATH = "search.start_with"
_EXAMPLE = "Write for example lr=0.001, layers=3; one line is one point."


def start_points(raw: object) -> tuple[StartPoint, ...]:
    """The points in a list of tables, or in lines of name=value pairs. Raises ConversionError."""
    rows: Sequence[object] = raw if isinstance(raw, (list, tuple)) else (raw,)
    if isinstance(raw, str):
        rows = [row for row in raw.replace("\r\n", "\n").split("\n") if row.strip(" \t")]
    if len(rows) > MOST_POINTS:
        raise ConversionError(
            f"These are {len(rows):,} points; at most {MOST_POINTS} are allowed.", "List fewer."
        )
    return tuple(point for row in rows if (point := tuple(_pairs(row))))


def _pairs(row: object) -> Iterator[tuple[str, str]]:
    """The names and values of one point. Raises ConversionError."""
    if isinstance(row, Mapping):
        for name, value in row.items():
            yield line(name), line(value)
        return
    parts: Sequence[object] = row if isinstance(row, (list, tuple)) else split_list(line(row))
    for part in parts:
        if isinstance(part, (list, tuple)) and len(part) == 2:
            yield line(part[0]), line(part[1])
            continue
        name, equals, value = line(part).partition("=")
        if not equals:
            raise ConversionError(f"{quoted(line(part))} is no value of a parameter.", _EXAMPLE)
        yield name.strip(" \t"), value.strip(" \t")


def start_points_text(points: Sequence[StartPoint]) -> str:
    """The canonical text of the points: a line for each."""
    return "\n".join(join_list([f"{name}={value}" for name, value in point]) for point in points)


def problems(
    points: Sequence[StartPoint], parameters: Sequence[Parameter], precision: int, rules: Rules
) -> Iterator[Problem]:
    """What is wrong with the points of a run with these parameters and rules."""
    names = [parameter.name for parameter in parameters]
    for number, point in enumerate(points, 1):
        which = f"Point {number}" if len(points) > 1 else "The point"
        given = [name for name, _ in point]
        for name in given:
            if name not in names:
                yield Problem(
                    _PATH, f"{which} has {quoted(name)}, which is no parameter.", did_you_mean(name, names)
                )
        if twice := [name for name in dict.fromkeys(given) if given.count(name) > 1]:
            yield Problem(_PATH, f"{which} has {quoted(twice[0])} twice.", "Write each parameter once.")
        yield from _value_problems(which, dict(point), parameters, precision, rules)


def _value_problems(
    which: str, texts: Mapping[str, str], parameters: Sequence[Parameter], precision: int, rules: Rules
) -> Iterator[Problem]:
    found: dict[str, Value] = {}
    wrong = False
    for parameter in parameters:
        text = texts.get(parameter.name)
        if rules.exists(parameter.name, found):
            if problem := _problem(which, parameter, text, precision):
                wrong = True
                yield problem
            else:
                found[parameter.name] = _admitted(parameter, text, precision)
        elif text is not None and not wrong:  # with a wrong value, nobody knows what exists
            message = f"{which} has a value for {parameter.name}, which {rules.absence(parameter.name)}."
            yield Problem(_PATH, message, f"Leave {parameter.name} out there.")
    if not wrong and (violated := rules.violated(found)):
        message = f"{which} violates the constraint {quoted(violated)}."
        yield Problem(_PATH, message, "Change the values, or the constraint.")


def _problem(which: str, parameter: Parameter, text: str | None, precision: int) -> Problem | None:
    if text is None and _only_value(parameter, precision) is None:
        return Problem(
            _PATH, f"{which} has no value for {parameter.name}.", "Give every parameter its value."
        )
    try:
        _admitted(parameter, text, precision)
    except ConversionError as error:
        return Problem(_PATH, f"{which}: {parameter.name}: {error}", error.hint)
    except ValueError as error:
        message = f"{which} lies outside of the search space: {parameter.name}: {error}."
        return Problem(_PATH, message, "Correct the value, or widen the range of the parameter.")
    return None


def values_of(point: StartPoint, parameters: Sequence[Parameter], precision: int) -> dict[str, Value]:
    """The values of a checked point, in the order of the parameters; of those that exist there."""
    texts, rules = dict(point), Rules(parameters)
    values: dict[str, Value] = {}
    for parameter in parameters:
        if rules.exists(parameter.name, values):
            values[parameter.name] = _admitted(parameter, texts.get(parameter.name), precision)
    return values


def only_values(parameters: Sequence[Parameter], precision: int) -> dict[str, Value]:
    """The values of those parameters that have one only, by name."""
    found = {parameter.name: _only_value(parameter, precision) for parameter in parameters}
    return {name: value for name, value in found.items() if value is not None}


def _only_value(parameter: Parameter, precision: int) -> Value | None:
    dimension = type_of(parameter).dimension(parameter, precision)
    return dimension.value(0) if dimension.count == 1 else None


def _admitted(parameter: Parameter, text: str | None, precision: int) -> Value:
    """The value that a text stands for; the only one where none is given. Raises ValueError, ConversionError among it."""
    kind = type_of(parameter)
    dimension = kind.dimension(parameter, precision)
    if text is None:
        return dimension.value(0)
    return dimension.admitted(text if kind.value == "category" else real(text))
