"""The job that a driver runs in: what it means that Slurm tells it to end."""

from __future__ import annotations

import os
from collections.abc import Mapping

from worker.launch.slurm import scontrol
from worker.launch.slurm.client import Client

_PATIENCE = 5.0  # seconds; Slurm kills the job soon after it has told it to end


class OwnJob:
    """Asks Slurm about the job that this process is in. `comes_back`: Slurm starts it again by itself."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        variables = os.environ if environ is None else environ
        self._number = variables.get("SLURM_JOB_ID", "")
        self._restarts = int(variables.get("SLURM_RESTART_COUNT") or 0)
        self._client = Client(variables)
        self.comes_back = False

    def leaves(self) -> bool:
        """Whether the job ends for a reason of Slurm's own, so that the run is to go on; False where a person ended it.

        A job that makes room for another one, or whose node is wanted, was not ended by the owner of the run. Where
        Slurm says nothing, that may be so: leaving loses nothing, while a run that is stopped stays so.
        """
        job = scontrol.job(self._client, self._number, _PATIENCE)
        if job is None:
            return True
        self.comes_back = int(job.get("Restarts") or 0) > self._restarts
        preempted = job.get("PreemptTime", "None") != "None"
        return self.comes_back or preempted or job.get("JobState") == "RUNNING"
