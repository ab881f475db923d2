"""The launcher of Slurm agents: job arrays handed in, watched with few questions, adopted where an answer was lost."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from worker.launch.launcher import AgentReport, AgentState
from worker.launch.slurm import preflight, sbatch, scancel, squeue
from worker.launch.slurm.client import Client
from worker.launch.slurm.fleet import Fleet, Submission
from worker.launch.slurm.ledger import Ledger, entries
from worker.launch.slurm.nodes import NodeRecord
from worker.launch.slurm.pace import Pace
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import AgentJob, agent_script
from worker.spec.problem import Problem
from worker.spec.run import Run
from worker.store.appender import StorageFullError
from worker.store.paths import RunPaths
from worker.store.records import Record

PATIENCE = 300  # seconds that agents wait for a new driver: its job may have to queue
_WATCH_SECONDS = 900.0  # so long a submission that was given up is looked for, in case it comes late
_RETRY_LEAST, _RETRY_MOST = 5.0, 300.0
_STILLBORN = 3  # submissions in a row none of whose agents ever spoke


@dataclass
class _Task:
    """A call of Slurm that runs in the background, and what to do with its answer."""

    future: Future[object]
    done: Callable[[object], None]


@dataclass
class SlurmLauncher:
    """Starts, watches and ends the agents of one run in Slurm's queue.

    Everything that asks Slurm runs in one background thread, in order, so that a silent controller never holds up the
    driver. `walltime` is in seconds, `max_array` the most elements of a job array.
    """

    run: Run
    paths: RunPaths
    client: Client
    epoch: int
    walltime: int
    max_array: int
    python: str = sys.executable
    clock: Callable[[], float] = time.monotonic
    hopeless: Problem | None = None  # why no agent can ever start, once it is known
    _fleet: Fleet = field(default_factory=Fleet)
    _pace: Pace = field(default_factory=Pace)
    _nodes: NodeRecord = field(default_factory=NodeRecord)
    _tasks: list[_Task] = field(default_factory=list)
    _asking: bool = False
    _abandoned: dict[str, float] = field(default_factory=dict)  # name -> until when it is looked for
    _cancelling: set[str] = field(default_factory=set)  # numbers and =names that scancel has not taken yet
    _cancel_at: float = 0.0
    _later: str = ""  # why Slurm takes no more jobs for now
    _not_before: float = 0.0
    _retry: float = _RETRY_LEAST
    _most: int = 0  # elements of the next submission at most, while Slurm limits them; 0: no limit
    _stillborn: int = 0
    _over: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="slurm")
        self._token = secrets.token_hex(3)
        self._ledger = Ledger(self.paths, self.epoch)
        self._count = 0
        now = self.clock()
        for entry in entries(self.paths, self.epoch - 1):
            self._fleet.intend(entry.job, now)
            if entry.over:
                self._over.add(entry.job.name)
                for identity in entry.job.identities:
                    self._fleet.left(identity, "has ended")
            else:
                self._pace.wanted(now)
                known = Submitted(entry.outcome or Outcome.DOUBTFUL, entry.number, "its answer was lost")
                self._fleet.answered(entry.job.name, known, now)

    def start(self, count: int) -> Sequence[str]:
        """Ask for `count` more agents; returns the identities asked for, none while Slurm takes no jobs."""
        now = self.clock()
        if self.hopeless is not None or now < self._not_before:
            return []
        asked: list[str] = []
        while len(asked) < count:
            size = min(count - len(asked), self.max_array, self._most or count)
            try:
                asked += self._hand_in(size, now)
            except (StorageFullError, OSError) as error:
                # Nothing is handed in that is not written down first.
                self._later = str(error)
                self._put_off(now)
                break
            if self._most:
                break  # one at a time, until Slurm's answer shows how many it takes
        return asked

    def poll(self) -> Mapping[str, AgentReport]:
        """How all agents of the run stand. Never waits for Slurm."""
        now = self.clock()
        self._harvest()
        self._look(now)
        self._cancel_rest(now)
        return self._fleet.reports()

    def stop(self, identities: Sequence[str]) -> None:
        """End these agents now, with everything that they started; tried again until Slurm has taken it."""
        numbers, names = self._fleet.jobs(identities)
        self._cancelling.update(numbers)
        self._cancelling.update(f"={name}" for name in names)
        self._cancel_at = 0.0
        self._cancel_rest(self.clock())

    def note(self, identity: str, record: Record) -> None:
        """Take in what an agent itself has said: earlier and surer than the queue."""
        kind = record.get("kind")
        if kind == "hello":
            self._stillborn, self._retry = 0, _RETRY_LEAST
            self._fleet.heard(identity, str(record.get("host", "")))
        elif kind == "finished":
            self._nodes.proved(self._fleet.node(identity))
        elif kind == "bye":
            self._fleet.left(identity, str(record.get("reason", "")))

    @property
    def trouble(self) -> str:
        """One sentence on what keeps agents from starting or being known, "" for nothing; it changes with the cause."""
        if self.hopeless is not None:
            return str(self.hopeless)
        if self._fleet.silent_since is not None:
            return "Slurm does not answer; what runs goes on, and it is asked again and again."
        if self._later:
            return (
                f"Slurm takes no more jobs for now ({self._later}); the run goes on with the workers that it has, "
                "and asks again."
            )
        if self._nodes.excluded:
            return (
                f"These nodes failed twice in a row and get no more jobs: {', '.join(self._nodes.excluded)}."
            )
        return ""

    def close(self) -> None:
        """Wait for what is being asked of Slurm, so that its answer is written down."""
        self._pool.shutdown(wait=True)
        self._harvest()
        self._ledger.close()

    def _hand_in(self, size: int, now: float) -> Sequence[str]:
        self._count += 1
        tag = f"j{self.epoch}-{self._count}"
        name = f"{self.run.name}.{self._token}.{self.epoch}-{self._count}"
        job = AgentJob(name, tag, size, self.walltime, self.epoch, PATIENCE, self._nodes.excluded)
        script = agent_script(self.run, self.paths, job, self.python)
        self.paths.job_script(name).write_text(script)
        self._ledger.intend(job)
        self._fleet.intend(job, now)
        self._do(partial(sbatch.submit, self.client, script), partial(self._submitted, name))
        return job.identities

    def _submitted(self, name: str, answer: object) -> None:
        assert isinstance(answer, Submitted)
        now = self.clock()
        submission = self._fleet.submissions[name]
        self._fleet.answered(name, answer, now)
        self._ledger.answered(name, answer)
        self._pace.submitted(now)
        if answer.outcome is Outcome.ACCEPTED:
            self._later, self._most = "", 0
        elif answer.outcome is Outcome.LATER:
            self._later = answer.words
            size = submission.job.count
            if size > 1:
                self._most = size // 2  # perhaps Slurm takes some of them
            else:
                self._most = 0
                self._put_off(now)
        elif answer.outcome is Outcome.REFUSED:
            if submission.job.exclude:
                self._nodes.forgive()  # perhaps too few nodes are left
            else:
                self.hopeless = preflight.refusal(answer)

    def _put_off(self, now: float) -> None:
        self._not_before = now + self._retry
        self._retry = min(self._retry * 2, _RETRY_MOST)

    def _look(self, now: float) -> None:
        """Ask the queue where it is time to."""
        self._abandoned = {name: until for name, until in self._abandoned.items() if now < until}
        names = [*self._fleet.names(), *self._abandoned]
        if self._asking or not names or not self._pace.due(now):
            return
        self._asking = True
        self._pace.asked(now)
        self._do(partial(squeue.queue, self.client, names), partial(self._observed, now))

    def _observed(self, asked: float, rows: object) -> None:
        now = self.clock()
        self._asking = False
        if rows is None:
            self._pace.silent(now)
            self._fleet.silent(now)
            return
        assert isinstance(rows, list)
        self._pace.answered(now)
        before = {name: submission.over for name, submission in self._fleet.submissions.items()}
        alive = {
            identity
            for identity, report in self._fleet.reports().items()
            if report.state is not AgentState.GONE
        }
        self._fleet.observe(rows, asked)
        for row in rows:
            if row.name in self._abandoned and row.state is not squeue.JobState.ENDED:
                self._cancelling.add(f"={row.name}")  # it came after all, too late to be counted on
        for name, submission in self._fleet.submissions.items():
            if submission.over and not before[name] and submission.outcome is Outcome.DOUBTFUL:
                self._abandoned[name] = now + _WATCH_SECONDS
                self._cancelling.add(f"={name}")
        self._learn_from_deaths(alive)
        self._give_up_hopeless()

    def _learn_from_deaths(self, alive: set[str]) -> None:
        for name, submission in self._fleet.submissions.items():
            for identity, agent in submission.agents.items():
                if identity in alive and agent.gone is not None and agent.row is not None:
                    self._nodes.died(agent.node, agent.row.word)
            if submission.over and name not in self._over:
                self._over.add(name)
                self._ledger.over(name)
                self._judge_stillborn(submission)

    def _judge_stillborn(self, submission: Submission) -> None:
        """Jobs that end without their agents ever speaking will not do better next time."""
        words = {agent.row.word for agent in submission.agents.values() if agent.row is not None}
        if any(agent.heard for agent in submission.agents.values()) or not words & {"FAILED", "COMPLETED"}:
            return
        self._stillborn += 1
        self._put_off(self.clock())
        if self._stillborn >= _STILLBORN:
            output = self.paths.job_output(submission.job.name, 0)
            self.hopeless = Problem(
                "slurm.setup",
                f"{_STILLBORN} worker jobs in a row ended before OmniOpt could start in them.{_tail(output)}",
                f"Read {output}; omniopt check --on-node tries a single job.",
            )

    def _give_up_hopeless(self) -> None:
        for submission, row, meaning in self._fleet.waiting_for_ever():
            waiting = [
                identity
                for identity, agent in submission.agents.items()
                if agent.gone is None and agent.row is not None and agent.row.state is squeue.JobState.WAITING
            ]
            self.stop(waiting)
            for identity in waiting:
                self._fleet.left(identity, f"{meaning.sentence} ({row.reason})")
            self.hopeless = Problem(
                meaning.field,
                f"The worker jobs would wait for ever: {meaning.sentence} (Slurm: {row.reason}).",
                "They were cancelled; change this field and start again.",
            )

    def _cancel_rest(self, now: float) -> None:
        if not self._cancelling or now < self._cancel_at:
            return
        wanted = sorted(self._cancelling)
        self._cancel_at = now + _RETRY_LEAST
        self._do(partial(_cancelled, self.client, wanted), self._forget_cancelled)

    def _forget_cancelled(self, taken: object) -> None:
        assert isinstance(taken, list)
        self._cancelling.difference_update(taken)

    def _do(self, work: Callable[[], object], done: Callable[[object], None]) -> None:
        self._tasks.append(_Task(self._pool.submit(work), done))

    def _harvest(self) -> None:
        ready = [task for task in self._tasks if task.future.done()]
        for task in ready:
            self._tasks.remove(task)
            task.done(task.future.result())


def _cancelled(client: Client, wanted: Sequence[str]) -> list[str]:
    """End jobs given by number, and by name where they begin with =; returns those that Slurm has taken."""
    numbers = [word for word in wanted if not word.startswith("=")]
    taken = numbers if scancel.cancel(client, numbers) else []
    return [*taken, *(word for word in wanted if word[0] == "=" and scancel.cancel_named(client, word[1:]))]


def _tail(path: Path) -> str:
    """The last line of what a job printed, as part of a sentence; "" where there is none."""
    try:
        lines = path.read_text(errors="replace").split("\n")
    except OSError:
        return ""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f' The last line of its output is "{last[:300]}".' if last else ""
