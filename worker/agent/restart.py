"""What an agent of the same name did before this one: a job that Slurm has requeued, or a second process."""

from __future__ import annotations

from worker import processes
from worker.agent.folder import node_name
from worker.errors import EXIT_RUNNING, OmnioptError
from worker.store.outbox_messages import OUTBOX, Finished, Hello, Refused, Started
from worker.store.paths import RunPaths
from worker.store.tail import read_records

Key = tuple[int, int]  # trial and attempt


class StillRunningError(OmnioptError):
    """Another process is this agent already."""

    exit_code = EXIT_RUNNING


def earlier_assignments(paths: RunPaths, identity: str) -> tuple[set[Key], list[Key]]:
    """What the agent's outbox names: all that it has taken on, and what of it was begun and not brought to an end.

    Ends what a process before this one has left on this machine. Raises StillRunningError where that still runs.
    """
    seen: set[Key] = set()
    unfinished: list[Key] = []
    for message in read_records(paths.agent(identity).outbox, OUTBOX.decode):
        if isinstance(message, Hello) and message.host == node_name():
            if message.pid is not None and processes.alive(message.pid, message.pid_start):
                raise StillRunningError(
                    f"The worker {identity} is already running as process {message.pid}; give another "
                    "--id, or end that process first."
                )
        elif isinstance(message, Started | Finished | Refused):
            key = message.trial, message.attempt
            seen.add(key)
            if isinstance(message, Started):
                unfinished.append(key)
            elif key in unfinished:
                unfinished.remove(key)
    if seen:
        processes.sweep(paths.root, identity)
    return seen, unfinished
