"""YAML as other tools' configs are written in it, read without its traps."""

from __future__ import annotations

import re

from worker.spec.formats.input_limits import unreadable
from worker.spec.problem import Problem, UnreadableError
from worker.spec.text import visible

_LONGEST = 100_000  # characters; a sweep has some hundreds
_FIRST_KEY = re.compile(
    r"\A(?:[ \t]{0,99}(?:#[^\n]*|---[^\n]*)?\n){0,999}[\"']?[A-Za-z_][\w .-]{0,99}[\"']?[ \t]{0,9}:(?:[ \t]|\n|\Z)"
)
# What makes one value of another, of which a few lines can make more than a computer's memory holds.
_ALIAS = re.compile(r"(?:^|[\s\[{,:-])\*[A-Za-z0-9_-]+[ \t]*(?=$|[\n,\]}])", re.MULTILINE)


def looks_like_one(text: str) -> bool:
    """Whether `text` begins as a table of YAML does; a TOML file never has a colon there."""
    return _FIRST_KEY.match(text) is not None


def parse(text: str) -> object:
    """The document. Raises UnreadableError where it is no YAML, too long, or PyYAML is not installed."""
    if len(text) > _LONGEST:
        raise unreadable(
            f"This YAML is {len(text):,} characters long; at most {_LONGEST:,} are read.", "Shorten it."
        )
    if _ALIAS.search(text):
        raise unreadable("This YAML has aliases (*name), which are not read.", "Write the values out.")
    try:
        import yaml  # an extra, which only those need who come from tools that write it
    except ImportError as error:
        missing = Problem("", "Reading YAML needs PyYAML, which is not installed.", "The page can read it.")
        raise UnreadableError([missing], needs="yaml") from error
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        first = str(error).replace("\n", " ")
        raise unreadable(f"This is not valid YAML: {visible(first)}.", "Correct that place.") from error
    except (RecursionError, ValueError) as error:
        raise unreadable(
            "This YAML is nested too deeply, or has an impossible date.", "Correct that place."
        ) from error
