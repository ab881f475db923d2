"""The driver's side of one agent, for tests: assigns by hand to a real agent process and reads what it says."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from worker.store.appender import Appender
from worker.store.journal import open_epoch
from worker.store.paths import RunPaths
from worker.store.records import decode, encode
from worker.store.tail import Tail

PATIENCE = 60.0  # seconds that a test waits for what must come


class Desk:
    """A run folder with one agent, `a1`."""

    def __init__(self, folder: Path) -> None:
        self.paths = RunPaths(folder / "run")
        self.box = self.paths.agent("a1")
        self.box.root.mkdir(parents=True)
        self.process: subprocess.Popen[bytes] | None = None
        self.program = ["-I", "-m", "worker"]  # what Python is to run as the agent, before its own words
        self.said: list[Any] = []
        self._tail = Tail(self.box.outbox, decode)
        self._trial = 0
        self.take_over()

    def take_over(self) -> None:
        """Begin the next epoch, as a new driver does."""
        self.epoch, journal = open_epoch(self.paths)
        journal.close()
        self.inbox = Appender(self.box.inbox(self.epoch))

    def hire(self, *options: object, **environment: str) -> None:
        """Start the agent's process."""
        words = [sys.executable, *self.program, "agent", self.paths.root, "--id", "a1", *options]
        log = self.box.log.open("ab")
        with log:
            self.process = subprocess.Popen(
                list(map(str, words)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, **environment},
            )

    def assign(self, command: str, **details: Any) -> int:
        """Assign a new trial; returns its number."""
        self._trial += 1
        record = {
            "kind": "assign",
            "trial": self._trial,
            "attempt": 1,
            "values": {"x": 1},
            "command": command,
        }
        self.inbox.append(encode({**record, "at": time.time(), **details}))
        return self._trial

    def tell(self, kind: str, **details: Any) -> None:
        """Write any other record into the inbox."""
        self.inbox.append(encode({"kind": kind, **details}))

    def hear(self, kind: str, within: float = PATIENCE, **details: Any) -> Any:
        """Wait for a record of that kind and with these values, and return it."""
        deadline = time.monotonic() + within
        while True:
            gone = self.process is not None and self.process.poll() is not None
            self.said += self._tail.read()
            for record in self.said:
                if record["kind"] == kind and all(record.get(key) == value for key, value in details.items()):
                    return record
            if gone or time.monotonic() > deadline:
                raise AssertionError(
                    f"the agent did not say {kind} {details}, but {self.said}: {self.box.log.read_text()}"
                )
            time.sleep(0.005)

    def evaluate(self, command: str, **details: Any) -> Any:
        """Assign a command and wait for its finished record."""
        return self.hear("finished", trial=self.assign(command, **details))

    def out(self, trial: int) -> bytes:
        """What an evaluation printed, as kept."""
        return self.paths.trial_out(trial).read_bytes()

    def leave(self) -> int:
        """Wait for the agent to leave by itself; returns its exit code."""
        assert self.process is not None
        return self.process.wait(PATIENCE)

    def dismiss(self) -> None:
        """End the agent in the ordinary way, or else by force."""
        self.inbox.append(encode({"kind": "cancel", "trial": None}))
        if self.process is not None:
            try:
                self.process.wait(PATIENCE)
            finally:
                self.process.kill()
                self.process.wait()


def wait_for(path: Path) -> str:
    """Wait until a program has written a line into `path`; returns its text."""
    deadline = time.monotonic() + PATIENCE
    while not (path.exists() and path.read_text().endswith("\n")):
        assert time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.005)
    return path.read_text().strip()
