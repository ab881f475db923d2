"""Placeholders of an objective program, ($x_0), ($name) and int($x_0), and the command that a trial runs."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from worker.spec import near_misses, optional_parts
from worker.spec.notation import NUMBER_FORMATS, value_text
from worker.spec.parameters import NAME_PATTERN, Parameter, Value
from worker.spec.problem import MOST_LISTED, Fix, Problem, did_you_mean, listed
from worker.spec.text import quoted, shown

_PLACEHOLDER = re.compile(r"(?P<int>\bint)?\(\$(?P<name>[A-Za-z0-9_.-]+)\)")
# What stands before a value that is a word of its own, and before one that belongs to an option.
_WORD_BEGINS = re.compile(r"(?:^|[ \t]|\[\?)[\"']?$")
_OPTION = re.compile(r"(?:^|[ \t]|\[\?)(?P<option>--?[A-Za-z][A-Za-z0-9_.-]*)[ \t]+(?P<quote>[\"']?)$")
_POSITION = re.compile(r"x_(\d+)", re.ASCII)
# What word processors make of quotation marks and of the dashes of options.
_TYPOGRAPHIC = re.compile("[“”„‘’‚]|(?<=\\s)[–—]")
_MOST_ADDED = 20  # parameters by one button
_LONGEST_FIXED = 1000  # letters of a program that is written anew for each of many problems
_MOST_UNUSED = 3  # with a warning each; more are one warning, under which the form can still be seen
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
    for match in _PLACEHOLDER.finditer(objective):
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
    name = _resolve(match["name"], names)
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


def _resolve(placeholder: str, names: Sequence[str], name_set: Collection[str] = ()) -> str | None:
    """The parameter that a placeholder stands for; name_set: the set of `names`, where many are looked up."""
    if placeholder in (name_set or names):
        return placeholder
    position = _POSITION.fullmatch(placeholder)
    if position and len(position[1]) < 6 and int(position[1]) < len(names):
        return names[int(position[1])]
    return None


def with_holes(objective: str, hole: str) -> str:
    """`objective` with `hole` for every placeholder, for looking at what does not depend on them."""
    return _PLACEHOLDER.sub(hole, objective)


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
    found = (_resolve(match["name"], names) for match in _PLACEHOLDER.finditer(text))
    return [name for name in found if name is not None]


def unused(objective: str, names: Sequence[str]) -> list[str]:
    """Those of `names` whose values `objective` does not hold, so that the program finds them elsewhere, if at all."""
    name_set = frozenset(names)
    used = {_resolve(match["name"], names, name_set) for match in _PLACEHOLDER.finditer(objective)}
    return [name for name in names if name not in used]


def as_words(objective: str, names: Sequence[str]) -> frozenset[str]:
    """Those of `names` whose values begin a word of `objective`, so that a minus sign makes them look like options."""
    return frozenset(
        name
        for match in _PLACEHOLDER.finditer(objective)
        if (name := _resolve(match["name"], names)) and _WORD_BEGINS.search(objective[: match.start()])
    )


def with_equals_sign(objective: str, wanted: Collection[str], names: Sequence[str]) -> str:
    """`objective` with the values of the parameters `wanted` joined to their options: --shift=($shift), -s($shift)."""
    pieces, start = [], 0
    for match in _PLACEHOLDER.finditer(objective):
        between = objective[start : match.start()]
        if _resolve(match["name"], names) in wanted and (option := _OPTION.search(between)):
            joint = "" if len(option["option"]) == 2 else "="  # -s takes what follows at once
            between = f"{between[: option.end('option')]}{joint}{option['quote']}"
        pieces += [between, match[0]]
        start = match.end()
    return "".join([*pieces, objective[start:]])


def problems(objective: str, names: Sequence[str], conditional: Sequence[str] = ()) -> Iterator[Problem]:
    """What is wrong with the placeholders of `objective`. conditional: those of the names that do not always exist.

    Undefined and ambiguous ones are errors; parameters that are not used, and what only looks like a placeholder,
    are warnings. `names` may have wrong ones among them, about which nothing is said here.
    """
    guesses = near_misses.Guesses(names)
    undefined: dict[str, str] = {}
    name_set = frozenset(names)
    for match in _PLACEHOLDER.finditer(objective):
        if _resolve(match["name"], names, name_set) is None and match["name"] not in PATH_PLACEHOLDERS:
            undefined.setdefault(match["name"], match[0])
    for word, written in list(undefined.items())[:MOST_LISTED]:
        message = f"The placeholder {shown(written)} does not stand for a parameter."
        placeholder = guesses.placeholder(word)
        hint = f"Write {placeholder}." if placeholder else _undefined_hint(word, names)
        yield Problem(
            "run.objective", message, hint, fixes=_undefined_fixes(objective, written, placeholder, undefined)
        )
    missing = [name for name in dict.fromkeys(unused(objective, names)) if re.fullmatch(NAME_PATTERN, name)]
    instead = dict(near_misses.near_misses(_PLACEHOLDER.sub(" ", objective), guesses, frozenset(missing)))
    yield from _nearly(instead, guesses)
    yield from _shell_problems(objective)
    yield from _ambiguous(names)
    explained = {guesses.meant(word) for word in (*instead.values(), *undefined)}
    yield from _unused_problems(
        objective, [name for name in missing if name not in explained], names, conditional
    )
    if conditional:
        yield from _part_problems(objective, names, conditional)


def _part_problems(objective: str, names: Sequence[str], conditional: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the parts that are left out where a parameter does not exist."""
    if complaint := next(optional_parts.complaints(objective), ""):
        yield Problem("run.objective", complaint, f"Write for example {_part_with(conditional[0])}.")
        return
    always = optional_parts.outside(objective)
    for name in dict.fromkeys(name for name in used(always, names) if name in conditional):
        yield Problem(
            "run.objective",
            f"The parameter {quoted(name)} does not always exist, but the command always has its value.",
            f"Put what is to be left out without it between [? and ?]: {_part_with(name)}.",
        )
    for part in optional_parts.parts(objective):
        if is_open(part):
            message = f"The optional part {shown(f'[?{part}?]')} has an unmatched quotation mark."
            yield Problem("run.objective", message, "Put both marks inside of it, or both outside.")
        elif not set(used(part, names)) & set(conditional):
            message = f"The optional part {shown(f'[?{part}?]')} is never left out: no parameter in it has a condition."
            yield Problem(
                "run.objective", message, "Remove the marks, or put a placeholder inside.", "warning"
            )


