"""What the fate of agents says about the run and the nodes: that no agent can ever start, or that a node kills them."""

from __future__ import annotations

from pathlib import Path

from worker.launch.slurm import refusals
from worker.launch.slurm.job_states import JobStates
from worker.launch.slurm.reasons import Meaning
from worker.launch.slurm.sbatch import Submitted
from worker.launch.slurm.script import AgentJob
from worker.launch.slurm.squeue import Row
from worker.spec.problem import Problem
from worker.spec.text import together
from worker.store.outbox_messages import Finished, GpuBroken, Heard, Hello, ProcessEnded
from worker.store.paths import RunPaths
from worker.store.starter import command

NODE_FAILURES = 2  # in a row, after which a node gets no more jobs
MOST_EXCLUDED = 8  # nodes; more at once is no fault of theirs
NEVER_BEGAN = 3  # agents that never spoke, after which it is not tried again
# How a job ends where its node may be to blame. Time limits, preemption and scancel are somebody's will.
_BLAME = frozenset({"NODE_FAIL", "BOOT_FAIL", "FAILED"})
_OWN_END = frozenset({"FAILED", "COMPLETED"})


class NodeHealth:
    """Remembers how agents ended. `hopeless` is why no agent can ever start, None as long as one may."""

    def __init__(self, job_states: JobStates, paths: RunPaths, in_job: bool = False) -> None:
        """in_job: whether this process is a job itself."""
        self.hopeless: Problem | None = None
        self._job_states = job_states
        self._paths = paths
        self._in_job = in_job
        self._failures: dict[str, int] = {}  # node -> times in a row
        self._counted: set[str] = set()
        self._never_began = 0

    @property
    def excluded(self) -> tuple[str, ...]:
        """The nodes that get no more jobs."""
        failing = (node for node, times in self._failures.items() if times >= NODE_FAILURES)
        return tuple(failing)[:MOST_EXCLUDED]

    @property
    def trouble(self) -> str:
        """A sentence about nodes that are left out, "" where there are none."""
        nodes = ", ".join(self.excluded)
        return f"Workers on {nodes} failed twice in a row, so no more are started there." if nodes else ""

    def note(self, identity: str, message: Heard) -> None:
        """Take in what an agent has said itself."""
        node = self._job_states.node(identity)
        if isinstance(message, Hello):
            self._never_began = 0
        elif isinstance(message, GpuBroken) or (isinstance(message, ProcessEnded) and message.exit_code != 0):
            self._counted.add(identity)
            self._failed(node)
        elif isinstance(message, Finished) and self._failures.get(node, 0) < NODE_FAILURES:
            self._failures.pop(node, None)

    def refused(self, job: AgentJob, answer: Submitted) -> None:
        """Slurm has refused a submission: that is final where it has never taken a job of this run.

        A run that has had jobs was right for its cluster; rules of a site may say no for a while. They do not where they
        say it to the first submission of a driver that is a job: compute nodes may not submit. One in the job of a worker
        goes on with the workers that there are.
        """
        if job.exclude:
            self._failures.clear()  # perhaps too few nodes were left
        elif (
            self._in_job
            and job.since is None
            and refusals.denied(answer)
            and not self._job_states.accepted(job.epoch)
        ):
            self.hopeless = refusals.denied_on_node(answer, self._paths)
        elif not self._job_states.accepted():
            self.hopeless = refusals.refusal(answer)

    def stuck(self, row: Row, meaning: Meaning) -> None:
        """Slurm has taken a submission that can never start."""
        self.hopeless = refusals.workers_stuck(row.reason, meaning)

    def note_ended(self) -> bool:
        """Look at the agents that have newly ended; True where some ended before they could say a word."""
        never_began_before = self._never_began
        for identity, node, word, heard, output in self._newly_ended():
            if word in _BLAME and heard:
                self._failed(node)
            if word in _OWN_END and not heard:
                self._never_began += 1
                self._check_setup(identity, node, output)
        return self._never_began > never_began_before

    def _newly_ended(self) -> list[tuple[str, str, str, bool, Path]]:
        ended = []
        for submission in self._job_states.submissions.values():
            for identity, agent in submission.agents.items():
                if agent.gone is not None and identity not in self._counted:
                    self._counted.add(identity)
                    if agent.word and not agent.goodbye:
                        output = self._paths.job_output(submission.job.name, agent.index)
                        ended.append((identity, agent.node, agent.word, agent.heard, output))
        return ended

    def _check_setup(self, identity: str, node: str, output: Path) -> None:
        if self._never_began >= NEVER_BEGAN:
            self.hopeless = Problem(
                "slurm.setup",
                together(
                    f"The last {self._never_began} worker jobs ended before OmniOpt could start in them, "
                    f"the last one ({identity}) on {node or 'an unknown node'}.",
                    last_line(output),
                ),
                f"Read {output}. To try a single job: "
                f"{command('check', str(self._paths.config), '--on-node', lasting=True)}",
            )

    def _failed(self, node: str) -> None:
        if node:
            self._failures[node] = self._failures.get(node, 0) + 1


def last_line(path: Path) -> str:
    """The last line of what a job printed, as a sentence; "" where there is none."""
    try:
        lines = path.read_text(errors="replace").split("\n")
    except OSError:
        return ""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f'The last line of its output is "{last[:300]}".' if last else ""
