"""What is wrong with the placeholders of an objective program, and what would solve it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from worker.spec import near_misses, optional_parts
from worker.spec.parameters import NAME_PATTERN
from worker.spec.placeholders import (
    PATH_PLACEHOLDERS,
    PLACEHOLDER,
    POSITION,
    is_open,
    part_with,
    resolve,
    unused,
    used,
    with_option,
)
from worker.spec.problem import MOST_LISTED, Fix, Problem, did_you_mean, listed
from worker.spec.text import quoted, shown

# What word processors make of quotation marks and of the dashes of options.
_TYPOGRAPHIC = re.compile("[“”„‘’‚]|(?<=\\s)[–—]")
_MOST_ADDED = 20  # parameters by one button
_LONGEST_FIXED = 1000  # letters of a program that is written anew for each of many problems
_MOST_UNUSED = 3  # with a warning each; more are one warning, under which the form can still be seen


def problems(objective: str, names: Sequence[str], conditional: Sequence[str] = ()) -> Iterator[Problem]:
    """What is wrong with the placeholders of `objective`. conditional: those of the names that do not always exist.

    Undefined and ambiguous ones are errors; parameters that are not used, and what only looks like a placeholder,
    are warnings. `names` may have wrong ones among them, about which nothing is said here.
    """
    guesses = near_misses.Guesses(names)
    undefined: dict[str, str] = {}
    name_set = frozenset(names)
    for match in PLACEHOLDER.finditer(objective):
        if resolve(match["name"], names, name_set) is None and match["name"] not in PATH_PLACEHOLDERS:
            undefined.setdefault(match["name"], match[0])
    for word, written in list(undefined.items())[:MOST_LISTED]:
        message = f"The placeholder {shown(written)} does not stand for a parameter."
        placeholder = guesses.placeholder(word)
        hint = f"Write {placeholder}." if placeholder else _undefined_hint(word, names)
        yield Problem(
            "run.objective", message, hint, fixes=_undefined_fixes(objective, written, placeholder, undefined)
        )
    missing = [name for name in dict.fromkeys(unused(objective, names)) if re.fullmatch(NAME_PATTERN, name)]
    instead = dict(near_misses.near_misses(PLACEHOLDER.sub(" ", objective), guesses, frozenset(missing)))
    yield from _nearly(objective, instead, guesses)
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
        yield Problem("run.objective", complaint, f"Write for example {part_with(conditional[0])}.")
        return
    always = optional_parts.outside(objective)
    for name in dict.fromkeys(name for name in used(always, names) if name in conditional):
        yield Problem(
            "run.objective",
            f"The parameter {quoted(name)} does not always exist, but the command always has its value.",
            f"Put what is to be left out without it between [? and ?]: {part_with(name)}.",
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
    names = tuple(name for name in undefined if not POSITION.fullmatch(name))
    if not names or len(names) > _MOST_ADDED:
        return ()
    label = "Add this parameter" if len(names) == 1 else f"Add these {len(names)} parameters"
    return (Fix(label, adds=names),)


def _unused_problems(
    objective: str, unused_names: Sequence[str], names: Sequence[str], conditional: Sequence[str]
) -> Iterator[Problem]:
    where = [
        part_with(shown(name)) if name in conditional else f"($x_{names.index(name)}) or (${shown(name)})"
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
    if POSITION.fullmatch(word) and names:
        return f"The last one is ($x_{len(names) - 1}); the first one is ($x_0)."
    usable = [name for name in names if re.fullmatch(NAME_PATTERN, name)]
    return did_you_mean(word, usable) if usable else "Add a parameter, or remove the placeholder."


def _nearly(objective: str, instead: Mapping[str, str], guesses: near_misses.Guesses) -> Iterator[Problem]:
    """A warning for each of the near misses, but for <name>, which is a problem of its own."""
    for written, word in list(instead.items())[:MOST_LISTED]:
        if not written.startswith("<"):
            placeholder = guesses.placeholder(word)
            yield Problem(
                "run.objective",
                f"{shown(written)} is not replaced by a value, because it is not a placeholder.",
                f"Write {placeholder or f'(${word})'}.",
                "warning",
                fixes=_replacing(objective, written, placeholder),
            )


def _replacing(objective: str, written: str, placeholder: str) -> tuple[Fix, ...]:
    """What writes a placeholder where a near miss stands, but not where that is a part of something longer."""
    if not placeholder or len(objective) > _LONGEST_FIXED:
        return ()
    end = r"(?!\w)" if re.match(r"\w", written[-1], re.ASCII) else ""
    near = re.compile(rf"{PLACEHOLDER.pattern}|(?<![$#%@{{(\[])(?P<near>{re.escape(written)}){end}", re.ASCII)
    fixed = near.sub(lambda match: placeholder if match["near"] else match[0], objective)
    return (Fix(f"Write {placeholder}", (("run.objective", fixed),)),) if fixed != objective else ()


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
        position = POSITION.fullmatch(name)
        if position and name != f"x_{index}" and int(position[1][:6]) < len(names):
            yield Problem(
                f"parameters.{index}.name",
                f"The placeholder (${name}) could mean this parameter or parameter {int(position[1]) + 1}.",
                "Choose another name.",
            )
