"""What the columns of a csv are, for programs: its metadata as "CSV on the Web" has them (https://www.w3.org/TR/tabular-metadata/)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import quote

from worker import __version__
from worker.report.data import table
from worker.spec.goals import RESULT
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter
from worker.spec.run import Run
from worker.trial import Trial

_CONTEXT = "http://www.w3.org/ns/csvw"
_NOT_FINITE = ["", "nan", "inf", "-inf"]  # which that vocabulary would spell otherwise
_OWN: Mapping[str, tuple[str, str]] = {
    "trial": ("integer", "The number of the evaluation."),
    "status": ("string", "ok, or what happened instead."),
    table.RESULT: (
        "number",
        "The result that the search goes by; nan and inf, as printed, are no numbers here.",
    ),
    "exit_code": ("integer", "Exit code of the program; empty where a signal ended it."),
    "seconds": ("number", "How long the evaluation ran, in seconds."),
    "start": ("dateTimeStamp", "When it began."),
    "end": ("dateTimeStamp", "When it ended."),
    "host": ("string", "The machine that it ran on."),
    "log": ("string", "The file with what the program printed."),
    table.ON_FRONT: (
        "integer",
        "1 where no other evaluation beats it in all results (the Pareto front), else 0.",
    ),
    "point": ("integer", "The number of the first evaluation of the same values."),
    "repeat": ("integer", "The how-manieth evaluation of these values it is."),
    "RESULT mean": ("number", "Mean of the results of its point."),
    "RESULT sd": ("number", "Standard deviation of the results of its point."),
    table.REASON: ("string", "Why the evaluation was infeasible."),
}
_BASES = {"integer": "integer", "real": "number", "category": "string"}


def beside(path: Path) -> Path:
    """Where such tools look for the metadata of a csv file."""
    return path.with_name(f"{path.name}-metadata.json")


def dictionary(
    run: Run,
    trials: Collection[Trial],
    name: str,
    separator: str,
    exponents: Collection[str] | None = None,
) -> dict[str, object]:
    """The metadata of the table of these trials, in a file called `name` beside.

    exponents: where numbers have a decimal comma, the headers of columns in which some have an exponent, too; None for numbers with a point.
    """
    parameters = {parameter.name: parameter for parameter in run.parameters}
    columns = [
        _column(
            column,
            run,
            parameters.get(column.name) if column.role == "parameter" else None,
            "" if exponents is None else "number" if column.header in exponents else "decimal",
        )
        for column in table.columns(run, trials)
    ]
    return {
        "@context": _CONTEXT,
        "url": quote(name),
        "dc:title": f"Evaluations of the run {run.name}",
        "dc:creator": f"OmniOpt {__version__}",
        "dialect": {"delimiter": separator, "encoding": "utf-8", "lineTerminators": ["\n"]},
        "tableSchema": {"columns": columns, "primaryKey": "trial"},
    }


def _column(
    column: table.Column, run: Run, parameter: Parameter | None, with_comma: str
) -> dict[str, object]:
    """One column. with_comma: the type of its numbers where they have one; decimals have no exponent, and more readers know their comma."""
    described: dict[str, object] = {
        "name": _name(column.header),
        "titles": table.guarded(column.header),
    }
    null: object = None
    if parameter is not None:
        base, words = _BASES[type_of(parameter).value], _declared(parameter)
    elif column.role == "output":
        base, words, null = "number", _output(column.name, run), _NOT_FINITE
    else:
        base, words = _OWN[column.name]
        if column.name == table.RESULT:
            words = f"{words} {run.main.words if run.results else _direction(run)}."
            null = _NOT_FINITE
    described["dc:description"] = words
    comma = with_comma and base == "number"
    described["datatype"] = {"base": with_comma, "format": {"decimalChar": ","}} if comma else base
    if null:
        described["null"] = null
    if column.name == "trial" and column.role == "own":
        described["required"] = True
    return described


def _name(header: str) -> str:
    """A header as the variable of a URI template, which has letters, digits, _ and . besides percent signs, and no _ first."""
    encoded = quote(header, safe="").replace("-", "%2D").replace("~", "%7E")
    return f"%5F{encoded[1:]}" if encoded.startswith("_") else encoded


def _direction(run: Run) -> str:
    return f"The {'largest' if run.main.maximises else 'smallest'} {RESULT} is best"


def _declared(parameter: Parameter) -> str:
    """How a parameter was declared."""
    settings = ", ".join(f"{key} {_text(value)}" for key, value in parameter.settings.items())
    return (
        f"Parameter of type {parameter.type}: {settings}."
        if settings
        else f"Parameter of type {parameter.type}."
    )


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join("=".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in value)
    return str(value)


def _output(name: str, run: Run) -> str:
    goal = next((goal for goal in run.goals if goal.name == name), None)
    return (
        f"A result of the run: {goal.words}."
        if goal
        else f'The last number that the program printed as "{name}".'
    )
