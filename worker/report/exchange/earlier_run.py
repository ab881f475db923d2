"""The evaluations of an earlier run as evaluations of this one, as far as its parameters overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from worker.pooled import points_of
from worker.report.data.summary import is_usable
from worker.report.exchange.import_csv import ImportedRow, ImportedRows
from worker.search.space import Space
from worker.spec.notation import value_text
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value
from worker.spec.raw_values import ConversionError, real
from worker.spec.run import Run
from worker.spec.start_points import only_values, values_of
from worker.spec.text import quoted
from worker.trial import Trial


def assumed(run: Run) -> dict[str, Value]:
    """What parameters count as that were not there earlier: their only value, or the one that the user has used so far."""
    own = values_of(run.start_with[0], run.parameters, run.precision) if run.start_with else {}
    return {**own, **only_values(run.parameters, run.precision)}


def rows(earlier: Run, trials: Iterable[Trial], run: Run) -> ImportedRows:
    """The points of an earlier run that have a result and lie in the space of `run`; of each other one, why it is left out."""
    space, table, fallback = (
        Space(run.parameters, run.precision, run.constraints),
        ImportedRows(),
        assumed(run),
    )
    for point in points_of(trials, earlier.repeats):
        if not point.status.ended:
            continue
        if not is_usable(point) or point.loss is None:
            table.left_out[point.number] = f"Its status is {quoted(point.status.value)}."
            continue
        try:
            values = space.named(space.admitted(_values(point.values, run, space, fallback)))
        except ValueError as error:
            table.left_out[point.number] = str(error)
        else:
            table.rows.append(ImportedRow(values, point.loss, point.outputs))
    return table


def _values(
    known: Mapping[str, Value], run: Run, space: Space, fallback: Mapping[str, Value]
) -> dict[str, Value]:
    """The values by name that a point has in the space of `run`. Raises ValueError where one is not known."""
    found: dict[str, Value] = {}
    for parameter in run.parameters:
        if not space.rules.exists(parameter.name, found):
            continue
        if parameter.name in known:
            found[parameter.name] = _value(parameter, known[parameter.name])
        elif parameter.name in fallback:
            found[parameter.name] = fallback[parameter.name]
        else:
            raise ValueError(
                f"The parameter {parameter.name} was not there; to say what it was, put it into start_with."
            )
    return found


def _value(parameter: Parameter, value: Value) -> Value:
    """A value as the parameter has it, which may be text here and a number there."""
    if type_of(parameter).value == "category":
        return value_text(value)
    try:
        return real(value) if isinstance(value, str) else value
    except ConversionError as error:
        raise ValueError(
            f"The parameter {parameter.name} is {quoted(str(value))}, which is not a number."
        ) from error
