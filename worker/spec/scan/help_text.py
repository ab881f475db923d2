"""The text that programs print for --help: of argparse, click, typer, optparse of Python and R, and lines like theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from worker.spec.scan.option import Interface, Option, OptionKind, kind_of_word, longest

_USAGE = re.compile(r"^[ \t]*usage:[ \t]*(.*(?:\n[ \t]+(?!-)\S.*)*)", re.IGNORECASE | re.MULTILINE)
_BOX = re.compile(r"[│┃|╭╰╮╯─━*]+(?=\s|$)|(?<=\s)[│┃]")
_FLAG = re.compile(r"(?<![\w-])--?[A-Za-z][\w.-]*")
_LISTED = re.compile(r"[{\[(<]([^{}\[\]()<>]*[,|][^{}\[\]()<>]*)[}\])>]")
_DEFAULT = re.compile(
    r"[\[(](?:[^\])]*?[;,] *)?defaults?(?: value)?(?: is| to|:| =|=)? *['\"]?([^\s;,\])'\"]+)|"
    r"\bdefaults?(?: value)?(?: is| to|:| =|=) *['\"]?([^\s;,\])'\"]+)",
    re.IGNORECASE,
)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_BOUNDS = re.compile(rf"({_NUMBER})\s*<=?\s*x(?:\s*<=?\s*({_NUMBER}))?")
_METAVAR = re.compile(r"[A-Z][A-Z0-9_]*(?: RANGE)?|<[^>]+>|\{[^}]+\}|\[[^\]]+\]")
_HEAD = re.compile(rf"(?:--?[A-Za-z][\w.-]*(?:[ =](?:{_METAVAR.pattern})(?=[\s,]|$))?(?:,? ?(?=-)|))+")
# More is no help that a person wrote; the patterns above take the square of it.
_MOST_LINES, _LONGEST_LINE, _LONGEST_PURPOSE, _LONGEST_USAGE = 5_000, 1_000, 400, 5_000


def looks_like_one(text: str) -> bool:
    """Whether `text` could be the help of a program."""
    return _USAGE.search(text) is not None or (
        re.search(r"^[ \t│]*(?:options|optional arguments):", text, re.IGNORECASE | re.MULTILINE) is not None
        and _FLAG.search(text) is not None
    )


def read(text: str) -> Interface:
    """The options that a help text lists; where it lists none, those of its usage line."""
    usage = _USAGE.search(text)
    line = " ".join(usage[1].split())[:_LONGEST_USAGE] if usage else ""
    options: dict[str, Option] = {}
    for head, description in _entries(text):
        if option := _option(head, description):
            options.setdefault(option.flag, option)
    for option in _usage_options(line):
        options.setdefault(option.flag, option)
    known = tuple(option for option in options.values() if option.flag not in ("--help", "-h", "--version"))
    return Interface(known, _program(line), _needed(line))


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """How each option is written, and what is said of it, which may go on for lines."""
    head, description = "", ""
    for line in text.split("\n")[:_MOST_LINES]:
        words = _BOX.sub(" ", line[:_LONGEST_LINE]).strip()
        if words.startswith("-") and _FLAG.match(words):
            if head:
                yield head, description
            pieces = re.split(r"\s{2,}|\t", words)
            head, description = pieces[0], " ".join(pieces[1:])
            if len(pieces) == 1 and (written := _HEAD.match(words)):
                head, description = written[0], words[written.end() :]
            elif len(pieces) > 1 and _METAVAR.fullmatch(pieces[1]):
                head, description = f"{head} {pieces[1]}", " ".join(pieces[2:])
        elif head and words and line[:1] in (" ", "\t", "│"):
            description = f"{description} {words}"[:_LONGEST_PURPOSE]
        elif head:
            yield head, description
            head = ""
    if head:
        yield head, description


def _option(head: str, description: str) -> Option | None:
    """An option from how it is written, such as "-l LR, --lr LR" or "--opt {adam,sgd}"."""
    flags = _FLAG.findall(head)
    if not flags:
        return None
    rest = _FLAG.sub(" ", head).replace(",", " , ") if not _LISTED.search(head) else head
    listed = _LISTED.search(rest)
    default = _DEFAULT.search(description)
    bounds = _BOUNDS.search(f"{rest} {description}")
    choices = tuple(word.strip(" '\"") for word in re.split(r"[,|]", listed[1])) if listed else ()
    return Option(
        flag=longest(flags),
        kind=_kind(rest, bool(listed)),
        default=(default[1] or default[2]).rstrip(".") if default else None,
        choices=tuple(choice for choice in choices if choice),
        low=float(bounds[1]) if bounds else None,
        high=float(bounds[2]) if bounds and bounds[2] else None,
    )


def _kind(rest: str, has_choices: bool) -> OptionKind:
    """By the word behind the flag; without one, the option is a switch."""
    words = [word.strip("=[]<>,/") for word in rest.replace("=", " ").split()]
    words = [word for word in words if word and not word.startswith("-")]
    if has_choices:
        return "text"
    if not words:
        return "switch"
    return kind_of_word(words[0])


def _usage_options(line: str) -> Iterator[Option]:
    """Options in a usage line: [--lr LR], [-n <int>], --tol=TOL."""
    for match in re.finditer(
        r"(?<![\w-])(--?[A-Za-z][\w-]*)(?:[ =](<[^>]+>|\{[^}]+\}|[A-Z][A-Z0-9_]*)|(?=[\s\]]))", line
    ):
        if option := _option(f"{match[1]} {match[2] or ''}".strip(), ""):
            yield option


def _program(line: str) -> str:
    """How a usage line calls the program, with what runs it."""
    words: list[str] = []
    for word in line.split():
        if word.startswith(("-", "[", "<", "{", "(")) or (words and word.isupper()):
            break
        words.append(word)
    program = " ".join(words[:3] if words[:1] in (["python"], ["python3"], ["Rscript"]) else words[:1])
    if program.endswith(".py") and " " not in program:
        return f"python3 {program}"
    return f"Rscript {program}" if program.endswith((".R", ".r")) and " " not in program else program


def _needed(line: str) -> tuple[str, ...]:
    """What stands in a usage line without brackets and without a flag, behind the program."""
    bare = re.sub(r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]", " ", line)
    bare = re.sub(r"--?[A-Za-z][\w-]*[ =](?:<[^>]+>|\{[^}]+\}|[A-Z][A-Z0-9_]*)", " ", bare)
    words = bare.split()
    used = len(_program(line).removeprefix("python3 ").removeprefix("Rscript ").split()) or 1
    return tuple(word for word in words[used:] if not word.startswith("-") and word != "...")
