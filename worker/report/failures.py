"""Failed evaluations by cause: what happened, how often, and which evaluation to look at."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from worker.trial import Status, Trial

# What differs between two evaluations that failed for the same reason.
_DETAIL = re.compile(r"0x[0-9a-fA-F]+|[-+]?\d+(?:[.:]\d+)*(?:e[-+]?\d+)?|\"[^\"]*\"")

MEANINGS = {
    Status.NO_RESULT: "ended without a RESULT line that can be read",
    Status.NOT_FINITE: "printed nan or inf as RESULT",
    Status.FAILED: "ended with an error",
    Status.TIMEOUT: "took longer than the time limit per evaluation",
    Status.OUT_OF_MEMORY: "were ended for their memory",
    Status.LOST: "vanished with their worker, three times",
}


@dataclass(frozen=True)
class Cause:
    """Evaluations that failed alike. `reason` is that of the first of them, with the advice that came with it."""

    status: Status
    reason: str
    trials: tuple[Trial, ...]


def causes(trials: Iterable[Trial]) -> list[Cause]:
    """The failed evaluations by cause, the most frequent first."""
    groups: dict[tuple[Status, str], list[Trial]] = defaultdict(list)
    for trial in trials:
        if trial.status.failure:
            groups[trial.status, _DETAIL.sub("#", trial.reason)].append(trial)
    found = [Cause(status, own[0].reason, tuple(own)) for (status, _), own in groups.items()]
    return sorted(found, key=lambda cause: (-len(cause.trials), cause.trials[0].number))
