"""What an evaluation printed: its RESULT, the other `name: number` columns, and near misses of both."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from worker.agent.named_lines import LONGEST_LINE, NamedLines, of_both
from worker.agent.numbers import UnderflowError, UnreadableError, read_number
from worker.agent.unusable import Unusable, quoted_line, unusable
from worker.spec.goals import COLUMN_NAME, RESULT
from worker.store.log_text import ANSI
from worker.trial import MOST_OUTPUTS

MAX_CURVE = 10_000
MAX_FRESH = 64  # newest values that are kept for whoever tells of them while the program runs
_WIDE_RESULT = b"R\0E\0S\0U\0L\0T"  # either byte order

# Looks for "\n", which is faster than ^ in a large block.
_COLUMN = re.compile(
    rb"\n[ \t]*(" + COLUMN_NAME.encode() + rb")[ \t]*:[ \t]*"
    rb"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?i:nan|inf|infinity))[ \t]*(?=\n)"
)
# A number alone is a column, as it always was.
_INFEASIBLE = re.compile(
    rb"\n[ \t]*INFEASIBLE[ \t]*:"
    rb"(?![ \t]*(?:[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?|[+-]?(?i:nan|inf|infinity))[ \t]*\n)([^\n]*)(?=\n)"
)
_RESULT = re.compile(r"RESULT([0-9]{0,4})\s*:\s*(.*)")

# Lines that were probably meant to be a RESULT line; of the first form that matches, people are asked.
_NEAR_MISSES = (
    (r"RESULT[0-9]*\s*[：∶].*", "Should the colon be an ordinary one (:)?"),
    (r"RESULT[0-9]*\s*=.*", "Should there be a colon instead of the equals sign?"),
    (r"RESULT[0-9]*\s+[-+.0-9].*", "Is the colon missing?"),
    (r"(?i)result[0-9]*\s*:\s*[-+.0-9].*", "Should RESULT be in upper case?"),
    (r"(?i)result[0-9]*\s*=?\s*[-+.0-9].*", "Should RESULT be in upper case, with a colon?"),
    (r".*RESULT[0-9]*\s*:.*", "Should RESULT be on a line of its own, without text before it?"),
    (r"(?i)\W*(final |the )?results?\b.*[0-9].*", "Should it be RESULT: and the number?"),
)


@dataclass(frozen=True)
class Reading:
    """What was understood. loss: may be nan or inf; None where there is none. complaint: why there is no result that counts, "" where there is.

    beyond: a named result that is nan or inf, with its name. underflow: there is none because it is a number that is too close to 0. infeasible: what the last INFEASIBLE line says,
    None where there is none.
    """

    loss: float | None
    complaint: str
    outputs: dict[str, float] = field(default_factory=dict)
    curve: tuple[tuple[float, float], ...] = ()
    beyond: tuple[str, float] | None = None
    underflow: bool = False
    infeasible: str | None = None

    @property
    def not_finite(self) -> tuple[str, float] | None:
        """The result that is nan or inf, with its name; None where none is."""
        if self.beyond is None and self.loss is not None and not math.isfinite(self.loss):
            return RESULT, self.loss
        return self.beyond

    @property
    def of_parts(self) -> Reading:
        """The same where the RESULT lines so far are parts of a result, and their mean stands for it."""
        return replace(self, loss=fmean(value for _, value in self.curve)) if self.curve else self


class StreamReader:
    """Reads one stream of an evaluation as it comes, in blocks that are cut anywhere.

    named: the results that the run names, the main one first, which takes the place of RESULT; () where it names none.
    """

    def __init__(self, named: Sequence[str] = ()) -> None:
        self.named = NamedLines(named, self._told) if named else None
        # Finite RESULTs: the newest, which whoever has told of them takes out; how many there were; the smallest and largest.
        self.fresh: deque[float] = deque(maxlen=MAX_FRESH)
        self.count = 0
        self.least, self.most = math.inf, -math.inf
        self.outputs: dict[str, float] = {}
        self.curve: deque[tuple[float, float]] = deque(maxlen=MAX_CURVE)
        # "" for RESULT, "1" for RESULT1: number, or why it has none
        self.results: dict[str, float | Unusable] = {}
        self.near_miss = ""
        self.infeasible: str | None = None  # what the last INFEASIBLE line says
        self._rest = b""
        self._too_long = False

    def feed(self, data: bytes, seconds: float) -> None:
        """Take in what was printed, `seconds` after the start of the evaluation."""
        if b"\r" in data:
            data = data.replace(b"\r", b"\n")  # progress bars write over their line; each version is a line
        end = data.rfind(b"\n")
        if end < 0:
            self._keep(self._rest + data)
            return
        block = self._rest + data[: end + 1]
        if self._too_long:
            self._long_line(self._rest)
            block = block[block.index(b"\n", len(self._rest)) :]
            self._too_long = False
        self._keep(data[end + 1 :])
        self._read_block(block, seconds)

    def finish(self, seconds: float) -> None:
        """The stream has ended: its last line may lack a newline."""
        if self._rest:
            self.feed(b"\n", seconds)

    def _keep(self, incomplete: bytes) -> None:
        self._too_long = self._too_long or len(incomplete) > LONGEST_LINE
        self._rest = incomplete[:LONGEST_LINE]

    def _long_line(self, beginning: bytes) -> None:
        """The last RESULT line counts, so that one of which nobody can tell what it says must not be passed over."""
        line = ANSI.sub(b"", beginning).decode("utf-8", "replace").lstrip()
        if self.named:
            self.named.too_long(ANSI.sub(b"", beginning))
        elif match := _RESULT.match(line):
            self.results[match[1]] = Unusable(
                f"The line {quoted_line(line)} cannot be read, because it is too long."
            )

    def _read_block(self, block: bytes, seconds: float) -> None:
        if _WIDE_RESULT in block:
            self.near_miss = "Its output is in UTF-16; let it print UTF-8."
        if b"\x1b" in block:
            block = ANSI.sub(b"", block)
        if b":" in block:
            for match in _COLUMN.finditer(b"\n" + block):
                self._column(match[1].decode("ascii"), match[2].decode("ascii"))
        if b"INFEASIBLE" in block:
            for match in _INFEASIBLE.finditer(b"\n" + block):
                self.infeasible = match[1].decode("utf-8", "replace").strip()
        if self.named:
            self.named.read(b"\n" + block, seconds)
            return
        lower = block.lower()
        at = lower.find(b"result")
        while at >= 0:
            end = block.index(b"\n", at)
            self._result_line(block[block.rfind(b"\n", 0, at) + 1 : end], seconds)
            at = lower.find(b"result", end)

    def _column(self, name: str, text: str) -> None:
        if name == RESULT and not self.named:
            return
        try:
            number = read_number(text)
        except UnderflowError:
            number = math.nan
        if not math.isfinite(number):
            self.outputs.pop(name, None)  # the last value counts, and this one is none that a table can hold
        elif name in self.outputs or len(self.outputs) < MOST_OUTPUTS:
            self.outputs[name] = number

    def _result_line(self, raw: bytes, seconds: float) -> None:
        if len(raw) > LONGEST_LINE:
            self._long_line(raw[:LONGEST_LINE])
            return
        line = raw.decode("utf-8", "replace").replace("\ufeff", "").strip()
        match = _RESULT.fullmatch(line)
        if not match:
            hint = next((hint for form, hint in _NEAR_MISSES if re.fullmatch(form, line[:1000])), "")
            if hint:
                self.near_miss = f"It printed {quoted_line(line)}. {hint}"
            return
        index, text = match[1], match[2]
        try:
            number = read_number(text)
        except UnreadableError as error:
            self.results[index] = unusable(line, error)
            return
        self.results[index] = number
        if not index:
            self._told(number, seconds)

    def _told(self, number: float, seconds: float) -> None:
        """The main result has a new value."""
        if math.isfinite(number):
            self.fresh.append(number)
            self.count += 1
            self.least, self.most = min(self.least, number), max(self.most, number)
            self.curve.append((round(seconds, 3), number))


def combine(out: StreamReader, err: StreamReader) -> Reading:
    """The reading of an evaluation: RESULT lines of standard output, or of standard error where that has none."""
    if out.named and err.named:
        return _combine_named(out, err, out.named, err.named)
    chosen = err if err.results and not out.results else out
    outputs = dict(list({**err.outputs, **out.outputs}.items())[:MOST_OUTPUTS])
    loss = _loss(chosen.results) if chosen.results else _no_result(out.near_miss or err.near_miss)
    infeasible = err.infeasible if out.infeasible is None else out.infeasible
    curve = tuple(chosen.curve)
    if isinstance(loss, Unusable):
        return Reading(None, loss.why, outputs, curve, underflow=loss.underflow, infeasible=infeasible)
    return Reading(loss, "", outputs, curve, infeasible=infeasible)


def _combine_named(
    out: StreamReader, err: StreamReader, named_out: NamedLines, named_err: NamedLines
) -> Reading:
    """The same where the run names its results: the first of them is the loss, and all of them are outputs."""
    found = {name: of_both(named_out, named_err, name) for name in named_out.names}
    wrong = [value for value in found.values() if isinstance(value, Unusable)]
    numbers = {name: value for name, value in found.items() if not isinstance(value, Unusable)}
    finite = {name: value for name, value in numbers.items() if math.isfinite(value)}
    others = {name: value for name, value in {**err.outputs, **out.outputs}.items() if name not in found}
    main = named_out.names[0]
    return Reading(
        numbers.get(main),
        wrong[0].why if wrong else "",
        dict(list({**finite, **others}.items())[:MOST_OUTPUTS]),
        tuple((out if main in named_out.values else err).curve),
        next(((name, value) for name, value in numbers.items() if name not in finite), None),
        underflow=bool(wrong) and wrong[0].underflow,
        infeasible=err.infeasible if out.infeasible is None else out.infeasible,
    )


def _no_result(near_miss: str) -> Unusable:
    if near_miss:
        return Unusable(f"The program printed no line such as RESULT: 0.5. {near_miss}")
    return Unusable(
        "The program printed no line such as RESULT: 0.5; it must print one, on a line of its own."
    )


def _loss(results: dict[str, float | Unusable]) -> float | Unusable:
    """RESULT, or the square root of the sum of squares of RESULT1 to RESULTn, of which there is at least one."""
    if "" in results:
        return results[""]
    for index in results:
        if index.startswith("0"):
            why = f"RESULT{index} does not count; number them from 1 without gaps: RESULT1, RESULT2, ..."
            return Unusable(why)
    numbers: list[float] = []
    for position in range(1, len(results) + 1):
        if str(position) not in results:
            names = ", ".join(f"RESULT{index}" for index in results)
            return Unusable(f"RESULT{position} is missing next to {names}; number them from 1 without gaps.")
        number = results[str(position)]
        if isinstance(number, Unusable):
            return number
        numbers.append(number)
    return math.hypot(*numbers)
