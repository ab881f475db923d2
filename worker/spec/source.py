"""Any text that holds a config, whatever its format: TOML, config.ini, config.json, a link of the page, a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from worker.spec import original, token, toml, url
from worker.spec.fields import BY_QUERY
from worker.spec.reading import bounded, unreadable
from worker.spec.run import Draft, ReadResult

# The formats that a draft can be written in, by the name that `omniopt config --to` knows.
WRITERS: Mapping[str, Callable[[Draft], str]] = {
    "toml": toml.write,
    "ini": original.write_ini,
    "json": original.write_json,
}
_INI_SECTION = re.compile(r"^[ \t]*\[[ \t]*(data|dimensions)[ \t]*\]", re.IGNORECASE | re.MULTILINE)
_LINK = re.compile(r"https?://|[?/]", re.IGNORECASE)
# How the page's command for the first time begins, and what stands before the token in the others.
_COMMAND = re.compile(r"sh -c '.* omniopt |.*(?:-I -m worker|omniopt) start ")
_QUERY_KEY = re.compile(r"(param_\d+_\w+|mu_\d+|maxevalserror|" + "|".join([*BY_QUERY, url.COUNT]) + r")=")


def read_any(text: str) -> ReadResult:
    """Read `text` as what it looks like. Raises UnreadableError where it is none of the formats."""
    text = bounded(text)
    word = text.strip()
    if not word:
        raise unreadable("This is empty.", "Give a config, a link of the page, or a token.")
    if word.startswith("{"):
        return original.read_json(text)
    if "\n" not in word and _COMMAND.match(word):
        return _read_command(word)
    if looks_like_link(word):
        return url.read(query_of(word))
    if token.looks_like_token(word):
        return token.decode(word)
    if _INI_SECTION.search(text):
        return original.read_ini(text)
    return toml.read(text)


def _read_command(line: str) -> ReadResult:
    for word in line.split():
        if token.looks_like_token(word):
            return token.decode(word)
    raise unreadable("This command has no config in it.", "Give the config file that it names.")


def looks_like_link(text: str) -> bool:
    """Whether `text` could be meant as a link of the page or as its query string."""
    if "\n" in text:
        return False
    return _QUERY_KEY.match(text) is not None or (_LINK.match(text) is not None and "?" in text)


def query_of(link: str) -> str:
    """The query string of a link, or of what is one already."""
    if _LINK.match(link):
        link = link.partition("?")[2]
    return link.partition("#")[0]
