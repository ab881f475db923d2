"""The results that a run names, read from `NAME: value` lines: the last of each counts, and near misses are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from worker.agent.numbers import UnreadableError, read_number
from worker.agent.unusable import Unusable, quoted_line, unusable

LONGEST_LINE = 1 << 16  # what is longer is no line with a result
_LONGEST_QUOTED = 1000


class NamedLines:
    """What one stream says of the results `names`; `told` is called with each finite value of the first of them."""

    def __init__(self, names: Sequence[str], told: Callable[[float, float], None]) -> None:
        self.values: dict[str, float | Unusable] = {}
        self.near_misses: dict[str, str] = {}
        self.names, self._told = tuple(names), told
        self._names = {name.lower(): name for name in reversed(names)}
        any_name = b"|".join(re.escape(name.encode()) for name in sorted(names, key=len, reverse=True))
        self._line = re.compile(rb"\n[ \t]*(" + any_name + rb")[ \t]*:([^\n]*)(?=\n)")
        # A number soon behind the name, in whatever case: such a line was probably meant.
        self._near = re.compile(
            rb"(?<![A-Za-z0-9_./-])("
            + any_name
            + rb")(?![A-Za-z0-9_./-])[ \t]*(?:[:=]|\xef\xbc\x9a)?[ \t]*[-+]?\.?[0-9]",
            re.IGNORECASE,
        )

    def read(self, block: bytes, seconds: float) -> None:
        """Take in whole lines, between newlines, that were printed `seconds` after the start of the evaluation."""
        for match in self._line.finditer(block):
            self._value(match[1].decode(), match[2].decode("utf-8", "replace").strip(), seconds)
        if len(self.values) < len(self._names):
            for match in self._near.finditer(block):
                self._near_miss(match, block)

    def too_long(self, beginning: bytes) -> None:
        """A line of which nobody can tell what it says must not be passed over."""
        if match := self._line.match(b"\n" + beginning + b"\n"):
            self.values[match[1].decode()] = _too_long(match[1] + b":" + match[2])

    def _value(self, name: str, text: str, seconds: float) -> None:
        if len(text) > LONGEST_LINE:
            self.values[name] = _too_long(f"{name}: {text[:_LONGEST_QUOTED]}".encode())
            return
        try:
            number = read_number(text)
        except UnreadableError as error:
            self.values[name] = unusable(f"{name}: {text}", error)
            return
        self.values[name] = number
        if name == self.names[0]:
            self._told(number, seconds)

    def _near_miss(self, match: re.Match[bytes], block: bytes) -> None:
        start = block.rfind(b"\n", 0, match.start()) + 1
        line = (
            block[start : block.index(b"\n", match.start())][:_LONGEST_QUOTED]
            .decode("utf-8", "replace")
            .strip()
        )
        printed = match[1].decode()
        name = self._names[printed.lower()]
        if name in self.values:
            return
        after = block[match.end(1) : match.end()]
        if printed != name:
            hint = f"Should {printed} be {name}?"
        elif b":" in after:
            hint = f"Should {name} be on a line of its own, without text before it?"
        elif b"=" in after:
            hint = "Should there be a colon instead of the equals sign?"
        else:
            hint = "Is the colon missing, or not an ordinary one (:)?"
        self.near_misses[name] = f"It printed {quoted_line(line)}. {hint}"


def _too_long(line: bytes) -> Unusable:
    shown = quoted_line(line.decode("utf-8", "replace"))
    return Unusable(f"The line {shown} cannot be read, because it is too long.")


def of_both(out: NamedLines, err: NamedLines, name: str) -> float | Unusable:
    """What both streams say of one result; that of standard output where it says anything."""
    found = out.values.get(name, err.values.get(name))
    if found is not None:
        return found
    near_miss = out.near_misses.get(name) or err.near_misses.get(name, "")
    missing = f"The program printed no line such as {name}: 0.5"
    return Unusable(
        f"{missing}. {near_miss}" if near_miss else f"{missing}; the run needs one, on a line of its own."
    )
