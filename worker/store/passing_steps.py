"""Reading a journal without the steps of evaluations that have ended: half of its lines, which say nothing new then."""

from __future__ import annotations

import re
from collections.abc import Iterator

from worker.store.journal_records import JOURNAL, Finished, Read
from worker.store.paths import RunPaths
from worker.store.records import intact
from worker.store.tail import read_lines

# Only what the codec certainly takes, written as it writes it; whatever else there may be is read as any other line.
_TEXT = rb'"[ !#-\[\]-~]*"'
_COUNT = rb"(?:0|[1-9][0-9]{0,14})"
_STEP = re.compile(
    rb'.{9}\{"kind":"(?:assigned|started)","trial":(%b),"attempt":%b,"agent":%b(?:,"host":%b)?,"at":%b(?:\.[0-9]{1,20})?\}\n?'
    % (_COUNT, _COUNT, _TEXT, _TEXT, _COUNT),
    re.DOTALL,
)

_NONE = -1  # no trial has this number


class PassingSteps:
    """The records that say that a trial was given to an agent, or was begun, which have not been read yet.

    `Finished` says all that they do, so they need not be read before it, or at all.
    """

    def __init__(self) -> None:
        self._lines: dict[int, list[tuple[int, bytes]]] = {}  # trial -> (epoch, line)

    def others(self, paths: RunPaths, epoch: int) -> Iterator[Read | None]:
        """All else that the driver of `epoch` has written down, None for each torn line; steps of a trial where they matter.

        That is before any other record about that trial. Raises OSError where the journal is unreadable.
        """
        for lines in read_lines(paths.journal(epoch)):
            numbers = list(map(trial_of_step, lines))
            others = [line for line, number in zip(lines, numbers, strict=True) if number is None]
            records = iter(JOURNAL.decode_all(others, epoch))
            for line, number in zip(lines, numbers, strict=True):
                if number is not None:
                    self._lines.setdefault(number, []).append((epoch, line))
                    continue
                record = next(records)
                if not isinstance(record, Finished) and getattr(record, "trial", None) in self._lines:
                    yield from self.of(getattr(record, "trial", _NONE))
                yield record

    def of(self, trial: int) -> Iterator[Read | None]:
        """The steps of a trial."""
        for epoch, line in self._lines.pop(trial, ()):
            yield JOURNAL.decode(line, epoch)

    @property
    def trials(self) -> tuple[int, ...]:
        """Which trials have any."""
        return tuple(self._lines)


def trial_of_step(line: bytes) -> int | None:
    """The number of the trial that the line, whole and undamaged, says was assigned or started; None for any other line."""
    match = _STEP.fullmatch(line)
    return int(match[1]) if match and intact(line) is not None else None
