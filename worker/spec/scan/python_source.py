"""The options in a Python program's source, as argparse, click, typer, absl and fire make them: read as text, never run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from worker.spec.foreign.collected import NotCarriedError
from worker.spec.foreign.constants import NoConstantError, called, calls, constant, owner, text_in
from worker.spec.foreign.parameters import text as text_of
from worker.spec.scan.option import Interface, Option, OptionKind, kind_of_word, longest

_SWITCHES = ("store_true", "store_false", "BooleanOptionalAction", "count", "store_const", "version", "help")
_ABSL: Mapping[str, OptionKind] = {
    "DEFINE_float": "real",
    "DEFINE_integer": "integer",
    "DEFINE_string": "text",
    "DEFINE_bool": "switch",
    "DEFINE_boolean": "switch",
    "DEFINE_enum": "text",
}


def looks_like_one(text: str) -> bool:
    """Whether `text`, which is none of the formats of configs, could be the source of a program with options."""
    words = (".add_argument(", "@click.option(", "typer.", "DEFINE_", "fire.Fire(")
    return any(word in text for word in words)


def read(tree: ast.Module) -> Interface:
    """The options of a program, from its syntax tree, in the order of the text."""
    options: dict[str, Option] = {}
    needed: list[str] = []
    for node in calls(tree):
        kind = called(node)
        if kind == "add_argument" or (kind == "option" and owner(node) == "click"):
            flags = [flag for flag in map(text_in, node.args) if flag.startswith("-")]
            if flags:
                option = _of_keywords(longest([_positive(flag) for flag in flags]), node)
                options.setdefault(option.flag, option)
            elif kind == "add_argument" and (name := text_in(node.args[0]) if node.args else ""):
                needed.append(name)
        elif kind == "argument" and owner(node) == "click" and node.args:
            needed.append(text_in(node.args[0]))
        elif kind in _ABSL and len(node.args) > 1:
            option = _of_absl(kind, node)
            options.setdefault(option.flag, option)
    for function in _commands(tree):
        for option in _of_function(function, needed):
            options.setdefault(option.flag, option)
    return Interface(tuple(options.values()), needed=tuple(filter(None, needed)))


def _positive(flag: str) -> str:
    """The side of click's --flag/--no-flag that switches something on."""
    return flag.split("/")[0].strip()


def _of_keywords(flag: str, node: ast.Call) -> Option:
    """An option from the keywords that argparse and click take."""
    given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    kind: OptionKind = ""
    choices: tuple[str, ...] = _choices(given.get("choices"))
    low = high = None
    action = given.get("action")
    declared = given.get("type")
    if (
        (action is not None and _name(action) in _SWITCHES)
        or _is_true(given.get("is_flag"))
        or "/" in text_in(node.args[0])
    ):
        kind = "switch"
    elif isinstance(declared, ast.Call):
        kind = kind_of_word(called(declared).removesuffix("Range"))
        if called(declared) == "Choice" and declared.args:
            kind, choices = "text", _choices(declared.args[0])
        elif called(declared).endswith("Range"):
            low, high = _bounds(declared)
    elif declared is not None:
        kind = kind_of_word(_name(declared))
    return Option(flag, kind, _default(given.get("default")), choices, low, high)


def _of_absl(kind: str, node: ast.Call) -> Option:
    choices = _choices(node.args[2]) if kind == "DEFINE_enum" and len(node.args) > 2 else ()
    return Option(f"--{text_in(node.args[0])}", _ABSL[kind], _default(node.args[1]), choices)


def _commands(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The functions whose arguments are a program's options: those of typer, and the one that typer.run or fire.Fire runs."""
    run = {
        node.args[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (owner(node), called(node)) in (("typer", "run"), ("fire", "Fire"))
        and node.args
        and isinstance(node.args[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            commands = [part for part in node.decorator_list if isinstance(part, ast.Call)]
            of_typer = any(
                called(part) == "command" and owner(part) in ("app", "cli", "typer") for part in commands
            )
            of_click = any(owner(part) == "click" for part in commands)
            if node.name in run or (of_typer and not of_click):
                yield node


def _of_function(function: ast.FunctionDef, needed: list[str]) -> Iterator[Option]:
    """Its arguments with defaults as options; the others are words that the program needs."""
    arguments = [*function.args.args, *function.args.kwonlyargs]
    without = len(function.args.args) - len(function.args.defaults)
    defaults: Sequence[ast.expr | None] = [
        *[None] * without,
        *function.args.defaults,
        *function.args.kw_defaults,
    ]
    for argument, default in zip(arguments, defaults, strict=True):
        kind = kind_of_word(_name(argument.annotation)) if argument.annotation else ""
        flag = f"--{argument.arg.replace('_', '-')}"
        if isinstance(default, ast.Call) and called(default) == "Option":
            flags = [text_in(part) for part in default.args[1:] if text_in(part).startswith("-")]
            default = default.args[0] if default.args else None
            yield Option(longest(flags) if flags else flag, kind, _default(default))
        elif default is None or (isinstance(default, ast.Call) and called(default) == "Argument"):
            needed.append(argument.arg)
        else:
            yield Option(flag, kind, _default(default))


def _default(node: ast.expr | None) -> str | None:
    try:
        value = None if node is None else constant(node)
        return None if value is None or isinstance(value, (list, dict)) else text_of(value)
    except (NoConstantError, NotCarriedError):
        return None


def _choices(node: ast.expr | None) -> tuple[str, ...]:
    try:
        values = [] if node is None else constant(node)
        return tuple(text_of(value) for value in values) if isinstance(values, list) else ()
    except (NoConstantError, NotCarriedError):
        return ()


def _bounds(node: ast.Call) -> tuple[float | None, float | None]:
    """The bounds of click's IntRange(1, 8) and FloatRange(min=0, max=1)."""
    given = dict(zip(("min", "max"), node.args, strict=False)) | {
        word.arg: word.value for word in node.keywords if word.arg
    }
    numbers: list[float | None] = []
    for key in ("min", "max"):
        text = _default(given.get(key))
        numbers.append(float(text) if text is not None else None)
    return numbers[0], numbers[1]


def _name(node: ast.expr) -> str:
    """The word of a type or an action: float, "store_true", argparse.BooleanOptionalAction."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else text_in(node)


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
