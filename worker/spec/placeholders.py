"""Placeholders of an objective program, ($x_0), ($name) and int($x_0), and the command that a trial runs."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence

from worker.spec import optional_parts
from worker.spec.notation import NUMBER_FORMATS, value_text
from worker.spec.parameters import NAME_PATTERN, Parameter, Value

PLACEHOLDER = re.compile(r"(?P<int>\bint)?\(\$(?P<name>[A-Za-z0-9_.-]+)\)")
# What stands before a value that is a word of its own, and before one that belongs to an option.
_WORD_BEGINS = re.compile(r"(?:^|[ \t]|\[\?)[\"']?$")
_OPTION = re.compile(r"(?:^|[ \t]|\[\?)(?P<option>--?[A-Za-z][A-Za-z0-9_.-]*)[ \t]+(?P<quote>[\"']?)$")
POSITION = re.compile(r"x_(\d+)", re.ASCII)
# What the placeholders of paths stand for; the agent fills them in.
PATH_PLACEHOLDERS = ("projectdir", "trialdir")


def render(
    objective: str,
    values: Mapping[str, Value],
    paths: Mapping[str, str],
    number_format: str = NUMBER_FORMATS[0],
    parameters: Sequence[Parameter] = (),
) -> str:
    """The shell command of a trial: every placeholder of `objective` replaced by its value.

    values: parameter name -> value, in the order of the parameters (for ($x_N)). paths: name -> path. parameters: those of the run,
    where some may have no value; the parts that are left out then are gone.
    Text is quoted so that the shell hands on exactly this text, also where the placeholder stands inside
    quotation marks. Raises KeyError for a placeholder that stands for nothing.
    """
    names = list(values)
    if is_conditional(parameters):
        names = [parameter.name for parameter in parameters]
        objective = optional_parts.resolved(objective, lambda part: set(used(part, names)) <= values.keys())
    pieces, start, quotes = [], 0, ""
    for match in PLACEHOLDER.finditer(objective):
        between = objective[start : match.start()]
        quotes = _quotes_after(between, quotes)
        pieces += [between, _inside_quotes(_replacement(match, names, values, paths, number_format), quotes)]
        start = match.end()
    return "".join([*pieces, objective[start:]])


def _replacement(
    match: re.Match[str],
    names: Sequence[str],
    values: Mapping[str, Value],
    paths: Mapping[str, str],
    number_format: str,
) -> str:
    name = resolve(match["name"], names)
    if name is None:
        return paths[match["name"]]
    value = values[name]
    return value_text(_integer_part(value) if match["int"] else value, number_format)


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


def _inside_quotes(text: str, quotes: str) -> str:
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


def resolve(placeholder: str, names: Sequence[str], name_set: Collection[str] = ()) -> str | None:
    """The parameter that a placeholder stands for; name_set: the set of `names`, where many are looked up."""
    if placeholder in (name_set or names):
        return placeholder
    position = POSITION.fullmatch(placeholder)
    if position and len(position[1]) < 6 and int(position[1]) < len(names):
        return names[int(position[1])]
    return None


def with_holes(objective: str, hole: str) -> str:
    """`objective` with `hole` for every placeholder, for looking at what does not depend on them."""
    return PLACEHOLDER.sub(hole, objective)


def is_conditional(parameters: Iterable[Parameter]) -> bool:
    """Whether one of the parameters exists only under a condition, so that commands may have optional parts."""
    return any(parameter.when for parameter in parameters)


def complete(objective: str, parameters: Iterable[Parameter]) -> str:
    """The objective program with all of its optional parts, where it has some."""
    if not is_conditional(parameters):
        return objective
    return optional_parts.resolved(objective, lambda part: True)


def used(text: str, names: Sequence[str]) -> list[str]:
    """The parameters whose placeholders stand in `text`."""
    found = (resolve(match["name"], names) for match in PLACEHOLDER.finditer(text))
    return [name for name in found if name is not None]


def unused(objective: str, names: Sequence[str]) -> list[str]:
    """Those of `names` whose values `objective` does not hold, so that the program finds them elsewhere, if at all."""
    name_set = frozenset(names)
    used = {resolve(match["name"], names, name_set) for match in PLACEHOLDER.finditer(objective)}
    return [name for name in names if name not in used]


def as_words(objective: str, names: Sequence[str]) -> frozenset[str]:
    """Those of `names` whose values begin a word of `objective`, so that a minus sign makes them look like options."""
    return frozenset(
        name
        for match in PLACEHOLDER.finditer(objective)
        if (name := resolve(match["name"], names)) and _WORD_BEGINS.search(objective[: match.start()])
    )


def with_equals_sign(objective: str, wanted: Collection[str], names: Sequence[str]) -> str:
    """`objective` with the values of the parameters `wanted` joined to their options: --shift=($shift), -s($shift)."""
    pieces, start = [], 0
    for match in PLACEHOLDER.finditer(objective):
        between = objective[start : match.start()]
        if resolve(match["name"], names) in wanted and (option := _OPTION.search(between)):
            joint = "" if len(option["option"]) == 2 else "="  # -s takes what follows at once
            between = f"{between[: option.end('option')]}{joint}{option['quote']}"
        pieces += [between, match[0]]
        start = match.end()
    return "".join([*pieces, objective[start:]])


def part_with(name: str) -> str:
    """An optional part with the option of a parameter that does not always exist."""
    return optional_parts.part_with(name, f"(${name})")


def with_option(objective: str, name: str, number: int, *, conditional: bool = False) -> str:
    """`objective` with the value of parameter `number` as an option of the program, --lr=($lr), unless it is there already."""
    names = [*(f"x_{index}" for index in range(number)), name]
    if number < 10**5 and name in used(objective, names):
        return objective
    option = f"($x_{number})"
    if re.fullmatch(NAME_PATTERN, name):
        option = part_with(name) if conditional else f"--{name}=(${name})"
    return f"{objective} {option}" if objective else option


def is_open(objective: str) -> bool:
    """Whether a quotation mark in `objective` has no partner, so that no shell can run it."""
    return _quotes_after(PLACEHOLDER.sub(" ", objective), "") != ""
