"""The fields of a config as options of a command."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace

from worker.spec.field_definition import Field
from worker.spec.field_values import field_text
from worker.spec.run import ReadResult


def add(group: argparse._ArgumentGroup, fields: Iterable[Field], defaults: bool = True) -> None:
    """Add an option for each of `fields`; defaults: whether its help says what holds without it."""
    for field in fields:
        default = f" (default: {field_text(field, field.default)})" if field.default not in ("", ()) else ""
        text = f"{field.help}{default if defaults else ''}".replace("%", "%%")
        if field.kind == "switch":
            group.add_argument(*field.flags, nargs="?", const="1", metavar="0|1", help=text)
        elif field.kind in ("lines", "points", "variables"):
            group.add_argument(*field.flags, action="append", metavar="LINE", help=f"{text} May be repeated.")
        else:
            group.add_argument(*field.flags, metavar=field.kind.upper(), help=text)


def overridden(config: ReadResult, args: argparse.Namespace, fields: Iterable[Field]) -> ReadResult:
    """The config with those of `fields` in it that the command line has, and without notes about what they replace."""
    options = overrides(args, fields)
    problems = (
        problem for problem in config.problems if problem.severity != "note" or problem.path not in options
    )
    return ReadResult(replace(config.draft, values={**config.draft.values, **options}), tuple(problems))


def overrides(args: argparse.Namespace, fields: Iterable[Field]) -> dict[str, object]:
    """Those of `fields` that the command line has: path of a field -> raw value."""
    flags = {field.path: getattr(args, field.word) for field in fields}
    return {path: raw for path, raw in flags.items() if raw is not None}
