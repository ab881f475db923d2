"""What running evaluations have printed so far, as their agents tell it: for people who look at a run, not for its driver."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from worker.spec.notation import real_text
from worker.store.outbox_messages import OUTBOX, NewValue
from worker.store.paths import RunPaths
from worker.trial import Status, Trial

_MOST_BYTES = 1 << 18  # of the end of an outbox that are read
_KIND = (
    f'"{NewValue.kind}"'.encode()
)  # most lines of a long outbox are of other kinds, and need not be taken apart


@dataclass
class LiveValues:
    """The newest RESULT of a running evaluation, how many it has printed, and those that are known, by step from 1 on."""

    value: float
    step: int
    known: dict[int, float] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The newest one, for people."""
        return f"RESULT {real_text(self.value)} so far (line {self.step})"


def live_values(paths: RunPaths, trials: Iterable[Trial], most: int) -> dict[int, LiveValues]:
    """Of the first `most` running ones among `trials` that have printed something: number -> values. Opens one file for each."""
    running = [trial for trial in trials if trial.status is Status.RUNNING and trial.agent][:most]
    found = {trial.number: _of(paths, trial) for trial in running}
    return {number: values for number, values in found.items() if values is not None}


def _of(paths: RunPaths, trial: Trial) -> LiveValues | None:
    latest: LiveValues | None = None
    for line in _last_lines(paths, trial.agent):
        message = OUTBOX.decode(line) if _KIND in line else None
        if not isinstance(message, NewValue):
            continue
        if (message.trial, message.attempt) == (trial.number, trial.attempt):
            latest = latest or LiveValues(message.value, message.step)
            latest.value, latest.step = message.value, message.step
            values = (*message.earlier, message.value)
            latest.known.update(
                zip(range(message.step - len(values) + 1, message.step + 1), values, strict=True)
            )
    return latest


def _last_lines(paths: RunPaths, agent: str) -> list[bytes]:
    """The last whole lines of what an agent says; none where that cannot be read."""
    with suppress(OSError), paths.agent(agent).outbox.open("rb") as file:
        left_out = max(0, file.seek(0, 2) - _MOST_BYTES)
        file.seek(left_out)
        return file.read().split(b"\n")[left_out > 0 : -1]
    return []
