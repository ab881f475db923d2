"""What is known of a run's agents in Slurm, from its answers, its queue and the agents themselves: no I/O, no clock.

Nothing here turns "cannot know" into "has ended": an agent is gone when Slurm shows its job as ended, when it said
goodbye, or when two answers a minute apart do not have it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from worker.launch.launcher import AgentReport, AgentState
from worker.launch.slurm import reasons
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import AgentJob
from worker.launch.slurm.squeue import JobState, Row

ABSENT_SECONDS = 60.0  # an agent that the queue does not have is given up after so long, and two answers
ANSWERS_WITHOUT = 2  # answers without a submission's name before it counts as never submitted


@dataclass
class Agent:
    """One agent, an element of a submission."""

    identity: str
    row: Row | None = None
    node: str = ""
    heard: bool = False
    gone: str | None = None  # why, once it is certain
    word: str = ""  # Slurm's for how its job ended
    goodbye: bool = False  # it left by itself
    absent: list[float] = field(default_factory=list)  # when answers did not have it, since one had it
    stuck: int = 0  # answers in a row that gave a reason for waiting which never passes


@dataclass
class Submission:
    """A job array that was submitted, or may have been."""

    job: AgentJob
    outcome: Outcome = Outcome.DOUBTFUL
    number: str = ""
    message: str = ""
    answered: bool = False  # whether sbatch has ended, one way or the other
    doubt_since: float = 0.0
    absent: int = 0
    agents: dict[str, Agent] = field(default_factory=dict)

    @property
    def alive(self) -> int:
        """How many of its agents may still be there."""
        return sum(agent.gone is None for agent in self.agents.values())

    @property
    def over(self) -> bool:
        """Whether nothing of it is in the queue any more."""
        return all(agent.gone is not None for agent in self.agents.values())


class JobStates:
    """All submissions of a run and their agents. Times are seconds of one clock, given by the caller."""

    def __init__(self) -> None:
        self.submissions: dict[str, Submission] = {}
        self._by_agent: dict[str, Submission] = {}
        self.silent_since: float | None = None  # since when Slurm has not answered
        self._reports: Mapping[str, AgentReport] | None = None  # made again after every change

    def intend(self, job: AgentJob, at: float) -> None:
        """A job array is about to be submitted."""
        self._reports = None
        submission = Submission(job, doubt_since=at)
        for identity in job.identities:
            submission.agents[identity] = Agent(identity)
            self._by_agent[identity] = submission
        self.submissions[job.name] = submission

    def answered(self, name: str, submitted: Submitted, at: float) -> None:
        """sbatch has answered, or has ended without an answer."""
        self._reports = None
        submission = self.submissions[name]
        submission.answered, submission.doubt_since, submission.message = True, at, submitted.message
        if submission.outcome is Outcome.ACCEPTED:
            return  # an agent of it, or the queue, was faster than sbatch's answer
        submission.outcome = submitted.outcome
        submission.number = submitted.job
        if submitted.outcome in (Outcome.REFUSED, Outcome.LATER):
            self._give_up(submission, f"Slurm rejected the job: {submitted.message}.")

    def heard(self, identity: str, node: str) -> None:
        """An agent has said that it runs."""
        self._reports = None
        submission = self._by_agent.get(identity)
        if submission is None:
            return
        agent = submission.agents[identity]
        agent.heard, agent.node = True, agent.node or node
        agent.absent.clear()
        submission.outcome = Outcome.ACCEPTED

    def spoke(self, identity: str) -> None:
        """An agent has said something about its work: it is there, also where the queue has lost its job."""
        if (submission := self._by_agent.get(identity)) and submission.agents[identity].absent:
            self._reports = None
            submission.agents[identity].absent.clear()

    def left(self, identity: str, reason: str) -> None:
        """An agent has said goodbye, or is known to have ended by other means."""
        self._reports = None
        if submission := self._by_agent.get(identity):
            agent = submission.agents[identity]
            agent.gone, agent.goodbye = agent.gone or reason or "left", True

    def died(self, identity: str, reason: str) -> None:
        """What watches over an agent on its node has seen its process end without a goodbye."""
        self._reports = None
        if submission := self._by_agent.get(identity):
            agent = submission.agents[identity]
            agent.gone = agent.gone or reason

    def cancelled(self, identities: Iterable[str]) -> None:
        """Slurm has taken it that these end. Those that run say goodbye themselves; the others never began."""
        for identity in identities:
            submission = self._by_agent.get(identity)
            if submission and not submission.agents[identity].heard:
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
                self._seen(submission, job_rows, asked_at, complete)
            elif not complete:
                continue
            elif not submission.over and submission.answered and asked_at >= submission.doubt_since:
                self._unseen(submission, asked_at)

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

        A name is surer than a number, which a controller that has lost its state gives to other jobs.
        """
        chosen: dict[str, list[Agent]] = {}
        for identity in identities:
            submission = self._by_agent.get(identity)
            if submission is not None and submission.agents[identity].gone is None:
                chosen.setdefault(submission.job.name, []).append(submission.agents[identity])
        numbers: list[str] = []
        names: list[str] = []
        for name, agents in chosen.items():
            submission = self.submissions[name]
            if not submission.number or len(agents) == submission.alive:
                names.append(name)
            else:
                numbers += (f"{submission.number}_{agent.identity.rpartition('-')[2]}" for agent in agents)
        return numbers, names

    def node(self, identity: str) -> str:
        """The node of an agent, "" where it is not known."""
        submission = self._by_agent.get(identity)
        return submission.agents[identity].node if submission else ""

    def reports(self) -> Mapping[str, AgentReport]:
        """How every agent stands."""
        if self._reports is None:
            self._reports = {
                identity: self._report(submission, submission.agents[identity])
                for identity, submission in self._by_agent.items()
            }
        return self._reports

    def _report(self, submission: Submission, agent: Agent) -> AgentReport:
        number = f"{submission.number}_{agent.identity.rpartition('-')[2]}" if submission.number else ""
        if agent.gone is not None:
            willed = agent.word in reasons.WILLED
            return AgentReport(agent.identity, AgentState.GONE, number, agent.node, agent.gone, willed)
        if agent.heard:
            paused = reasons.PAUSED.get(agent.row.word, "") if agent.row else ""
            return AgentReport(agent.identity, AgentState.RUNNING, number, agent.node, paused)
        if not submission.answered:
            return AgentReport(
                agent.identity, AgentState.PENDING, number, agent.node, "The job is being submitted."
            )
        if self.silent_since is not None or submission.outcome is Outcome.DOUBTFUL or agent.absent:
            return AgentReport(
                agent.identity, AgentState.UNKNOWN, number, agent.node, self._doubt(submission)
            )
        row = agent.row
        if row is None or row.state is JobState.WAITING:
            reason = reasons.waiting(row.reason if row else "")
            return AgentReport(agent.identity, AgentState.PENDING, number, agent.node, reason)
        state = AgentState.RUNNING if row.state is JobState.RUNNING else AgentState.UNKNOWN
        return AgentReport(agent.identity, state, number, agent.node)

    def _doubt(self, submission: Submission) -> str:
        if self.silent_since is not None:
            return "Slurm does not answer."
        if submission.outcome is Outcome.DOUBTFUL:
            return f"It is not known whether Slurm accepted the job ({submission.message})."
        return "The job is no longer in the queue."

    def _seen(self, submission: Submission, job_rows: list[Row], asked_at: float, complete: bool) -> None:
        submission.outcome, submission.absent = Outcome.ACCEPTED, 0
        submission.number = submission.number or job_rows[0].job.partition("_")[0]
        # Elements that never became jobs of their own stand in one row without an index.
        undivided = next((row for row in job_rows if row.index is None), None)
        rows = {submission.job.identity(row.index): row for row in job_rows if row.index is not None}
        for identity, agent in submission.agents.items():
            row = rows.get(identity, undivided)
            if row is None:
                if complete:
                    self._missing(agent, asked_at)
                continue
            agent.row, agent.node = row, row.node or agent.node
            hopeless = row.state is JobState.WAITING and reasons.never(row.reason) is not None
            agent.stuck = agent.stuck + 1 if hopeless else 0
            agent.absent.clear()
            if row.state is JobState.ENDED:
                agent.word = row.word
                agent.gone = agent.gone or reasons.ended(row.word)

    def _unseen(self, submission: Submission, asked_at: float) -> None:
        if submission.outcome is Outcome.DOUBTFUL:
            submission.absent += 1
            if submission.absent >= ANSWERS_WITHOUT:
                self._give_up(submission, f"The job never reached the queue ({submission.message}).")
            return
        for agent in submission.agents.values():
            self._missing(agent, asked_at)

    def _missing(self, agent: Agent, asked_at: float) -> None:
        """An answer does not have an agent that was accepted: Slurm has forgotten it, or not yet got to it."""
        if agent.gone is not None:
            return
        agent.absent.append(asked_at)
        if len(agent.absent) >= ANSWERS_WITHOUT and asked_at - agent.absent[0] >= ABSENT_SECONDS:
            agent.gone = "Slurm no longer has the job."

    def _give_up(self, submission: Submission, reason: str) -> None:
        for agent in submission.agents.values():
            agent.gone = agent.gone or reason
