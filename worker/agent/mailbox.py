"""An agent's side of the mailboxes: what drivers ask, in whichever epoch, and what the agent has to say."""

from __future__ import annotations

import time
from collections import deque
from functools import partial

from worker.store.appender import Appender, StorageFullError
from worker.store.inbox_messages import INBOX, Received
from worker.store.journal import Epochs, newest
from worker.store.outbox_messages import OUTBOX, Said
from worker.store.paths import RunPaths
from worker.store.tail import Tail

RETRY = 5.0  # seconds between two tries to write where the disk is full
_LOOK_FOR_DRIVER = 1.0  # seconds between two looks for a newer driver
_LOOK_WHILE_BUSY = 5.0  # the same in a long evaluation, at most: a file server must bear a thousand agents
_LOOK_FOR_FIRST = 0.1  # the same while there has been none: agent and driver begin together
_LOOK_FOR_FILE = 3.0  # seconds between two looks whether the own file is where it was
_SYNC_AFTER = 0.05  # seconds; what is older by then should be seen on other machines too


class Inbox:
    """What the newest driver asks of the agent; `heard` is when a driver last gave a sign of life (monotonic)."""

    def __init__(self, paths: RunPaths, agent: str, epoch: int) -> None:
        """epoch: one that is known to have begun, or 0."""
        self._paths = paths
        self._agent = agent
        self._epochs = Epochs(paths, epoch or newest(paths))
        self._tail: Tail[Received] | None = None
        self._looked = -_LOOK_FOR_DRIVER
        self.epoch = epoch
        self.heard = time.monotonic()

    def changed(self, at_once: bool = False, busy: float = 0) -> bool:
        """Whether a newer driver has begun, from which on only its inbox is read. Looks now and then, or `at_once`.

        busy: seconds for which the agent has been evaluating; it looks less often the longer that takes.
        """
        now = time.monotonic()
        every = max(_LOOK_FOR_DRIVER, min(_LOOK_WHILE_BUSY, busy / 20)) if self.epoch else _LOOK_FOR_FIRST
        if not at_once and now - self._looked < every:
            return False
        self._looked = now
        epoch = self._epochs.look()
        if epoch == self.epoch and self._tail is not None:
            return False
        if self._tail is not None:
            self._tail.close()
        self.epoch = epoch
        path = self._paths.agent(self._agent).inbox(epoch)
        self._tail = Tail(path, partial(INBOX.decode, epoch=epoch), create=epoch > 0)
        self.heard = now
        return True

    def read(self) -> list[Received]:
        """What has arrived."""
        orders = self._tail.read() if self._tail is not None else []
        if orders:
            self.heard = time.monotonic()
        return orders


class Outbox:
    """What the agent says. Nothing is lost while the disk is full: it is kept in memory and written later."""

    def __init__(self, paths: RunPaths, agent: str) -> None:
        """Nothing is written yet. Raises StorageFullError where the file cannot be opened."""
        self._appender = Appender(paths.agent(agent).outbox)
        self._waiting: deque[Said] = deque()
        self._retry_at = 0.0
        self._sync_at: float | None = None
        self._urgent = False
        self._look_at = 0.0
        self._misses = 0

    @property
    def stalled(self) -> bool:
        """Whether something could not be written."""
        return bool(self._waiting) and self._retry_at > 0

    def say(self, message: Said, urgent: bool = True) -> None:
        """Queue a message for the next `flush`. An urgent one counts (and must be on disk) when flush returns True."""
        self._waiting.append(message)
        self._urgent |= urgent

    def flush(self) -> bool:
        """Write what is waiting; False where that is not possible now, in which case to try again later is free."""
        now = time.monotonic()
        if now < self._retry_at:
            return False
        try:
            if self._waiting:
                self._appender.append(*map(OUTBOX.encode, self._waiting), sync=self._urgent)
                self._sync_at = None if self._urgent else now + _SYNC_AFTER
            elif self._sync_at is not None and now >= self._sync_at:
                self._appender.sync()
                self._sync_at = None
        except StorageFullError:
            self._retry_at = now + RETRY
            return False
        self._waiting.clear()
        self._urgent = False
        self._retry_at = 0.0
        return True

    def lost(self) -> bool:
        """Whether drivers do not find the file any more, at two looks in a row: its run was moved or removed."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + _LOOK_FOR_FILE
            self._misses = 0 if self._appender.in_place else self._misses + 1
        return self._misses > 1

    def close(self) -> None:
        """Close the file."""
        self._appender.close()
