"""Whether a program fails where a number begins with a minus sign or has an exponent, and what to write then."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from worker.spec.notation import value_text
from worker.spec.placeholders import as_words, unused, with_equals_sign
from worker.spec.run import Run
from worker.spec.text import counted, visible
from worker.trial import Status, Trial

_NEWEST = 2000  # evaluations that are looked at
_LEAST = 3  # of failures, and of other evaluations; fewer say nothing
_MOSTLY = 0.9  # share of those with such a number that fail
_CHANCE = 0.01  # how likely it may be that others' failures alone explain it
_EXPONENT = re.compile(r"[+-]?[0-9.]+e[+-]?[0-9]+")
_MINUS = re.compile(r"-[0-9.]")


@dataclass(frozen=True)
class Coincidence:
    """Evaluations fail where numbers look so: `failed` of `count` such ones, and `others_failed` of `others`.

    names: the parameters whose values do. example: the first such text.
    """

    minus: bool
    exponent: bool
    names: tuple[str, ...]
    example: str
    failed: int
    count: int
    others_failed: int
    others: int

    @property
    def chance(self) -> float:
        """How likely so many failures would be if these evaluations failed as often as the others."""
        return ((self.others_failed + 1) / (self.others + 2)) ** self.failed

    @property
    def notation(self) -> str:
        """How the numbers look, in words."""
        if self.minus:
            return "negative with an exponent" if self.exponent else "negative"
        return "written with an exponent"


def coincidence(run: Run, trials: Iterable[Trial]) -> Coincidence | None:
    """What numbers of failed evaluations have and those of others do not; None where there is no such thing."""
    informative = [trial for trial in trials if not trial.imported and _tells(trial)][-_NEWEST:]
    texts = [_texts(run, trial) for trial in informative]
    separate = as_words(run.objective, run.names)
    patterns = [
        pattern
        for minus, exponent in ((True, False), (False, True), (True, True))
        if (pattern := _coincidence(informative, texts, separate, minus=minus, exponent=exponent))
    ]
    # What explains more failures comes first: a minus sign and an exponent, where neither does alone.
    return min(
        patterns, key=lambda pattern: (pattern.chance, not pattern.minus, pattern.exponent), default=None
    )


def _tells(trial: Trial) -> bool:
    return trial.status in (Status.OK, Status.FAILED, Status.NO_RESULT)


def _texts(run: Run, trial: Trial) -> dict[str, str]:
    """The numbers that the trial's command holds, as the program got them."""
    missing = unused(run.objective, run.names)
    return {
        name: value_text(value, run.number_format)
        for name, value in trial.values.items()
        if name not in missing
    }


def _coincidence(
    trials: Sequence[Trial],
    texts: Sequence[dict[str, str]],
    separate: frozenset[str],
    *,
    minus: bool,
    exponent: bool,
) -> Coincidence | None:
    looks_so = _look(separate, minus=minus, exponent=exponent)
    with_it = [[name for name, text in text_of.items() if looks_so(name, text)] for text_of in texts]
    failed = [trial.status is not Status.OK for trial in trials]
    count = sum(map(bool, with_it))
    others = len(trials) - count
    bad = sum(1 for names, ill in zip(with_it, failed, strict=True) if names and ill)
    if min(bad, others) < _LEAST or bad < _MOSTLY * count:
        return None
    names = tuple(dict.fromkeys(name for with_notation in with_it for name in with_notation))
    example = next(
        text_of[with_notation[0]]
        for text_of, with_notation in zip(texts, with_it, strict=True)
        if with_notation
    )
    pattern = Coincidence(minus, exponent, names, example, bad, count, sum(failed) - bad, others)
    return pattern if pattern.chance < _CHANCE else None


def _look(separate: frozenset[str], *, minus: bool, exponent: bool) -> Callable[[str, str], bool]:
    def looks_so(name: str, text: str) -> bool:
        if minus and not (name in separate and _MINUS.match(text)):
            return False
        return not exponent or _EXPONENT.fullmatch(text) is not None

    return looks_so


def remark(run: Run, trials: Iterable[Trial]) -> str:
    """What coincides, why that may be, and the line to write in a new run; "" where there is nothing to say."""
    pattern = coincidence(run, trials)
    if pattern is None:
        return ""
    names = visible(" or ".join(pattern.names[:3]))
    return (
        f"{pattern.failed:,} of {counted(pattern.count, 'evaluation')} in which {names} is {pattern.notation}, "
        f"such as {pattern.example}, failed, and {pattern.others_failed:,} of {pattern.others:,} others. "
        f"{_advice(run, pattern)}"
    )


def _advice(run: Run, pattern: Coincidence) -> str:
    if not pattern.minus:
        return (
            "The program may not understand exponents; in a new run, write plain decimals: number_format = "
            '"plain" in the section [run].'
        )
    line = with_equals_sign(run.objective, pattern.names, run.names)
    if line == run.objective:
        return (
            "The program may read such a value as an option; if it accepts --, write that before the "
            "values, or make a wrapper script pass them in another way."
        )
    return f"The program may read such a value as an option; in a new run, write: {visible(line)}"
