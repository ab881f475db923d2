"""After an agent's process: what it has left behind is ended, and a driver learns at once that it died without a word."""

from __future__ import annotations

import time
from contextlib import suppress

from worker import processes
from worker.agent.folder import node_name
from worker.store.appender import Appender, StorageFullError
from worker.store.outbox_messages import OUTBOX, Bye, ProcessEnded
from worker.store.paths import RunPaths
from worker.store.tail import read_records


def tidy(paths: RunPaths, identity: str, exit_code: int) -> int:
    """End what the agent has left on this machine, and write down that it has ended; returns how many were ended.

    To be called when its process has ended with `exit_code`, so that its outbox has one writer at any time. An agent
    that never said anything gets no record: its launcher knows better why.
    """
    ended = processes.sweep(paths.root, identity)
    outbox = paths.agent(identity).outbox
    last = None
    with suppress(OSError):
        for messages in read_records(outbox, OUTBOX.decode):
            last = messages or last
    if last is None or isinstance(last, Bye | ProcessEnded):
        return ended
    # Where the disk is full, the scheduler's queue tells the same a little later.
    with suppress(StorageFullError), Appender(outbox) as file:
        ended_so = ProcessEnded(exit_code=exit_code, host=node_name(), at=time.time())
        file.append(OUTBOX.encode(ended_so))
    return ended
