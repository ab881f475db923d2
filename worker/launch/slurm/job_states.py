"""What is known of a run's agents in Slurm, from its answers, its queue and the agents themselves: no I/O, no clock.

Nothing here turns "cannot know" into "has ended": an agent is gone when Slurm shows its job as ended, when it said
goodbye, or when two answers a minute apart do not have it any more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from worker.launch.launcher import AgentReport, AgentState
from worker.launch.slurm import reasons
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import AgentJob
from worker.launch.slurm.squeue import JobState, Row
from worker.launch.slurm.submissions import Agent, Submission
from worker.store import lives


@dataclass(frozen=True)
class Ride:
    """The agent in whose job the driver is, and the number of that job array, "" where nothing says it."""

    identity: str
    number: str = ""


class JobStates:
    """All submissions of a run and their agents. Times are seconds of one clock, given by the caller."""

    def __init__(self, ride: Ride | None = None) -> None:
        """ride: where the driver itself is; that job is there for certain, and never ended together with others."""
        self._ride = ride
        self.submissions: dict[str, Submission] = {}
        self._by_first_life: dict[str, Submission] = {}
        self.silent_since: float | None = None  # since when Slurm has not answered
        self._reports: Mapping[str, AgentReport] | None = None  # made again after every change

    def intend(self, job: AgentJob, at: float) -> None:
        """A job array is about to be submitted."""
        self._reports = None
        submission = self.submissions[job.name] = Submission(job, doubt_since=at)
        self._by_first_life.update(dict.fromkeys(job.identities, submission))
        if self._ride and self._has_driver(submission):
            submission.outcome, submission.number = Outcome.ACCEPTED, self._ride.number

    def answered(self, name: str, submitted: Submitted, at: float) -> None:
        """sbatch has answered, or has ended without an answer."""
        self._reports = None
        submission = self.submissions[name]
        submission.answered, submission.doubt_since, submission.message = True, at, submitted.message
        if submission.outcome is Outcome.ACCEPTED:
            submission.number = submission.number or submitted.job
            return  # an agent of it, or the queue, was faster than sbatch's answer
        submission.outcome = submitted.outcome
        submission.number = submitted.job
        if submitted.outcome in (Outcome.REFUSED, Outcome.LATER):
            submission.give_up(f"Slurm rejected the job: {submitted.message}.")

    def heard(self, identity: str, node: str) -> None:
        """An agent has said that it runs; it may be one whose job Slurm has started again without that being noticed."""
        self._reports = None
        submission = self._submission(identity)
        if submission is None:
            return
        while identity not in submission.agents:
            submission.starts_again(submission.newest_of(identity), -math.inf)
        agent = submission.agents[identity]
        agent.heard, agent.node = True, agent.node or node
        agent.absent.clear()
        submission.outcome = Outcome.ACCEPTED

    def unknown(self, identity: str) -> bool:
        """Whether this is a later life of an agent that is known, which is not known itself."""
        submission = self._submission(identity)
        return submission is not None and identity not in submission.agents

    def spoke(self, identity: str) -> None:
        """An agent has said something about its work: it is there, also where the queue has lost its job."""
        if (agent := self._agent(identity)) and agent.absent:
            self._reports = None
            agent.absent.clear()

    def left(self, identity: str, reason: str, at: float | None = None, hurried: bool = False) -> None:
        """An agent has said goodbye, or is known to have ended by other means.

        at: the time, where its job was told to end, so that it may come back. hurried: its job asks for that itself.
        """
        self._reports = None
        submission, agent = self._submission(identity), self._agent(identity)
        if submission is None or agent is None:
            return
        comes_back = at is not None and agent.gone is None and not agent.unwanted
        agent.gone, agent.goodbye = agent.gone or reason or "left", True
        if comes_back and at is not None:
            submission.starts_again(agent, at, hurried)

    def died(self, identity: str, reason: str) -> None:
        """What watches over an agent on its node has seen its process end without a goodbye."""
        self._reports = None
        if agent := self._agent(identity):
            agent.gone = agent.gone or reason

    def unwanted(self, identities: Iterable[str]) -> None:
        """These are being ended: their jobs are not to come back."""
        for agent in filter(None, map(self._agent, identities)):
            agent.unwanted = True

    def cancelled(self, identities: Iterable[str]) -> None:
        """Slurm has taken it that these end. Those that run say goodbye themselves; the others never began."""
        for identity in identities:
            if (agent := self._agent(identity)) and not agent.heard:
                self.left(identity, "The job was cancelled.")

    def silent(self, at: float) -> None:
        """Slurm gave no answer about the queue."""
        self._reports = None
        if self.silent_since is None:
            self.silent_since = at

    def observe(self, rows: Iterable[Row], asked_at: float, complete: bool = True) -> None:
        """Slurm's answer about the queue, to a question that was asked at `asked_at`.

        complete: whether it shows all that is there. What an incomplete answer lacks is as unknown as without it.
        """
        self._reports = None
        self.silent_since = None
        by_name: dict[str, list[Row]] = {}
        for row in rows:
            by_name.setdefault(row.name, []).append(row)
        for name, submission in self.submissions.items():
            if job_rows := by_name.get(name):
                submission.seen(job_rows, asked_at, complete)
            elif not complete:
                continue
            elif not submission.over and submission.answered and asked_at >= submission.doubt_since:
                submission.unseen(asked_at)

    def names(self) -> list[str]:
        """The job names to ask the queue about."""
        return [name for name, submission in self.submissions.items() if not submission.over]

    @property
    def doubt(self) -> str:
        """What Slurm said where it is not known whether it has taken a submission, "" where there is none."""
        doubtful = (
            submission
            for submission in self.submissions.values()
            if submission.outcome is Outcome.DOUBTFUL and submission.answered
        )
        return next((submission.message for submission in doubtful if not submission.over), "")

    def accepted(self, epoch: int | None = None) -> bool:
        """Whether Slurm has taken any submission of this run, or of the driver of `epoch`."""
        return any(
            submission.outcome is Outcome.ACCEPTED and epoch in (None, submission.job.epoch)
            for submission in self.submissions.values()
        )

    def doubtful(self, name: str) -> bool:
        """Whether it is not known if Slurm has taken the submission."""
        return self.submissions[name].outcome is Outcome.DOUBTFUL

    @property
    def in_question(self) -> bool:
        """Whether of any agent it is not known if its job comes back."""
        return any(agent.in_question for sub in self.submissions.values() for agent in sub.newest)

    def hurried(self) -> list[str]:
        """The jobs that need not wait for their time, as Slurm's commands name them; each of them once."""
        jobs: list[str] = []
        for submission in self.submissions.values():
            for agent in submission.newest:
                if agent.hurried and agent.row is not None and agent.row.reason == "BeginTime":
                    agent.hurried = False
                    jobs.append(agent.row.job)
        return jobs

    def waiting(self, submission: Submission) -> list[str]:
        """The agents of a submission that wait in the queue."""
        return [
            identity
            for identity, agent in submission.agents.items()
            if agent.gone is None and agent.row is not None and agent.row.state is JobState.WAITING
        ]

    def waiting_for_ever(self) -> Iterator[tuple[Submission, Row, reasons.Meaning]]:
        """Submissions with elements that wait for a reason that never passes."""
        for submission in self.submissions.values():
            for agent in submission.agents.values():
                row = agent.row
                meaning = reasons.never(row.reason) if row is not None and agent.stuck else None
                if row and meaning and agent.gone is None and agent.stuck >= meaning.sightings:
                    yield submission, row, meaning
                    break

    def jobs(self, identities: Iterable[str]) -> tuple[list[str], list[str]]:
        """What scancel must be given for these agents: numbers of elements, and names of whole submissions.

        A name is surer than a number, which a controller that has lost its state gives to other jobs. But it would end
        the driver, too, that goes on in the job of an agent that has left.
        """
        chosen: dict[str, list[Agent]] = {}
        for identity in identities:
            submission, agent = self._submission(identity), self._agent(identity)
            if submission is not None and agent is not None and agent.gone is None:
                chosen.setdefault(submission.job.name, []).append(agent)
        numbers: list[str] = []
        names: list[str] = []
        for name, agents in chosen.items():
            submission = self.submissions[name]
            driven = self._has_driver(submission)
            if submission.number and (driven or len(agents) < submission.alive):
                numbers += map(submission.element, agents)
            elif not driven:
                names.append(name)
        return numbers, names

    def node(self, identity: str) -> str:
        """The node of an agent, "" where it is not known."""
        agent = self._agent(identity)
        return agent.node if agent else ""

    def reports(self) -> Mapping[str, AgentReport]:
        """How every agent stands."""
        if self._reports is None:
            self._reports = {
                identity: self._report(submission, agent)
                for submission in self.submissions.values()
                for identity, agent in submission.agents.items()
            }
        return self._reports

    def _report(self, submission: Submission, agent: Agent) -> AgentReport:
        number = submission.element(agent)
        if agent.gone is not None:
            willed = agent.word in reasons.WILLED
            return AgentReport(
                agent.identity, AgentState.GONE, number, agent.node, agent.gone, willed, agent.began
            )
        if agent.heard:
            paused = reasons.PAUSED.get(agent.row.word, "") if agent.row else ""
            return AgentReport(
                agent.identity, AgentState.RUNNING, number, agent.node, paused, began=agent.began
            )
        if not submission.answered:
            return AgentReport(
                agent.identity, AgentState.PENDING, number, agent.node, "The job is being submitted."
            )
        doubtful = submission.outcome is Outcome.DOUBTFUL or agent.absent or agent.in_question
        if self.silent_since is not None or doubtful:
            return AgentReport(
                agent.identity, AgentState.UNKNOWN, number, agent.node, self._doubt(submission, agent)
            )
        row = agent.row
        if row is None or row.state is JobState.WAITING:
            reason = reasons.waiting(row.reason if row else "")
            return AgentReport(agent.identity, AgentState.PENDING, number, agent.node, reason)
        state = AgentState.RUNNING if row.state is JobState.RUNNING else AgentState.UNKNOWN
        return AgentReport(agent.identity, state, number, agent.node, began=agent.began)

    def _doubt(self, submission: Submission, agent: Agent) -> str:
        if self.silent_since is not None:
            return "Slurm does not answer."
        if submission.outcome is Outcome.DOUBTFUL:
            return f"It is not known whether Slurm accepted the job ({submission.message})."
        if agent.in_question:
            return "The job was told to end; Slurm may start it again."
        return "The job is no longer in the queue."

    def _has_driver(self, submission: Submission) -> bool:
        return self._ride is not None and self._submission(self._ride.identity) is submission

    def _submission(self, identity: str) -> Submission | None:
        return self._by_first_life.get(lives.split(identity)[0])

    def _agent(self, identity: str) -> Agent | None:
        submission = self._submission(identity)
        return submission.agents.get(identity) if submission else None
