"""Why a program could not even be started, and whom that is about: this moment, this machine, or the program."""

from __future__ import annotations

import errno
from enum import Enum
from pathlib import Path

from worker.agent.folder import node_name
from worker.spec.environment import NotSetError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_OF_THE_MACHINE = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE)


class StartFailure(Enum):
    """What stands in the way."""

    FOR_NOW = "for now"  # the same worker can start it later
    HERE = "here"  # other machines may start it
    EVERYWHERE = "everywhere"  # it is the program's


def classify_start_error(error: OSError | ValueError, cwd: str, run_root: Path) -> tuple[StartFailure, str]:
    """What `error` at the start of a program in the folder `cwd` means, and a sentence for whoever asks why."""
    if isinstance(error, NotSetError):
        return StartFailure.EVERYWHERE, f"{error} That is so on {node_name()}."
    number = error.errno if isinstance(error, OSError) else None
    # A run's folder that is missing may come back, or it was moved or removed, which is noticed elsewhere.
    if number in _FULL or (number == errno.ENOENT and not run_root.is_dir()):
        return StartFailure.FOR_NOW, f"No program can be started at the moment: {error}."
    if number in _OF_THE_MACHINE:
        return StartFailure.HERE, f"No program can be started on {node_name()}: {error}."
    if number == errno.ENOENT and not Path(cwd).is_dir():
        reason = f"The folder {cwd} does not exist on {node_name()}; start the run from a folder that does."
    elif number == errno.ENOENT:
        reason = f"There is no bash on {node_name()}, and the objective program needs it; install it."
    elif number == errno.E2BIG:
        reason = "The command is too long for the system; make the program read its parameters from the OMNIOPT_PARAM_ variables."
    else:
        reason = f"The program could not be started: {error}."
    return StartFailure.EVERYWHERE, reason
