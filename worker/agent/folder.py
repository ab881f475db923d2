"""Before an agent takes work: is the run's folder the one that the driver writes, as seen from this node?"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from worker.errors import OmnioptError
from worker.launch import registry
from worker.store.paths import RunPaths

PATIENCE = 60.0  # seconds; a network file system may show new files that late
_LOOK_EVERY = 0.5


class WrongFolderError(OmnioptError):
    """The run's folder cannot be used from this node."""


def node_name() -> str:
    """The name of this machine, as the scheduler calls it inside a job."""
    job = registry.current_job(os.environ)
    return (job.node if job else "") or socket.gethostname()


def check(paths: RunPaths, epoch: int, patience: float = PATIENCE) -> None:
    """Wait until the journal of `epoch` can be read here, and write a file beside it.

    epoch: 0 before the first driver, when the run's config is looked for instead. Raises WrongFolderError where the
    file does not come within `patience` seconds or nothing can be written.
    """
    ends_at = time.monotonic() + patience
    what, path = ("driver's journal", paths.journal(epoch)) if epoch else ("run's config", paths.config)
    while not _readable(paths, path):
        if time.monotonic() > ends_at:
            raise WrongFolderError(
                f"The {what} {path} cannot be read on {node_name()}, so no results could reach the driver. "
                "Choose a workdir on a file system that the compute nodes share."
            )
        time.sleep(_LOOK_EVERY)
    probe = paths.agents / f".probe-{node_name()}-{os.getpid()}"
    try:
        probe.write_text("written by a worker before it takes work\n")
        probe.unlink()
    except OSError as error:
        raise WrongFolderError(
            f"Cannot write to {paths.agents} on {node_name()}: {error.strerror}. Choose a workdir that the "
            "compute nodes can write to."
        ) from error


def _readable(paths: RunPaths, path: Path) -> bool:
    try:
        with path.open("rb"):
            paths.agents.mkdir(exist_ok=True)
    except OSError:
        return False
    return True
