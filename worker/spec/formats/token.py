"""The token of the command line: a whole config in URL-safe letters, which no shell can misread."""

from __future__ import annotations

import base64
import re
import zlib

from worker.spec.config_limits import RUN, Limits, TooMuchError
from worker.spec.formats import toml
from worker.spec.formats.input_limits import bounded, unreadable
from worker.spec.problem import Problem, UnreadableError
from worker.spec.run import Draft, ReadResult

_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
# How deflated data of any level starts, in base64.
_STARTS = ("eA", "eJ", "eN", "eF")
_SHORTEST = 16
_CUT_OFF = "Copy the whole command again; a terminal may cut off very long lines."


def encode(draft: Draft) -> str:
    """The token of `draft`: letters, digits, - and _ only."""
    return pack(toml.write(draft))


def pack(config: str) -> str:
    """The token of a config that `toml.write` has written."""
    return base64.urlsafe_b64encode(zlib.compress(config.encode(), 9)).decode().rstrip("=")


def looks_like_token(text: str) -> bool:
    """Whether `text` could be meant as a token rather than as the name of a file."""
    return len(text) >= _SHORTEST and text.startswith(_STARTS) and _TOKEN.fullmatch(text) is not None


def decode(text: str, limits: Limits = RUN) -> ReadResult:
    """Read a token. Raises UnreadableError where it is damaged, cut off or unpacks to too much."""
    text = bounded(text, limits).strip()
    if wrong := re.search(r"[^A-Za-z0-9_-]", text):
        raise unreadable(
            f"This is not a token: it contains a character (U+{ord(wrong[0]):04X}) that tokens cannot have.",
            _CUT_OFF,
        )
    if len(text) % 4 == 1:
        raise unreadable("This token is damaged: its length is wrong.", _CUT_OFF)
    packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed, limits.size + 1)
    except zlib.error as error:
        raise unreadable("This token is damaged: it cannot be unpacked.", _CUT_OFF) from error
    if len(content) > limits.size:
        message = f"This token holds more than {limits.size:,} bytes; {limits.config} may not have more."
        raise TooMuchError(Problem("", message, limits.instead))
    if not unpacker.eof or unpacker.unused_data:
        raise unreadable("This token is damaged: its end is missing or wrong.", _CUT_OFF)
    try:
        return toml.read(content.decode(), limits)
    except UnicodeDecodeError as error:
        raise unreadable("This token is damaged: it contains no text.", _CUT_OFF) from error
    except TooMuchError:
        raise
    except UnreadableError as error:
        raise unreadable(f"This token contains no config. {error}", _CUT_OFF) from error
