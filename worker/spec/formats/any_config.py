"""Any text that holds a config, whatever its format: TOML, config.ini, config.json, a link of the page, a command, others' spaces."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from worker.spec.config_limits import RUN, Limits
from worker.spec.fields import BY_QUERY
from worker.spec.foreign import any_space, omniopt2
from worker.spec.formats import (
    link,
    original,
    original_command,
    original_meaning,
    original_writer,
    token,
    toml,
    url,
)
from worker.spec.formats.input_limits import bounded, unreadable
from worker.spec.formats.original_meaning import ORIGINAL_PARTITIONS, Partitions
from worker.spec.problem import UnreadableError
from worker.spec.run import Draft, ReadResult

# The formats that a draft can be written in, by the name that `omniopt config --to` knows.
WRITERS: Mapping[str, Callable[[Draft], str]] = {
    "toml": toml.write,
    "ini": original_writer.write_ini,
    "json": original_writer.write_json,
}
_INI_SECTION = re.compile(r"^[ \t]*\[[ \t]*(data|dimensions)[ \t]*\]", re.IGNORECASE | re.MULTILINE)
_LINK = re.compile(r"https?://|[?/]", re.IGNORECASE)
# How the page's commands for the first time begin, and what stands before the token in the others.
_COMMAND = re.compile(r"sh -c '(?:s=`curl |.* omniopt )|.*(?:-I -m worker|omniopt) start ")
_QUERY_KEY = re.compile(
    r"(param_\d+_?[a-z]\w+|mu_\d+|maxevalserror|" + "|".join([*BY_QUERY, url.COUNT]) + r")="
)


def read_any(text: str, partitions: Partitions = ORIGINAL_PARTITIONS, limits: Limits = RUN) -> ReadResult:
    """Read `text` as what it looks like, and as it was meant. Raises UnreadableError where it is none of the formats.

    partitions: what is known of those that a link may name. limits: of which the text must not have more.
    """
    text = bounded(text, limits)
    word = text.strip()
    if not word:
        raise unreadable("This is empty.", "Give a config, a link from the page, or a token.")
    if word.startswith("{"):
        return _read_braces(text, limits)
    if packed := link.token_of(word):
        return token.decode(packed, limits)
    if looks_like_link(word):
        return original_meaning.of_link(url.read(query_of(word), limits), partitions)
    if looks_like_command(word):
        return _read_command(word, limits)
    if token.looks_like_token(word):
        return token.decode(word, limits)
    if _INI_SECTION.search(text):
        return original.read_ini(text, limits=limits)
    return _read_toml(text, limits)


def _read_braces(text: str, limits: Limits) -> ReadResult:
    """A config.json of the original, or another tool's JSON, or a table of Python with its space."""
    try:
        foreign = any_space.of_document(json.loads(text), limits)
    except (ValueError, RecursionError):
        foreign = any_space.of_text(text, limits)
    return foreign or original.read_json(text, limits=limits)


def _read_toml(text: str, limits: Limits) -> ReadResult:
    """A config of ours, or whatever of others is no TOML."""
    try:
        document = toml.parse(text, limits)
    except UnreadableError:
        if foreign := any_space.of_text(text, limits):
            return foreign
        raise
    return any_space.of_document(document, limits) or toml.of_document(document, limits)


def looks_like_command(text: str) -> bool:
    """Whether `text` could be meant as a command that this page, the original's or OmniOpt2's gave."""
    return (
        original_command.looks_like_one(text)
        or omniopt2.looks_like_command(text)
        or ("\n" not in text and _COMMAND.match(text.strip()) is not None)
    )


def _read_command(line: str, limits: Limits) -> ReadResult:
    if original_command.looks_like_one(line):
        return original_command.read(line, limits)
    if omniopt2.looks_like_command(line):
        return omniopt2.read_command(line, limits)
    for word in line.split():
        if token.looks_like_token(word):
            return token.decode(word, limits)
    raise unreadable("This command contains no config.", "Give the config file that it names.")


def looks_like_link(text: str) -> bool:
    """Whether `text` could be meant as a link of the page or as its query string."""
    if "\n" in text:
        return False
    if _QUERY_KEY.match(text) or link.token_of(text):
        return True
    return _LINK.match(text) is not None and "?" in text


def query_of(text: str) -> str:
    """The query string of a link, or of what is one already."""
    if _LINK.match(text):
        text = text.partition("?")[2]
    return text.partition("#")[0]
