"""What running evaluations have printed so far, as their agents tell it: for people who look at a run, not for its driver."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

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


class LiveReader:
    """Reads them again and again: of each agent's outbox only what was added, and nothing where its size tells that nothing was."""

    def __init__(self, paths: RunPaths) -> None:
        self._paths = paths
        self._outboxes: dict[str, _Outbox] = {}

    def read(self, trials: Iterable[Trial], most: int) -> dict[int, LiveValues]:
        """Of the first `most` running ones among `trials` that have printed something: number -> values. Opens one file for each at most."""
        running = [trial for trial in trials if trial.status is Status.RUNNING and trial.agent][:most]
        self._outboxes = {
            trial.agent: self._outboxes.get(trial.agent) or _Outbox(self._paths.agent(trial.agent).outbox)
            for trial in running
        }
        found = {trial.number: self._outboxes[trial.agent].of(trial) for trial in running}
        return {number: values for number, values in found.items() if values is not None}


def live_values(paths: RunPaths, trials: Iterable[Trial], most: int) -> dict[int, LiveValues]:
    """The same once."""
    return LiveReader(paths).read(trials, most)


class _Outbox:
    """The end of one outbox. An agent runs one evaluation at a time, so what it says of another one is over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0  # up to which whole lines were read
        self._size = 0
        self._told: tuple[int, int] | None = None  # trial and attempt
        self._values: LiveValues | None = None

    def of(self, trial: Trial) -> LiveValues | None:
        """What the agent has said of that evaluation; None where that is nothing, or cannot be read."""
        for line in self._added():
            message = OUTBOX.decode(line) if _KIND in line else None
            if isinstance(message, NewValue):
                self._take(message)
        return self._values if self._told == (trial.number, trial.attempt) else None

    def _take(self, message: NewValue) -> None:
        if self._told != (message.trial, message.attempt) or self._values is None:
            self._told = (message.trial, message.attempt)
            self._values = LiveValues(message.value, message.step)
        self._values.value, self._values.step = message.value, message.step
        values = (*message.earlier, message.value)
        steps = range(message.step - len(values) + 1, message.step + 1)
        self._values.known.update(zip(steps, values, strict=True))

    def _added(self) -> list[bytes]:
        """The whole lines since the last look, as far as they are near the end."""
        with suppress(OSError):
            size = self._path.stat().st_size
            if size == self._size:
                return []
            if size < self._offset:  # another file
                self._offset = 0
            begin = max(self._offset, size - _MOST_BYTES)
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                text = os.pread(descriptor, size - begin, begin)
            finally:
                os.close(descriptor)
            self._size = size
            end = text.rfind(b"\n") + 1
            left_out = begin > self._offset  # the first line may be the end of one
            self._offset = begin + end
            return text[:end].split(b"\n")[left_out:-1]
        return []
