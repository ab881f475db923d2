"""What people write where they mean a placeholder, such as ($x0), $LR, {lr} or %(lr)s, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

_NAME = r"[A-Za-z_][A-Za-z0-9_.-]*"
_POSITION = re.compile(r"x[_-]?(\d{1,5})", re.ASCII | re.IGNORECASE)
_POSITION_TYPED = re.compile(r"x_\d+", re.ASCII)
_BLANKS = r"[ \t]{0,3}"
# With groups for the name; of several that match at one place the first counts.
_FORMS = re.compile(
    "|".join(
        form.replace("NAME", f"({_NAME})").replace("~", _BLANKS)
        for form in (
            r"\{\{~\$?NAME~\}\}",
            r"\(~\$~\{?~NAME~\}?~\)",
            r"\(\$NAME",
            r"\$\(~NAME~\)",
            r"[$#%@]?\{~\$?NAME~\}",
            r"\$\[~NAME~\]",
            r"%\(NAME\)[sdfgeri]?",
            r"%NAME%",
            r"@NAME@",
            r"<~\$?NAME~>",
            r"\$NAME",
            r"\(~NAME~\)",
        )
    ),
    re.ASCII,
)


class Guesses:
    """What words can stand for, where the parameters are called `names`."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._name_set = frozenset(names)
        self._alike: dict[str, set[str]] = {}
        for name in names:
            self._alike.setdefault(_plain(name), set()).add(name)

    def meant(self, word: str) -> str:
        """The name of the one parameter that `word` can mean: x0, LR, learning-rate for learning_rate; "" for none."""
        if word in self._name_set:
            return word
        if (position := _POSITION.fullmatch(word)) and int(position[1]) < len(self._names):
            return self._names[int(position[1])]
        alike = self._alike.get(_plain(word), set())
        return next(iter(alike)) if len(alike) == 1 else ""

    def placeholder(self, word: str) -> str:
        """The placeholder to write in place of `word`, by number where that has one; "" where it can mean nothing."""
        name = self.meant(word)
        by_number = name and word != name and (position := _POSITION.fullmatch(word))
        return f"($x_{int(position[1])})" if by_number and position else f"(${name})" if name else ""


def _plain(name: str) -> str:
    return re.sub(r"[_.-]", "", name).lower()


def near_misses(objective: str, guesses: Guesses, missing: Collection[str]) -> Iterator[tuple[str, str]]:
    """What `objective`, without its placeholders, has in place of further ones, each once: as written, and the word in it.

    missing: the parameters that do not occur in it. A word is taken for one of these only, since it may well be a
    variable of the shell or belong to awk; $x_0 is hardly ever anything else than a placeholder.
    """
    yielded: set[str] = set()
    for match in _FORMS.finditer(objective):
        word = next(group for group in match.groups() if group is not None)
        written = match[0]
        if not guesses.meant(word) and (shorter := re.match(r"\w+", word, re.ASCII)) and shorter[0] != word:
            # In $lr-decayed, the shell's variable is lr.
            word, written = shorter[0], written.partition(shorter[0])[0] + shorter[0]
        certain = "$" in written and _POSITION_TYPED.fullmatch(word)
        if (certain or guesses.meant(word) in missing) and written not in yielded:
            yielded.add(written)
            yield written, word
