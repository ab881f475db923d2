"""What is changed of worker jobs that wait in Slurm's queue: the nodes that they may begin on, and when they may begin."""

from __future__ import annotations

from functools import partial

from worker.launch.slurm import scontrol
from worker.launch.slurm.background import Background
from worker.launch.slurm.client import Client
from worker.launch.slurm.job_states import JobStates
from worker.spec.directives import excluded
from worker.spec.run import Run


class WaitingJobs:
    """Those of one run. Whether Slurm takes a change is not waited for: without it, a job only begins later, or elsewhere."""

    def __init__(self, run: Run, client: Client, background: Background, job_states: JobStates) -> None:
        self._run, self._client, self._background, self._job_states = run, client, background, job_states
        self._excluded_nodes: tuple[str, ...] = ()

    def keep_away_from(self, nodes: tuple[str, ...]) -> None:
        """They must not begin on a node that has failed since they were submitted."""
        if nodes == self._excluded_nodes:
            return
        self._excluded_nodes = nodes
        names = excluded(self._run, nodes)
        for submission in self._job_states.submissions.values():
            if self._job_states.waiting(submission):
                change = partial(scontrol.exclude, self._client, submission.number, names)
                self._background.do(change, lambda taken: None)

    def hurry(self) -> None:
        """Slurm lets a job that has asked for its own restart wait for two minutes; there is no need for that."""
        if jobs := self._job_states.hurried():
            self._background.do(partial(scontrol.start_now, self._client, jobs), lambda taken: None)
