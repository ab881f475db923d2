"""What the driver asks of an agent: one trial to evaluate, with the command and the limits it runs under.

An assign record holds everything, so that an agent needs no config and no earlier record:

    {"kind": "assign", "trial": 7, "attempt": 1, "values": {...}, "command": "./train.sh --lr 0.1", "at": ...,
     "cwd": "/where/start/was/called", "time_limit": 600, "memory": 2000, "accept_exit_code": false,
     "number_format": "auto"}

Left out or 0 means: no time limit, no memory limit, an exit code other than 0 is a failure, and the folder that
the agent itself was started in. Attempts count from 1; an agent never evaluates the same attempt twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from worker.spec.notation import NUMBER_FORMATS, value_text
from worker.spec.parameters import Value, environment_name
from worker.store.paths import RunPaths
from worker.store.records import Record


@dataclass(frozen=True)
class Assignment:
    """One trial to evaluate. time_limit is in seconds, memory in MB; 0 is no limit. epoch: the driver's who asked."""

    trial: int
    attempt: int
    values: Mapping[str, Value]
    command: str
    epoch: int
    cwd: str = "."
    time_limit: float = 0
    memory: float = 0
    accept_exit_code: bool = False
    number_format: str = NUMBER_FORMATS[0]

    @classmethod
    def read(cls, record: Record, epoch: int) -> Assignment:
        """The assignment in an assign record. Raises KeyError, TypeError or ValueError if something is missing or wrong."""
        return cls(
            int(record["trial"]),
            int(record["attempt"]),
            dict(record["values"]),
            str(record["command"]),
            epoch,
            str(record.get("cwd") or "."),
            float(record.get("time_limit") or 0),
            float(record.get("memory") or 0),
            bool(record.get("accept_exit_code")),
            str(record.get("number_format") or NUMBER_FORMATS[0]),
        )

    @property
    def key(self) -> tuple[int, int]:
        """What no other assignment to the same agent has."""
        return self.trial, self.attempt

    def variables(self, paths: RunPaths, agent: str) -> dict[str, str]:
        """The environment variables that the objective gets, beside those that the agent has."""
        names = {
            "OMNIOPT_RUN": str(paths.root),
            "OMNIOPT_TRIAL": str(self.trial),
            "OMNIOPT_ATTEMPT": str(self.attempt),
            "OMNIOPT_AGENT": agent,
            "OMNIOPT_TRIAL_DIR": str(paths.trial_dir(self.trial)),
        }
        for name, value in self.values.items():
            names[environment_name(name)] = value_text(value, self.number_format)
        return names


def run_paths(root: Path) -> RunPaths:
    """The paths of the run in `root`, spelled the one way that processes of the run are recognised by."""
    return RunPaths(root.resolve())
