"""What an agent says of itself when it begins, and to each new driver."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Mapping

from worker import __version__, processes
from worker.agent import gpu_sampler
from worker.agent.folder import node_name
from worker.agent.lifetime import Lifetime
from worker.launch import registry
from worker.launch.scheduler import CurrentJob
from worker.store.outbox_messages import Hello

_DRIFT = 5.0  # seconds by which clocks may differ that are kept alike
_LONGEST_PROLOGUE = 600.0  # seconds from the start of a job to that of its first process


def hello(identity: str, epoch: int, lifetime: Lifetime, environment: Mapping[str, str]) -> Hello:
    """The introduction of this process as the agent `identity` to the driver of `epoch`.

    environment: that of its programs.
    """
    ends = lifetime.ends_at < math.inf
    job = registry.current_job(os.environ)
    return Hello(
        agent=identity,
        epoch=epoch,
        host=node_name(),
        pid=os.getpid(),
        pid_start=processes.birth(os.getpid()) or "",
        job=job.number if job else "",
        version=__version__,
        ends_at=lifetime.ends_at if ends else None,
        time_left=lifetime.left if ends else None,
        gpus=gpus(environment),
        cpus=len(os.sched_getaffinity(0)),
        gpu_count=gpu_sampler.present(environment),
        job_start=_began(job) if job else None,
        job_nodes=job.nodes if job else None,
        job_cpus=job.cpus if job else None,
        job_gpus=job.gpus if job else None,
        at=time.time(),
    )


def _began(job: CurrentJob) -> float | None:
    """When the job of this process began, by the clock of this machine: that of the scheduler may differ."""
    here = processes.oldest_with(job.mark)
    if job.start is None or here is None:
        return here if job.start is None else job.start
    return job.start if -_DRIFT <= here - job.start <= _LONGEST_PROLOGUE else here


def gpus(environment: Mapping[str, str]) -> str:
    """The GPUs that programs with this environment see, as their job was given them; "" where it does not say."""
    return environment.get("CUDA_VISIBLE_DEVICES", "")