def _part_with(name: str) -> str:
    return optional_parts.part_with(name, f"(${name})")


def _undefined_fixes(
    objective: str, written: str, placeholder: str, undefined: Collection[str]
) -> tuple[Fix, ...]:
    """What would make an undefined placeholder stand for something: another spelling, or parameters for all of them."""
    if placeholder:
        return (
            ()
            if len(objective) > _LONGEST_FIXED
            else (Fix(f"Write {placeholder}", (("run.objective", objective.replace(written, placeholder)),)),)
        )
    names = tuple(name for name in undefined if not _POSITION.fullmatch(name))
    if not names or len(names) > _MOST_ADDED:
        return ()
    label = "Add this parameter" if len(names) == 1 else f"Add these {len(names)} parameters"
    return (Fix(label, adds=names),)


def _unused_problems(
    objective: str, unused_names: Sequence[str], names: Sequence[str], conditional: Sequence[str]
) -> Iterator[Problem]:
    where = [
        _part_with(shown(name)) if name in conditional else f"($x_{names.index(name)}) or (${shown(name)})"
        for name in unused_names[:_MOST_UNUSED]
    ]
    if len(unused_names) > _MOST_UNUSED:
        yield Problem(
            "run.objective",
            f"{len(unused_names)} parameters do not occur in the objective program: {listed(list(map(shown, unused_names)))}.",
            f"Write {where[0]} where the value of the first one belongs, and likewise for the others.",
            "warning",
            fixes=_insert(objective, unused_names, names, conditional),
        )
        return
    for name, placeholder in zip(unused_names, where, strict=True):
        yield Problem(
            "run.objective",
            f"The parameter {quoted(name)} does not occur in the objective program.",
            f"Write {placeholder} where its value belongs.",
            "warning",
            fixes=_insert(objective, [name], names, conditional),
        )


def _insert(
    objective: str, unused_names: Sequence[str], names: Sequence[str], conditional: Sequence[str]
) -> tuple[Fix, ...]:
    """What writes options for some of the parameters behind the objective program."""
    if len(objective) > _LONGEST_FIXED:
        return ()
    for name in unused_names:
        objective = with_option(objective, name, names.index(name), conditional=name in conditional)
    label = "Insert it" if len(unused_names) == 1 else "Insert them"
    return (Fix(label, (("run.objective", objective),)),)


def _undefined_hint(word: str, names: Sequence[str]) -> str:
    if _POSITION.fullmatch(word) and names:
        return f"The last one is ($x_{len(names) - 1}); the first one is ($x_0)."
    usable = [name for name in names if re.fullmatch(NAME_PATTERN, name)]
    return did_you_mean(word, usable) if usable else "Add a parameter, or remove the placeholder."


def _nearly(instead: Mapping[str, str], guesses: near_misses.Guesses) -> Iterator[Problem]:
    """A warning for each of the near misses, but for <name>, which is a problem of its own."""
    for written, word in list(instead.items())[:MOST_LISTED]:
        if not written.startswith("<"):
            yield Problem(
                "run.objective",
                f"{shown(written)} is not replaced by a value, because it is not a placeholder.",
                f"Write {guesses.placeholder(word) or f'(${word})'}.",
                "warning",
            )


def with_option(objective: str, name: str, number: int, *, conditional: bool = False) -> str:
    """`objective` with the value of parameter `number` as an option of the program, --lr=($lr), unless it is there already."""
    names = [*(f"x_{index}" for index in range(number)), name]
    if number < 10**5 and name in used(objective, names):
        return objective
    option = f"($x_{number})"
    if re.fullmatch(NAME_PATTERN, name):
        option = _part_with(name) if conditional else f"--{name}=(${name})"
    return f"{objective} {option}" if objective else option


def is_open(objective: str) -> bool:
    """Whether a quotation mark in `objective` has no partner, so that no shell can run it."""
    return _quotes_after(_PLACEHOLDER.sub(" ", objective), "") != ""


def _shell_problems(objective: str) -> Iterator[Problem]:
    if is_open(objective):
        message = "The objective program has an unmatched quotation mark."
        yield Problem("run.objective", message, "Close it.", "warning")
    if match := _TYPOGRAPHIC.search(objective):
        yield Problem(
            "run.objective",
            f"{match[0]} is a character that word processors write; to a shell it has no special meaning.",
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
