"""Which cluster Slurm's commands speak to from this machine, and how they speak to that of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from worker.launch.slurm import reasons, scontrol
from worker.launch.slurm.client import CONFIGS, Client
from worker.spec.problem import Problem
from worker.spec.run import Run
from worker.store.paths import RunPaths
from worker.store.run_config import started_run

_NAME = re.compile(r"^[ \t]*ClusterName[ \t]*=[ \t]*([\w.-]+)", re.IGNORECASE | re.MULTILINE)
_SOCKET = re.compile(r"^[ \t]*AuthInfo[ \t]*=.*?\bsocket=([^\s,]+)", re.IGNORECASE | re.MULTILINE)
_NAMED_WITHIN = 4.0  # seconds; a command does without the name where it must
_PATIENCE = 60.0


def local(client: Client) -> str:
    """The name of the cluster of this machine; "" where it is not known.

    Its slurm.conf is read where it lies in a usual place: that takes no time, and works while the controller is down.
    """
    if match := _NAME.search(_config(client)):
        return match[1].lower()  # as Slurm has it
    settings = scontrol.config(Client(client.environ), _NAMED_WITHIN) or {}
    return settings.get("ClusterName", "").lower()


def _config(client: Client) -> str:
    """The text of this machine's slurm.conf, "" where it lies in no usual place."""
    named = client.environ.get("SLURM_CONF")
    for config in [named] if named else CONFIGS:
        with suppress(OSError, UnicodeDecodeError):
            return Path(config).read_text(encoding="utf-8")
    return ""


def munge_trouble(client: Client) -> str:
    """What munge says is wrong, "" where it works or this machine has none.

    Without it Slurm's commands try for most of a minute before they say so, which nobody waits for.
    """
    socket = _SOCKET.search(_config(client))
    place = [f"--socket={socket[1]}"] if socket else []
    answer = client.call("munge", "--no-input", *place, patience=_NAMED_WITHIN)
    return "" if answer.ok or answer.code == 127 else answer.message


def site_of(run: Run) -> str:
    """The cluster that the jobs of `run` go to from this machine, "" where it is not known.

    Where Slurm's commands here cannot be given the name in the config, that is no cluster that they speak to.
    """
    client = client_of(run)
    if client.cluster and not reasons.unknown_cluster(
        client.call("scontrol", "ping", patience=_NAMED_WITHIN).message
    ):
        return client.cluster.lower()
    return local(client)


def client_of(run: Run, patience: float = _PATIENCE) -> Client:
    """Calls Slurm's commands for the cluster of `run`. patience: seconds for each answer."""
    client = Client(patience=patience)
    if run.cluster and run.cluster.lower() != local(client):
        client.cluster = run.cluster
    return client


def client_at(paths: RunPaths, patience: float = _PATIENCE) -> Client:
    """The same for the run in `paths`. Raises UsageError or ConfigError where that cannot be read."""
    return client_of(started_run(paths), patience)


def problems(client: Client, run: Run) -> Iterator[Problem]:
    """That a variable of the user's names clusters that the config does not."""
    name, value = client.clusters
    if value and not run.cluster and value.lower() != local(client):
        yield Problem(
            "slurm.cluster",
            f"Your variable {name} says {value}, but all jobs go to the cluster of this machine, since the config names no other.",
            f"Fill in this field with the name of one cluster, or unset {name}.",
        )
