"""The tables of docs/configuration.md, made from the code; run this file to write them into the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from worker.spec.convert import duration_text, field_text
from worker.spec.fields import FIELDS, SECTIONS, Field
from worker.spec.parameters import (
    DEFAULT_TYPE,
    PARAMETER_TYPES,
    SETTING_LABELS,
    SETTING_ORIGINALS,
    SETTING_QUERIES,
    ParameterType,
)

PAGE = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"
_TABLE = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
_KINDS = {
    "line": "one line of text",
    "word": "a name in Slurm",
    "name": "letters, digits and `_`",
    "path": "a path",
    "switch": "`true` or `false`",
    "lines": "a list of lines",
}
_SETTING_KINDS = {
    "integer": "a whole number",
    "real": "a number",
    "options": "a list of texts",
    "weights": "texts with their percentages",
}


def tables() -> Mapping[str, str]:
    """Every table of the page by its name, as Markdown."""
    return {
        **{section: _fields(section) for section in SECTIONS},
        "types": _types(),
        "settings": _settings(),
    }


def with_tables(text: str) -> str:
    """The page with its tables as they must be now."""
    made = tables()
    return _TABLE.sub(lambda match: f"{match[1]}{made[match[2]]}\n{match[3]}", text)


def named_tables(text: str) -> set[str]:
    """The names of the tables that a page has a place for."""
    return {match[2] for match in _TABLE.finditer(text)}


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *(map(_cell, row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<")


def _fields(section: str) -> str:
    rows = (
        (
            f"`{field.key}`",
            field.label + (" (advanced)" if field.advanced else ""),
            "required" if field.required else f"`{_default(field)}`",
            _allowed(field),
            field.help,
            f"`{field.query}`",
            f"`{field.original}`" if field.original else "",
        )
        for field in FIELDS
        if field.section == section
    )
    return _table(("key", "in the form", "default", "values", "meaning", "URL", "config.ini"), rows)


def _default(field: Field) -> str:
    if field.kind == "switch":
        return "true" if field.default else "false"
    if field.kind == "lines":
        return "[]"
    text = field_text(field, field.default)
    return text if field.kind in ("integer", "seeds") else f'"{text}"'


def _allowed(field: Field) -> str:
    low, high = field.minimum or 0, field.maximum or 0
    if field.kind == "duration":
        return f"{duration_text(int(low))} to {duration_text(int(high))} h"
    if field.kind in ("integer", "seeds"):
        several = " (or a list of them)" if field.kind == "seeds" else ""
        unit = f" {field.unit}" if field.unit else ""
        return f"{low:,.0f} to {high:,.0f}{unit}{several}"
    if field.kind == "choice":
        return ", ".join(f"`{choice}`" for choice in field.choices)
    return _KINDS[field.kind]


def _types() -> str:
    rows = (
        (
            f"`{kind.name}`" + (" (default)" if kind.name == DEFAULT_TYPE else ""),
            kind.summary,
            ", ".join(f"`{key}`" for key in kind.settings),
            {"integer": "integers", "real": "real numbers", "category": "texts"}[kind.value],
            f"`{kind.ini_name}`" if kind.ini_name != kind.name else "",
        )
        for kind in PARAMETER_TYPES.values()
    )
    return _table(("type", "meaning", "settings", "gives", "in config.ini as"), rows)


def _settings() -> str:
    rows = (
        (
            f"`{key}`",
            label,
            _setting_kind(key, PARAMETER_TYPES.values()),
            f"`param_N_{SETTING_QUERIES[key]}`",
            f"`{SETTING_ORIGINALS[key]}_N`",
        )
        for key, label in SETTING_LABELS.items()
    )
    return _table(("key", "in the form", "values", "URL", "config.ini"), rows)


def _setting_kind(key: str, kinds: Iterable[ParameterType]) -> str:
    found = dict.fromkeys(_SETTING_KINDS[kind.settings[key]] for kind in kinds if key in kind.settings)
    return ", or ".join(found)


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
