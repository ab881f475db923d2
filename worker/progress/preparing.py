"""What is said of the command before the first evaluation, while it has not succeeded."""

from __future__ import annotations

from worker.progress.snapshot import clock
from worker.spec.run import Run
from worker.spec.text import shown
from worker.store.paths import RunPaths
from worker.trial import Status, Trial


def notice(run: Run, before: Trial | None) -> str:
    """That evaluations wait for it; "" where none does."""
    if before is None or before.status.ended:
        return ""
    return f"Preparing: {shown(run.before)}."


def line(run: Run, before: Trial | None, paths: RunPaths, at: float) -> str:
    """The same, and where and since when it runs or what has become of it; "" once it has succeeded."""
    if before is None or before.status is Status.OK:
        return ""
    if before.status.ended:
        return f"preparing failed: {before.reason} Its output: {paths.before_log}"
    where = f"worker {before.agent}" + (f" on {before.host}" if before.host else "")
    since = f"for {clock(at - before.start)}" if before.start else "next"
    holder = f"{where}, {since}" if before.agent else "waits for a worker"
    return f"preparing: {shown(run.before)} ({holder})"


def failure(before: Trial, paths: RunPaths) -> str:
    """Why a run ends with it."""
    return f"The command before the first evaluation failed: {before.reason} Its output is in {paths.before_log}."
