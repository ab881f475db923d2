"""Runs Slurm's own commands, in an environment that is free of the job that we may run in ourselves."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# What a variable of these families says belongs to the surrounding job, or changes what a command prints.
_FAMILIES = ("SLURM_", "SLURMD_", "SBATCH_", "SQUEUE_", "SINFO_", "SCANCEL_", "SCONTROL_", "SRUN_", "SALLOC_")
# How Slurm is reached; these have nothing to do with the surrounding job.
_KEPT = frozenset({"SLURM_CONF", "SLURM_CONF_SERVER", "SLURM_JWT", "SLURM_DEBUG_FLAGS"})
# What a person's or a site's profile may set for all jobs; it counts where the config leaves the field empty.
DEFAULTS = ("account", "partition", "qos", "reservation")
_DEFAULTS = frozenset(f"SBATCH_{name.upper()}" for name in DEFAULTS)
# Which clusters such variables name is for the config to say: jobs that drive a run would not have them.
CLUSTERS = ("SBATCH_CLUSTERS", "SLURM_CLUSTERS")
_PROGRAMS = ("sbatch", "squeue", "scancel", "sinfo", "scontrol")
CONFIGS = ("/etc/slurm/slurm.conf", "/etc/slurm-llnl/slurm.conf", "/run/slurm/conf/slurm.conf")
_UNCONFIGURED = ("configuration source", "failed to fetch config", "unable to process configuration file")
_PREFIX = re.compile(r"\w+: (?:error|fatal): ")
NO_ANSWER = "no answer in time"
_PATIENCE = 12.0
_MOST_LINES = 12  # of a message; sites print banners


def absence(environ: Mapping[str, str] | None = None) -> str:
    """A sentence on why jobs cannot go to a Slurm cluster from this machine; "" where it belongs to one.

    The commands may be installed where there is no cluster. One that does not answer at present is there all the same.
    """
    variables = os.environ if environ is None else environ
    missing = [program for program in _PROGRAMS if not shutil.which(program, path=variables.get("PATH"))]
    if "sbatch" in missing:
        return "There is no Slurm here (no sbatch command)."
    if missing:
        return f"Slurm is not complete here (it has sbatch, but not {', '.join(missing)})."
    if variables.get("SLURM_CONF") or any(map(os.path.exists, CONFIGS)):
        return ""
    answer = Client(variables).call("sinfo", "--noheader", "--format=%R", patience=_PATIENCE)
    if answer.ok or not any(message in answer.err for message in _UNCONFIGURED):
        return ""
    return "Slurm's commands are here, but this machine belongs to no cluster (they find no slurm.conf)."


def scrubbed(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` without the variables of a surrounding job, which sbatch and srun would obey, and without empty defaults."""
    return {
        name: value
        for name, value in environ.items()
        if not name.startswith(_FAMILIES) or name in _KEPT or (name in _DEFAULTS and value)
    }


@dataclass(frozen=True)
class Answer:
    """What a command said; `code` is None where it gave no answer in time or was killed."""

    code: int | None
    out: str
    err: str

    @property
    def ok(self) -> bool:
        """Whether the command did what it was asked."""
        return self.code == 0

    @property
    def said(self) -> list[str]:
        """What the command said line by line, without its name: its errors, then what a site's wrapper may have printed."""
        lines = [_PREFIX.sub("", line.strip()) for line in (*self.err.splitlines(), *self.out.splitlines())]
        return list(dict.fromkeys(line for line in lines if line))

    @property
    def message(self) -> str:
        """What Slurm said was wrong, in its own words and in one line."""
        if self.said:
            return " / ".join(self.said[:_MOST_LINES])
        return NO_ANSWER if self.code is None else f"exit code {self.code} without a message"


class Client:
    """Calls Slurm's commands. `environ` is what they see; `patience` the seconds that one may take.

    cluster: which one they are to speak to, where that is not this machine's. clusters: the user's variable that names
    some, which counts for no command, as (name, value).
    """

    def __init__(self, environ: Mapping[str, str] | None = None, patience: float = 60.0) -> None:
        variables = os.environ if environ is None else environ
        self.environ = scrubbed(variables)
        self.patience = patience
        self.cluster = ""
        named = ((name, variables[name]) for name in CLUSTERS if variables.get(name))
        self.clusters = next(named, ("", ""))

    def call(
        self, *command: str, text: str = "", patience: float | None = None, hidden: Collection[str] = ()
    ) -> Answer:
        """Run a command with `text` as its standard input, without the variables called `hidden`.

        Never raises for what the command does.
        """
        if self.cluster and command[0] in _PROGRAMS:
            command = (command[0], f"--clusters={self.cluster}", *command[1:])
        try:
            process = subprocess.Popen(
                command,
                env={name: value for name, value in self.environ.items() if name not in hidden},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                start_new_session=True,  # Ctrl-C in the terminal must not cut a submission in half
            )
        except OSError as error:
            return Answer(127, "", f"{command[0]}: {error.strerror}")
        try:
            out, err = process.communicate(text, timeout=self.patience if patience is None else patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            return Answer(None, out, err)
        return Answer(process.returncode if process.returncode >= 0 else None, out, err)
