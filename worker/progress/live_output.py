"""What running evaluations print, line by line, for those who want to watch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from worker.store.log_text import plain
from worker.store.paths import RunPaths
from worker.trial import Status, Trial

_EVERY = 0.2  # seconds between two looks
_MOST = 1 << 16  # bytes of one evaluation that are read at a look; the rest of a flood is left out
_LONGEST = 300  # characters of a line


@dataclass
class _Stream:
    path: Path
    offset: int = 0
    incomplete: bytes = b""
    ended: bool = False


class LiveOutput:
    """Reads the outputs of the evaluations that it was told of."""

    def __init__(self, paths: RunPaths) -> None:
        self._paths = paths
        self._streams: dict[int, _Stream] = {}
        self._looked = 0.0

    def note(self, trial: Trial) -> None:
        """Take in how a trial stands now."""
        if trial.status is not Status.RUNNING and not trial.status.ended:
            return
        if trial.number not in self._streams:
            self._streams[trial.number] = _Stream(self._paths.trial_out(trial.number))
        self._streams[trial.number].ended = trial.status.ended

    def lines(self, now: float, at_once: bool = False) -> Iterator[str]:
        """What is new, each line with the number of its evaluation in front; looks now and then, or `at_once`."""
        if now - self._looked < _EVERY and not at_once:
            return
        self._looked = now
        for number, stream in list(self._streams.items()):
            for line in _read(stream):
                yield f"[{number}] {line[:_LONGEST]}"
            if stream.ended:
                del self._streams[number]


def _read(stream: _Stream) -> list[str]:
    data = b""
    with suppress(OSError), stream.path.open("rb") as file:
        size = file.seek(0, 2)
        if size - stream.offset > _MOST:
            stream.offset = size - _MOST
        file.seek(stream.offset)
        data = file.read(_MOST)
    stream.offset += len(data)
    *lines, stream.incomplete = (stream.incomplete + data).replace(b"\r", b"\n").split(b"\n")
    stream.incomplete = stream.incomplete[:_MOST]  # a line that does not end
    if stream.ended:
        lines.append(stream.incomplete)
    return [text for line in lines if (text := plain(line[: 4 * _LONGEST])).strip()]
