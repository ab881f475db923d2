"""The tables of the documentation that are made from the code or from what was measured; run this file to write them there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers import tables as peers
from worker.spec.algorithms import ALGORITHMS, DEFAULT
from worker.spec.field_definition import Field
from worker.spec.field_values import field_text
from worker.spec.fields import FIELDS, SECTIONS
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameter_type import ParameterType
from worker.spec.parameter_types import PARAMETER_TYPES, type_of
from worker.spec.parameters import DEFAULT_TYPE, Parameter, SettingValue
from worker.spec.raw_values import duration_text
from worker.store.inbox_messages import INBOX
from worker.store.journal import NEXT
from worker.store.journal_records import JOURNAL
from worker.store.messages import Codec
from worker.store.outbox_messages import OUTBOX
from worker.store.requests import REQUESTS

_DOCS = Path(__file__).resolve().parents[2] / "docs"
CONFIGURATION = _DOCS / "configuration.md"
SEARCH = _DOCS / "search.md"
DEVELOPMENT = _DOCS / "development.md"
README = _DOCS.parent / "README.md"
PAGES = (CONFIGURATION, SEARCH, DEVELOPMENT, peers.PAGE, README)
_TABLE = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end of table -->)", re.DOTALL)
_DEFAULT = ". What a config or link means that names no algorithm"
_KINDS = {
    "line": "one line of text",
    "word": "a name in Slurm",
    "name": "letters, digits and `_`",
    "path": "a path",
    "switch": "`true` or `false`",
    "lines": "a list of lines",
    "goals": 'a table of names, each `min` or `max`: `{loss = "min", accuracy = "max"}`',
    "reference": "a table of names and numbers: `{loss = 1.5, accuracy = 0.5}`",
    "modules": 'a list of names: `["GCC/12", "Python/3.11"]`',
    "variables": 'a table: `{OMP_NUM_THREADS = "4"}`, or a list of lines',
    "points": "a list of tables with a value for each parameter: `[{lr = 0.001, layers = 3}]`",
    "result": 'a number, or `""`',
    "confirm": "a table: `{best = 5, times = 10}`",
    "budget": 'hours and what is counted, such as `"200 node-hours"`, or `""`',
}
# Of every setting a value that is good for each type, but for percentages.
EXAMPLE_SETTINGS: Mapping[str, SettingValue] = {
    "min": 1, "max": 5, "step": 2, "q": 0.5, "mu": 0, "sigma": 1, "values": ("a", "b"), "value": "a",
    "log": True, "ordered": True,
}  # fmt: skip
_SETTING_KINDS = {
    "integer": "a whole number",
    "real": "a number",
    "switch": "`true` or `false`",
    "text": "a text or a number",
    "options": "a list of texts",
    "weights": "texts with their percentages",
    "condition": "a condition: `\"optimizer == 'sgd'\"`",
}


def tables(page: Path) -> Mapping[str, str]:
    """Every table of a page by its name, as Markdown."""
    if page == SEARCH:
        return {"algorithms": _algorithms(), "values": _values(), "grid": _grid()}
    if page == DEVELOPMENT:
        return {"records": _records()}
    if page == peers.PAGE:
        return {name: _table(*make(peers.measured_peers())) for name, make in peers.TABLES.items()}
    if page == README:
        return {"summary": _table(*peers.summary(peers.measured_peers()))}
    return {
        **{section: _fields(section) for section in SECTIONS},
        "types": _types(),
        "settings": _settings(),
    }


def with_tables(page: Path) -> str:
    """The text of a page with its tables as they must be now."""
    made, text = tables(page), page.read_text(encoding="utf-8")
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


def _algorithms() -> str:
    rows = (
        (
            f"`{algorithm.name}`",
            algorithm.does,
            algorithm.use + ("" if algorithm.name != DEFAULT else _DEFAULT),
        )
        for algorithm in ALGORITHMS.values()
    )
    return _table(("algorithm", "what it does", "use it for"), rows)


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
    if field.kind in ("lines", "points", "modules"):
        return "[]"
    if field.kind in ("goals", "reference", "variables"):
        return "{}"
    text = field_text(field, field.default)
    if field.at_first is not None:
        return f'"{text}"`; a new form has `"{field_text(field, field.at_first)}"'
    return text if field.kind in ("integer", "memory", "gpus", "seeds") else f'"{text}"'


def _allowed(field: Field) -> str:
    low, high = field.minimum or 0, field.maximum or 0
    if field.kind == "duration":
        return f"{duration_text(int(low))} to {duration_text(int(high))} h"
    if field.kind in ("integer", "memory", "gpus", "seeds"):
        more = {"seeds": " (or a list of them)", "gpus": ', also with a type: `"a100:1"`'}.get(field.kind, "")
        unit = f" {field.unit}" if field.unit else ""
        return f"{low:,.0f} to {high:,.0f}{unit}{more}"
    if field.kind == "value":
        return f"as `{field.option}` of sbatch takes it: `{field.example}`"
    if field.kind == "choice":
        return ", ".join(f"`{choice}`" for choice in field.choices)
    return _KINDS[field.kind]


def _types() -> str:
    rows = (
        (
            f"`{kind.name}`" + (" (default)" if kind.name == DEFAULT_TYPE else ""),
            kind.summary,
            ", ".join([*(f"`{key}`" for key in kind.settings), *(f"(`{key}`)" for key in kind.optional)]),
            {"integer": "integers", "real": "real numbers", "category": "texts"}[kind.value],
            f"`{kind.original_lists_as}`" if kind.original_lists_as else "",
        )
        for kind in PARAMETER_TYPES.values()
    )
    return _table(("type", "meaning", "settings", "gives", "in config.ini as"), rows)


def _settings() -> str:
    rows = (
        (
            f"`{key}`",
            setting.label,
            _setting_kind(key, PARAMETER_TYPES.values()),
            f"`param_N_{setting.query}`",
            f"`{setting.original}_N`",
        )
        for key, setting in SETTINGS.items()
    )
    return _table(("key", "in the form", "values", "URL", "config.ini"), rows)


def _setting_kind(key: str, kinds: Iterable[ParameterType]) -> str:
    found = dict.fromkeys(_SETTING_KINDS[kind.known[key]] for kind in kinds if key in kind.known)
    return ", or ".join(found)


def _values() -> str:
    """The values of each type, how likely each is, and whether the search knows an order of them."""
    rows = (
        (
            f"`{kind.name}`",
            kind.values_text,
            kind.probability_text,
            "ordered numbers" if _is_ordered(kind) else "categories",
        )
        for kind in PARAMETER_TYPES.values()
    )
    return _table(("type", "values", "probability", "searched as"), rows)


def _is_ordered(kind: ParameterType) -> bool:
    settings = dict(EXAMPLE_SETTINGS)
    if kind.settings.get("values") == "weights":
        settings["values"] = (("a", 20), ("b", 80))
    parameter = Parameter("x", kind.name, {key: settings[key] for key in kind.settings})
    return type_of(parameter).dimension(parameter, 8).ordered


def _grid() -> str:
    """The levels of a grid, and the types that have them."""
    types: dict[str, list[str]] = {}
    for kind in PARAMETER_TYPES.values():
        types.setdefault(kind.grid_text, []).append(f"`{kind.name}`")
    return _table(("type", "levels"), ((", ".join(names), text) for text, names in types.items()))


def _records() -> str:
    """Every kind of record, what it says, and its keys in the JSON."""
    files: Mapping[str, Codec[Any]] = {
        "journal": JOURNAL,
        "inbox": INBOX,
        "outbox": OUTBOX,
        "commands": REQUESTS,
        "next": NEXT,
    }
    rows = (
        (
            file if place == 0 else "",
            f"`{kind}`",
            " ".join((codec.kinds[kind].__doc__ or "").split()),
            ", ".join(f"`{key}`" for key in codec.keys(kind)),
        )
        for file, codec in files.items()
        for place, kind in enumerate(codec.kinds)
    )
    return _table(("file", "record", "says", "keys"), rows)


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(with_tables(page), encoding="utf-8")
