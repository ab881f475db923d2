"""Where a run was begun, as its files tell."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass

from worker.store.journal import epochs
from worker.store.journal_reading import introduction_of
from worker.store.paths import RunPaths


@dataclass(frozen=True)
class Origin:
    """Where a run was begun: the folder that it was started in, and the name of the scheduler of its agents."""

    cwd: str = ""
    where: str = ""


def site_of(paths: RunPaths) -> str:
    """The name of the cluster that a run was started on; "" where it was on none, or by a version that did not write it."""
    with suppress(OSError, UnicodeDecodeError):
        return paths.site.read_text(encoding="utf-8").strip()
    return ""


def origin(paths: RunPaths) -> Origin:
    """Where a run was begun, as far as it is written down; where its agents are is known from its first driver on."""
    cwd = ""
    with suppress(OSError):
        cwd = os.fsdecode(paths.started_in.read_bytes())
    for epoch in epochs(paths):
        if first := introduction_of(paths, epoch):
            return Origin(cwd or first.cwd, first.where)
    return Origin(cwd)
