"""Calls of Slurm in one background thread, in order: a silent controller must never hold up the driver."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any


class Background:
    """Runs calls one after another; what is to be done with an answer is done by the caller's own thread."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="slurm")
        self._tasks: list[tuple[Future[Any], Callable[[Any], None]]] = []

    def do(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Run `work` in the background; a later `harvest` calls `done` with what it returned."""
        self._tasks.append((self._pool.submit(work), done))

    def harvest(self) -> None:
        """Take in the answers that have come."""
        while self._tasks and self._tasks[0][0].done():
            future, done = self._tasks.pop(0)
            done(future.result())

    def wait(self) -> None:
        """Wait for the answers of everything that was begun so far, and take them in."""
        wait([future for future, _ in self._tasks])
        self.harvest()

    def close(self) -> None:
        """Wait for the answers of everything that was begun, and take them in."""
        self._pool.shutdown(wait=True)
        self.harvest()
