"""Placeholders of an objective program, ($x_0), ($name) and int($x_0), and the command that a trial runs."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

from worker.spec.convert import real_text
from worker.spec.parameters import NAME_PATTERN, Value
from worker.spec.problem import MOST_LISTED, Problem, did_you_mean, listed
from worker.spec.text import quoted, shown

_PLACEHOLDER = re.compile(r"(?P<int>\bint)?\(\$(?P<name>[A-Za-z0-9_.-]+)\)")
_POSITION = re.compile(r"x_(\d+)", re.ASCII)
# What people write where they mean a placeholder: $x_0, ${x_0}, $(x_0), and ($x_0 without its end.
_NEARLY = re.compile(r"\$\{x_\d+\}|\$\(x_\d+\)|\(?\$x_\d+\b", re.ASCII)
_POSITION_IN = re.compile(r"x_\d+", re.ASCII)
# What word processors make of quotation marks and of the dashes of options.
_TYPOGRAPHIC = re.compile("[“”„‘’‚]|(?<=\\s)[–—]")
_MOST_UNUSED = 3  # with a warning each; more are one warning, under which the form can still be seen
# What the placeholders of paths stand for; the agent fills them in.
PATH_PLACEHOLDERS = ("projectdir", "trialdir")


def value_text(value: Value) -> str:
    """The text of a trial's value, as the objective program gets it."""
    return value if isinstance(value, str) else real_text(value)


def render(objective: str, values: Mapping[str, Value], paths: Mapping[str, str]) -> str:
    """The shell command of a trial: every placeholder of `objective` replaced by its value.

    values: parameter name -> value, in the order of the parameters (for ($x_N)). paths: name -> path.
    Text is quoted so that the shell hands on exactly this text, also where the placeholder stands inside
    quotation marks. Raises KeyError for a placeholder that stands for nothing.
    """
    names = list(values)
    pieces, start, quotes = [], 0, ""
    for match in _PLACEHOLDER.finditer(objective):
        between = objective[start : match.start()]
        quotes = _quotes_after(between, quotes)
        pieces += [between, _quoted(_replacement(match, names, values, paths), quotes)]
        start = match.end()
    return "".join([*pieces, objective[start:]])


def _replacement(
    match: re.Match[str], names: Sequence[str], values: Mapping[str, Value], paths: Mapping[str, str]
) -> str:
    name = _resolve(match["name"], names)
    if name is None:
        return paths[match["name"]]
    value = values[name]
    return value_text(_integer_part(value) if match["int"] else value)


def _quotes_after(shell: str, quotes: str) -> str:
    """The quotation mark that is open behind `shell`, where `quotes` was open before it; "" for none."""
    escaped = False
    for letter in shell:
        if escaped:
            escaped = False
        elif letter == "\\" and quotes != "'":
            escaped = True
        elif letter == quotes:
            quotes = ""
        elif not quotes and letter in "'\"":
            quotes = letter
    return quotes


def _quoted(text: str, quotes: str) -> str:
    """`text` as a shell takes it unchanged, inside the quotation marks `quotes` or outside any."""
    if quotes == "'":
        return text.replace("'", "'\\''")
    if quotes == '"':
        return re.sub(r'[\\"$`]', r"\\\g<0>", text)
    return shlex.quote(text)


def _integer_part(value: Value) -> Value:
    try:
        return math.trunc(float(value))
    except (ValueError, OverflowError):
        return value


def _resolve(placeholder: str, names: Sequence[str]) -> str | None:
    if placeholder in names:
        return placeholder
    position = _POSITION.fullmatch(placeholder)
    if position and len(position[1]) < 6 and int(position[1]) < len(names):
        return names[int(position[1])]
    return None


def unused(objective: str, names: Sequence[str]) -> list[str]:
    """Those of `names` whose values `objective` does not hold, so that the program finds them elsewhere, if at all."""
    used = {_resolve(match["name"], names) for match in _PLACEHOLDER.finditer(objective)}
    return [name for name in names if name not in used]


def problems(objective: str, names: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the placeholders of `objective`.

    Undefined and ambiguous ones are errors; parameters that are not used, and what only looks like a placeholder,
    are warnings. `names` may have wrong ones among them, about which nothing is said here.
    """
    undefined: dict[str, str] = {}
    for match in _PLACEHOLDER.finditer(objective):
        if _resolve(match["name"], names) is None and match["name"] not in PATH_PLACEHOLDERS:
            undefined.setdefault(match["name"], match[0])
    for word, written in list(undefined.items())[:MOST_LISTED]:
        message = f"The placeholder {shown(written)} stands for no parameter."
        yield Problem("run.objective", message, _undefined_hint(word, names))
    yield from _nearly(objective)
    yield from _shell_problems(objective)
    yield from _ambiguous(names)
    yield from _unused_problems(objective, names)


def _unused_problems(objective: str, names: Sequence[str]) -> Iterator[Problem]:
    found = [name for name in dict.fromkeys(unused(objective, names)) if re.fullmatch(NAME_PATTERN, name)]
    where = [f"($x_{names.index(name)}) or (${shown(name)})" for name in found[:_MOST_UNUSED]]
    if len(found) > _MOST_UNUSED:
        yield Problem(
            "run.objective",
            f"{len(found)} parameters do not occur in the objective program: {listed(list(map(shown, found)))}.",
            f"Write {where[0]} where the value of the first one belongs, and so for the others.",
            "warning",
        )
        return
    for name, placeholder in zip(found, where, strict=True):
        yield Problem(
            "run.objective",
            f"The parameter {quoted(name)} does not occur in the objective program.",
            f"Write {placeholder} where its value belongs.",
            "warning",
        )


def _undefined_hint(word: str, names: Sequence[str]) -> str:
    if _POSITION.fullmatch(word) and names:
        return f"The last one is ($x_{len(names) - 1}); the first one is ($x_0)."
    known = [name for name in names if re.fullmatch(NAME_PATTERN, name)]
    return did_you_mean(word, known) if known else "Add a parameter, or take the placeholder out."


def _nearly(objective: str) -> Iterator[Problem]:
    rest = _PLACEHOLDER.sub(" ", objective)
    for written in dict.fromkeys(match[0] for match in _NEARLY.finditer(rest)):
        position = _POSITION_IN.search(written)
        if position:
            yield Problem(
                "run.objective",
                f"{shown(written)} is not replaced by a value, since it is no placeholder.",
                f"Write (${position[0]}).",
                "warning",
            )


def is_open(objective: str) -> bool:
    """Whether a quotation mark in `objective` has no partner, so that no shell can run it."""
    return _quotes_after(_PLACEHOLDER.sub(" ", objective), "") != ""


def _shell_problems(objective: str) -> Iterator[Problem]:
    if is_open(objective):
        message = "The objective program has a quotation mark without its partner."
        yield Problem("run.objective", message, "Close it.", "warning")
    if found := _TYPOGRAPHIC.search(objective):
        yield Problem(
            "run.objective",
            f"{found[0]} is a character that word processors write, and a letter like any other for a shell.",
            "Type the plain one: - or \" or '.",
            "warning",
        )


def _ambiguous(names: Sequence[str]) -> Iterator[Problem]:
    for index, name in enumerate(names):
        position = _POSITION.fullmatch(name)
        if position and name != f"x_{index}" and int(position[1][:6]) < len(names):
            yield Problem(
                f"parameters.{index}.name",
                f"The placeholder (${name}) could mean this parameter or parameter {int(position[1]) + 1}.",
                "Choose another name.",
            )
