"""Failed evaluations by cause: what happened, how often, and which evaluation to look at."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from worker.spec.fields import BY_PATH
from worker.spec.text import counted
from worker.trial import Status, Trial

# What differs between two evaluations that failed for the same reason: identifiers and addresses, paths, numbers.
_DETAIL = re.compile(
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b0x[0-9a-fA-F]+"
    r"|\b(?=[a-f]*\d)[0-9a-f]{8,}\b"
    r"|[\w.~$-]*(?:/[\w.,@%+=~$-]*[\w@%+=~$-])+/?"
    r"|[-+]?\d+(?:[.:]\d+)*(?:[eE][-+]?\d+)?"
)
# Last words that were cut are compared by their beginning: where they were cut depends on the numbers before.
_CUT = re.compile(r'"([^"\n]{0,60})[^"\n]*…"')

# Headlines of what went wrong; {evaluations} is how many there are, with the word for them.
MEANINGS = {
    Status.NO_RESULT: "{evaluations} ended without a readable RESULT line",
    Status.NOT_FINITE: "{evaluations} printed nan or inf as RESULT",
    Status.UNDERFLOW: "{evaluations} printed a RESULT that is too close to 0 for floating-point numbers",
    Status.FAILED: "{evaluations} ended with an error",
    Status.TIMEOUT: f"{{evaluations}} took longer than the {BY_PATH['run.time_limit'].in_sentence}",
    Status.OUT_OF_MEMORY: "{evaluations} ran out of memory",
    Status.LOST: "{evaluations} lost a worker too often",
}


@dataclass(frozen=True)
class Cause:
    """Evaluations that failed alike. `reason` is that of the first of them, with the advice that came with it."""

    status: Status
    reason: str
    trials: tuple[Trial, ...]

    @property
    def headline(self) -> str:
        """How many evaluations failed so, and how."""
        return MEANINGS[self.status].format(evaluations=counted(len(self.trials), "evaluation"))


def causes(trials: Iterable[Trial]) -> list[Cause]:
    """The failed evaluations by cause, the most frequent first."""
    return _alike(trial for trial in trials if trial.status.failure)


def infeasible_sentence(trials: Iterable[Trial]) -> str:
    """How many evaluations were infeasible, and what most of them said; "" where none was."""
    reasons = _alike(trial for trial in trials if trial.status is Status.INFEASIBLE)
    if not reasons:
        return ""
    first, total = reasons[0], sum(len(cause.trials) for cause in reasons)
    most = f" ({len(first.trials):,} of them)" if len(reasons) > 1 else ""
    return f"{counted(total, 'evaluation')}. {first.reason}{most}"


def _alike(trials: Iterable[Trial]) -> list[Cause]:
    """Evaluations that ended alike and said the same but for details, the most frequent first."""
    groups: dict[tuple[object, ...], list[Trial]] = defaultdict(list)
    for trial in trials:
        groups[_kind(trial)].append(trial)
    by_cause = [Cause(group[0].status, group[0].reason, tuple(group)) for group in groups.values()]
    return sorted(by_cause, key=lambda cause: (-len(cause.trials), cause.trials[0].number))


def _kind(trial: Trial) -> tuple[object, ...]:
    """What evaluations have in common that failed for one cause: how they ended, and what they said but for details."""
    # Where a worker ended the program, how it took that says nothing about the cause.
    ended = (trial.exit_code, trial.signal) if trial.status is Status.FAILED else ()
    return (trial.status, *ended, _CUT.sub(r'"\1…"', _DETAIL.sub("#", trial.reason)))
