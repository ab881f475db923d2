"""What a run's results came about with: code, environments and machines, a file for each, written once by whoever looked first.

What could not be found out is not in it: unknown stays unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from worker.store.paths import RunPaths

Facts = Mapping[str, object]
_DRIVER, _PROGRAM, _HOST = "driver", "program", "host"
_MOST_HOSTS = 10_000
_MOST_BYTES = 1_000_000  # of one file


@dataclass(frozen=True)
class Provenance:
    """What is known: of each driver and of the program's environment under it, by epoch, and of each machine."""

    drivers: tuple[Facts, ...]
    programs: tuple[Facts, ...]
    hosts: tuple[Facts, ...]

    def as_json(self) -> dict[str, list[Facts]]:
        """The same for files of other programs."""
        return {"drivers": [*self.drivers], "programs": [*self.programs], "hosts": [*self.hosts]}


class Entry:
    """One file, which this process alone writes, as it has made it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, facts: Facts) -> None:
        """Write down what was found out; a disk without room for it is no reason to stop."""
        with suppress(OSError):
            self._path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def of_driver(paths: RunPaths, epoch: int) -> Entry | None:
    """The file of the driver of `epoch`; None where it is there already, or cannot be made."""
    return _made(paths, f"{_DRIVER}.{epoch:06}")


def of_program(paths: RunPaths, epoch: int) -> Entry | None:
    """The same of the environment that programs begin in under that driver."""
    return _made(paths, f"{_PROGRAM}.{epoch:06}")


def of_host(paths: RunPaths, host: str) -> Entry | None:
    """The same of a machine."""
    return _made(paths, f"{_HOST}.{re.sub(r'[^A-Za-z0-9.-]', '_', host)[:100]}")


def _made(paths: RunPaths, name: str) -> Entry | None:
    path = paths.provenance / f"{name}.json"
    try:
        if not paths.root.is_dir():
            return None  # a run that was moved or removed shall not get a new folder
        paths.provenance.mkdir(exist_ok=True)
        path.touch(exist_ok=False)
    except OSError:
        return None
    return Entry(path)


def read(paths: RunPaths) -> Provenance:
    """What is known of a run, or was of one of an earlier version: nothing."""
    try:
        files = sorted(paths.provenance.glob("*.json"))[:_MOST_HOSTS]
    except OSError:
        files = []
    found: dict[str, list[Facts]] = {_DRIVER: [], _PROGRAM: [], _HOST: []}
    for path in files:
        kind = path.name.partition(".")[0]
        if kind in found and (facts := _facts(path)):
            found[kind].append(facts)
    return Provenance(*map(tuple, found.values()))


def _facts(path: Path) -> Facts:
    with suppress(OSError, ValueError, RecursionError):
        with path.open("rb") as file:
            facts = json.loads(file.read(_MOST_BYTES))
        if isinstance(facts, dict):
            return facts
    return {}
