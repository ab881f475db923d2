"""Warnings about values of a choice that were probably meant as others: 16 32 64, a;b;c, "a","b", (3,3),(5,5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from worker.spec.lists import as_json
from worker.spec.problem import Problem
from worker.spec.text import quoted, shown

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_SEPARATORS = (r"[ \t]*;[ \t]*", r"[ \t]*,[ \t]*", r"[ \t]*\|[ \t]*", r"[ \t]+")
_BRACKET = re.compile(r"[()\[\]{}]")
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}


def problems(options: Sequence[str], path: str, weighted: bool) -> Iterator[Problem]:
    """At most one warning, with how to write what was probably meant. weighted: the options have percentages."""
    for check in (_joined_pairs,) if weighted else (_one_value, _decimal_commas, _in_pieces, _in_quotes):
        if suspicion := check(options):
            message, hint = suspicion
            yield Problem(path, message, hint, "warning")
            return
    if weighted and (suspicion := _in_quotes(options)):
        yield Problem(path, suspicion[0], "Write them without, as a=20,b=80.", "warning")


def _one_value(options: Sequence[str]) -> tuple[str, str] | None:
    """Values that other marks separate than commas are one."""
    if len(options) != 1:
        return None
    for separator in _SEPARATORS:
        pieces = [piece for piece in re.split(separator, options[0]) if piece]
        if len(pieces) > 1:
            return (
                f"{quoted(options[0])} is a single value.",
                f"If you mean several values, write {shown(as_json(pieces))}.",
            )
    return None


def _joined_pairs(options: Sequence[str]) -> tuple[str, str] | None:
    """The same of values with percentages: a=20;b=80 is the value a=20;b."""
    for option in options:
        if re.search(r"=[ \t]*[0-9.]+[ \t]*[;|, \t]", option):
            return (
                f"{quoted(option)} is a single value with one percentage.",
                "If you mean several values, separate them with commas: a=20,b=80.",
            )
    return None


def _decimal_commas(options: Sequence[str]) -> tuple[str, str] | None:
    """0,1;0,2 is the values 0, 1;0 and 2."""
    if not any(";" in option for option in options):
        return None
    pieces = [piece.strip() for piece in ",".join(options).replace(",", ".").split(";")]
    if not all(map(_NUMBER.fullmatch, pieces)):
        return None
    odd = next(option for option in options if ";" in option)
    return (
        f"{quoted(odd)} is one of the values, since commas separate them.",
        f"If the commas are decimal points, write {shown(as_json(pieces))}.",
    )


def _in_pieces(options: Sequence[str]) -> tuple[str, str] | None:
    """(3,3),(5,5) is four values, which have brackets without their partners."""
    joined: list[list[str]] = []
    open_ones: list[str] = []
    for option in options:
        if not open_ones:
            joined.append([])
        joined[-1].append(option)
        if not _close(open_ones, option):
            return None
    if open_ones or len(joined) == len(options):
        return None
    odd = next(pieces[0] for pieces in joined if len(pieces) > 1)
    return (
        f"{quoted(odd)} is one of the values, since commas separate them.",
        f"If they belong to the values, write {shown(as_json([','.join(pieces) for pieces in joined]))}.",
    )


def _close(open_ones: list[str], text: str) -> bool:
    """Follow the brackets of `text`; open_ones: what closes those that are open. False where one closes none."""
    for bracket in _BRACKET.findall(text):
        if bracket in _CLOSED_BY:
            open_ones.append(_CLOSED_BY[bracket])
        elif not open_ones or open_ones.pop() != bracket:
            return False
    return True


def _in_quotes(options: Sequence[str]) -> tuple[str, str] | None:
    """Quotation marks in a list without brackets belong to the values."""
    if not options or not all(map(_QUOTED.fullmatch, options)):
        return None
    bare = [option[1:-1] for option in options]
    return (
        "The quotation marks are part of the values and are passed to the program.",
        f"Without them it is {shown(as_json(bare))}.",
    )
