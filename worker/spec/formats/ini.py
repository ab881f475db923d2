"""The file format of the original's config.ini: sections of keys, comments on lines of their own, no interpolation."""

from __future__ import annotations

import re
from collections.abc import Mapping

from worker.spec.formats.input_limits import MOST_PROBLEMS
from worker.spec.problem import Problem
from worker.spec.text import quoted, visible

_DELIMITER = re.compile(r"[=:]")


def parse(text: str, problems: list[Problem]) -> dict[str, dict[str, str]]:
    """The sections and keys of `text`, all in lower case; adds to `problems` the lines that are neither.

    A line that is indented deeper than its key goes on with the value of that key.
    """
    sections: dict[str, dict[str, list[str]]] = {}
    section, key, indent = "", "", 0
    for number, full in enumerate(text.split("\n"), 1):
        line = full.strip()
        if not line or line.startswith(("#", ";")):
            key = "" if not line else key
            continue
        depth = len(full) - len(full.lstrip())
        if key and depth > indent:
            sections[section][key].append(line)
        elif line.startswith("[") and line.endswith("]"):
            section, key = line[1:-1].strip().lower(), ""
            sections.setdefault(section, {})
        elif (parts := _DELIMITER.split(line, maxsplit=1)) and len(parts) == 2 and section:
            key, indent = parts[0].strip().lower(), depth
            if key in sections[section]:
                problems.append(duplicate_key(key))
            sections[section][key] = [parts[1].strip()]
        else:
            message = f"Line {number} is neither a section nor a key: {quoted(line)}."
            problems.append(Problem("", message, "Write key = value, or remove the line."))
        if len(problems) >= MOST_PROBLEMS:
            break
    return {name: {key: "\n".join(lines) for key, lines in table.items()} for name, table in sections.items()}


def duplicate_key(key: str) -> Problem:
    """The warning about a key that stands twice in one place."""
    message = f"{quoted(key)} is given twice; the last one counts."
    return Problem("", message, "Remove one of them.", "warning")


def format_sections(sections: Mapping[str, Mapping[str, str]]) -> str:
    """The text that `parse` reads as `sections`; line breaks and invisible characters are shown as <U+XXXX>."""
    blocks = (
        "\n".join([f"[{name}]", *(f"{key} = {visible(value)}" for key, value in table.items())])
        for name, table in sections.items()
    )
    return "\n\n".join(blocks) + "\n"
