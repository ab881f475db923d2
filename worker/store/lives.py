"""The names of an agent whose job is started again: each start is an agent of its own, `j1-2-3`, `j1-2-3r1`, `j1-2-3r2`."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from worker.store.paths import RunPaths

_LIFE = re.compile(r"(?P<first>.*-(?P<index>[0-9]+))(?:r(?P<number>[1-9][0-9]*))?")


def named(first: str, number: int) -> str:
    """The agent that the job of the agent `first` is when it has been started again `number` times."""
    return f"{first}r{number}" if number else first


def split(identity: str) -> tuple[str, int]:
    """The name of the first life of an agent, and how many came before this one."""
    match = _LIFE.fullmatch(identity)
    return (match["first"], int(match["number"] or 0)) if match else (identity, 0)


def index(identity: str) -> int | None:
    """The place of an agent among those that were asked for together; None where its name has none."""
    match = _LIFE.fullmatch(identity)
    return int(match["index"]) if match else None


def next_to_begin(paths: RunPaths, first: str) -> str:
    """The first life of the agent `first` that has never said a word."""
    number = 0
    while _spoke(paths.agent(named(first, number)).outbox):
        number += 1
    return named(first, number)


def newest_begun(paths: RunPaths, first: str) -> str:
    """The last life of the agent `first` that has said a word; the first one where none has."""
    return named(first, max(0, split(next_to_begin(paths, first))[1] - 1))


def begun_again(paths: RunPaths) -> list[str]:
    """All later lives that have said a word, in no order."""
    names: list[str] = []
    with suppress(OSError):
        names = [entry.name for entry in paths.agents.iterdir() if split(entry.name)[1]]
    return [name for name in names if _spoke(paths.agent(name).outbox)]


def _spoke(outbox: Path) -> bool:
    # A driver makes the file before its agent begins.
    try:
        return outbox.stat().st_size > 0
    except OSError:
        return False
