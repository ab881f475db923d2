"""Which cluster Slurm's commands speak to from this machine."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

from worker.launch.slurm import scontrol
from worker.launch.slurm.client import CONFIGS, Client

_NAME = re.compile(r"^[ \t]*ClusterName[ \t]*=[ \t]*([\w.-]+)", re.IGNORECASE | re.MULTILINE)
_PATIENCE = 4.0  # seconds; a command does without the name where it must


def local(client: Client) -> str:
    """The name of the cluster of this machine; "" where it is not known.

    Its slurm.conf is read where it lies in a usual place: that takes no time, and works while the controller is down.
    """
    named = client.environ.get("SLURM_CONF")
    for config in [named] if named else CONFIGS:
        with suppress(OSError, UnicodeDecodeError):
            if match := _NAME.search(Path(config).read_text(encoding="utf-8")):
                return match[1].lower()  # as Slurm has it
    settings = scontrol.config(client, _PATIENCE) or {}
    return settings.get("ClusterName", "").lower()
