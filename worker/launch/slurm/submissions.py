"""A job array of agents as it is known: its elements, and the agents that each of them has been. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from worker.launch.slurm import reasons
from worker.launch.slurm.sbatch import Outcome
from worker.launch.slurm.script import AgentJob
from worker.launch.slurm.squeue import JobState, Row
from worker.store import lives

ABSENT_SECONDS = 60.0  # an agent that the queue does not have is given up after so long, and two answers
ANSWERS_WITHOUT = 2  # answers without a submission's name before it counts as never submitted
REQUEUED = "Slurm has put the job back into its queue."


@dataclass
class Agent:
    """One agent: an element of a submission, from one start of its job to the next."""

    identity: str
    index: int
    since: float = 0.0  # answers to questions of before say nothing of it
    row: Row | None = None
    node: str = ""
    heard: bool = False
    gone: str | None = None  # why, once it is certain
    word: str = ""  # Slurm's for how its job ended
    goodbye: bool = False  # it left by itself
    unwanted: bool = False  # it is being ended, and is not to come back
    hurried: bool = False  # its job has asked for this start itself
    absent: list[float] = field(default_factory=list)  # when answers did not have it, since one had it
    stuck: int = 0  # answers in a row that gave a reason for waiting which never passes

    @property
    def again(self) -> bool:
        """Whether its job has been started before."""
        return lives.split(self.identity)[1] > 0

    @property
    def began(self) -> float | None:
        """When its job began, as the queue says it; what does not run any more may be what the job was before."""
        if self.row is None or (self.again and self.row.word != "RUNNING"):
            return None
        return self.row.began

    @property
    def in_question(self) -> bool:
        """Whether it is not known yet if its job comes back at all."""
        ending = self.row is None or self.row.word == "COMPLETING"
        return self.again and self.gone is None and not self.heard and ending


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
    agents: dict[str, Agent] = field(default_factory=dict)  # also those that its elements have been
    _newest: dict[int, Agent] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for index, identity in enumerate(self.job.identities):
            self.agents[identity] = self._newest[index] = Agent(identity, index)

    @property
    def newest(self) -> Iterator[Agent]:
        """The agents that its elements are now, or were last."""
        yield from self._newest.values()

    def newest_of(self, identity: str) -> Agent:
        """What the element of an agent is now, or was last."""
        return self._newest[self.agents[lives.split(identity)[0]].index]

    @property
    def alive(self) -> int:
        """How many of its agents may still be there."""
        return sum(agent.gone is None for agent in self._newest.values())

    @property
    def over(self) -> bool:
        """Whether nothing of it is in the queue any more."""
        return not self.alive

    def element(self, agent: Agent) -> str:
        """What scancel must be given for an agent; "" where the number is not known."""
        return f"{self.number}_{agent.index}" if self.number else ""

    def starts_again(self, agent: Agent, at: float, hurried: bool = False) -> Agent:
        """The agent is gone, and its job comes back, or may; returns what it is then. at: since when."""
        first, number = lives.split(agent.identity)
        agent.gone = agent.gone or REQUEUED
        following = Agent(lives.named(first, number + 1), agent.index, since=at, hurried=hurried)
        self.agents[following.identity] = self._newest[agent.index] = following
        return following

    def seen(self, rows: list[Row], asked_at: float, complete: bool) -> None:
        """The queue, as asked at `asked_at`, has these of it. complete: whether it has nothing else of it."""
        self.outcome, self.absent = Outcome.ACCEPTED, 0
        self.number = self.number or rows[0].job.partition("_")[0]
        # Elements that never became jobs of their own stand in one row without an index.
        undivided = next((row for row in rows if row.index is None), None)
        by_index = {row.index: row for row in rows if row.index is not None}
        for agent in list(self.newest):
            row = by_index.get(agent.index, undivided)
            if asked_at < agent.since:
                continue
            if row is not None:
                self._element_seen(agent, row, asked_at)
            elif complete:
                missing(agent, asked_at)

    def _element_seen(self, agent: Agent, row: Row, asked_at: float) -> None:
        if _began_again(agent, row) and not agent.unwanted:
            agent = self.starts_again(agent, asked_at)
        agent.row, agent.node = row, row.node or agent.node
        hopeless = row.state is JobState.WAITING and reasons.never(row.reason) is not None
        agent.stuck = agent.stuck + 1 if hopeless else 0
        agent.absent.clear()
        if row.state is JobState.ENDED:
            agent.word = row.word
            agent.gone = agent.gone or reasons.ended(row.word)

    def unseen(self, asked_at: float) -> None:
        """The queue, as asked at `asked_at`, has nothing of it."""
        if self.outcome is Outcome.DOUBTFUL:
            self.absent += 1
            if self.absent >= ANSWERS_WITHOUT:
                self.give_up(f"The job never reached the queue ({self.message}).")
            return
        for agent in self.newest:
            if asked_at >= agent.since:
                missing(agent, asked_at)

    def give_up(self, reason: str) -> None:
        """It will never run."""
        for agent in self.newest:
            agent.gone = agent.gone or reason


def missing(agent: Agent, asked_at: float) -> None:
    """An answer does not have an agent that was accepted: Slurm has forgotten it, or not yet got to it."""
    if agent.gone is not None:
        return
    agent.absent.append(asked_at)
    if len(agent.absent) >= ANSWERS_WITHOUT and asked_at - agent.absent[0] >= ABSENT_SECONDS:
        agent.gone = "Slurm no longer has the job."


def _began_again(agent: Agent, row: Row) -> bool:
    """Whether the job of an agent that has begun waits once more, or has another start than before."""
    if not agent.heard:
        return False
    if row.state is JobState.WAITING:
        return True
    before = agent.row
    both_run = before is not None and before.state is row.state is JobState.RUNNING
    return both_run and before is not None and bool(before.start and row.start) and before.start != row.start
