"""The options in an R program's source, as optparse, argparse and argparser make them: read as text, never run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from worker.spec.scan.option import Interface, Option, kind_of_word, longest

_CALL = re.compile(r"\b(?:make_option|add_option|add_argument|add_argument_group)\s*\(")
_FLAG = re.compile(r"[\"'](--?[A-Za-z][\w.-]*)[\"']")
_TYPE = re.compile(r"\btype\s*=\s*[\"']?(\w+)")
_DEFAULT = re.compile(r"\bdefault\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^,\s)]+))")
_CHOICES = re.compile(r"\bchoices\s*=\s*c\(([^)]*)\)")
_SWITCH = re.compile(r"\baction\s*=\s*[\"']store_(?:true|false)|\bflag\s*=\s*TRUE")
_MOST, _MOST_CALLS = 500, 2_000  # characters of one call, and calls


def looks_like_one(text: str) -> bool:
    """Whether `text` could be an R program with options."""
    return _CALL.search(text) is not None and ("<-" in text or "library(" in text or "make_option" in text)


def read(text: str) -> Interface:
    """The options of a program, in the order of the text."""
    options: dict[str, Option] = {}
    for written in _calls(text):
        if flags := _FLAG.findall(written):
            option = _option(longest(flags), written)
            options.setdefault(option.flag, option)
    return Interface(tuple(options.values()))


def _calls(text: str) -> Iterator[str]:
    """What stands between the parentheses of each call."""
    for match in islice(_CALL.finditer(text), _MOST_CALLS):
        depth, end = 1, match.end()
        while depth and end < min(len(text), match.end() + _MOST):
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        yield text[match.end() : end]


def _option(flag: str, written: str) -> Option:
    kind, choices, default = _TYPE.search(written), _CHOICES.search(written), _DEFAULT.search(written)
    value = next((part for part in default.groups() if part is not None), None) if default else None
    return Option(
        flag,
        "switch" if _SWITCH.search(written) else kind_of_word(kind[1]) if kind else "",
        None if value in (None, "NULL", "NA") else value.removesuffix("L") if value[:1].isdigit() else value,
        tuple(part.strip(" \"'") for part in choices[1].split(",")) if choices else (),
    )
