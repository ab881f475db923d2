"""The launcher of Slurm agents: job arrays handed in, watched with few questions, adopted where an answer was lost."""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from worker.launch.launcher import AgentReport, ending
from worker.launch.slurm import cluster, scontrol, squeue, submit
from worker.launch.slurm.background import Background
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.job_states import JobStates
from worker.launch.slurm.node_health import NodeHealth
from worker.launch.slurm.poll_schedule import PollSchedule
from worker.launch.slurm.scancel import Cancels
from worker.launch.slurm.script import AgentJob, agent_script
from worker.launch.slurm.squeue import Answered, JobState
from worker.launch.slurm.submissions import Ledger, entries
from worker.launch.slurm.submit import Outcome, Submitted
from worker.spec.directives import excluded
from worker.spec.problem import Problem
from worker.spec.run import Run
from worker.store.appender import StorageFullError
from worker.store.paths import RunPaths
from worker.store.records import Record

PATIENCE = 300  # seconds that agents wait for a new driver: its job may have to queue
_WATCH_SECONDS = 900.0  # so long a submission that was given up is looked for, in case it comes late
_RETRY_LEAST, _RETRY_MOST = 5.0, 300.0


class SlurmLauncher:
    """Starts, watches and ends the agents of one run in Slurm's queue."""

    def __init__(
        self,
        run: Run,
        paths: RunPaths,
        client: Client,
        epoch: int,
        walltime: int | None,
        max_array: int,
        python: str = sys.executable,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """epoch: the driver's, 0 for what is asked for before there is one. walltime: of a worker job, in seconds.

        max_array: most elements of a job array. Where walltime is None, both are asked of Slurm before anything is
        handed in.
        """
        self._run, self._paths, self._client, self._epoch = run, paths, client, epoch
        self._walltime, self._max_array, self._python, self._clock = walltime, max_array, python, clock
        self._fleet, self._pace, self._background = JobStates(), PollSchedule(), Background()
        self._judge = NodeHealth(self._fleet, paths)
        self._cancels = Cancels(client, self._background)
        self._ledger = Ledger(paths, epoch)
        self._token = secrets.token_hex(3)
        self._count = 0
        self._asking = False
        self._over: set[str] = set()
        self._kept_away: tuple[str, ...] = ()
        self._abandoned: dict[str, float] = {}  # name of a submission -> until when it is looked for
        self._stopping: set[str] = set()
        self._too_long = 0  # seconds of a job that turned out to be more than the partition allows
        self._learning = self._limits_unknown = False
        self._later = ""  # why Slurm takes no more jobs for now
        self._not_before = 0.0
        self._retry = _RETRY_LEAST
        self._most = 0  # elements of the next submission at most, while Slurm limits them; 0: no limit
        self._recall()

    @classmethod
    def for_driver(cls, run: Run, paths: RunPaths, epoch: int, starts: bool) -> SlurmLauncher:
        """A launcher for the cluster that this machine belongs to, which is asked about its limits first if it `starts` agents."""
        client = Client()
        known = cluster.ask(client, run) if starts else cluster.UNKNOWN
        walltime = known.walltime(run) if known.limits_known else None
        return cls(run, paths, client, epoch, walltime, known.max_array)

    def start(self, count: int) -> Sequence[str]:
        """Ask for `count` more agents; returns the identities asked for, none while Slurm takes no jobs."""
        now = self._clock()
        asked: list[str] = []
        if self._walltime is None:
            self._learn(now)
            return asked
        while len(asked) < count and self.hopeless is None and now >= self._not_before:
            size = min(count - len(asked), self._max_array, self._most or count)
            try:
                asked += self._hand_in(size, self._walltime, now)
            except (StorageFullError, OSError) as error:
                # What is not written down is not handed in: nobody would know of it.
                self._later = str(error)
                self._put_off(now)
            if self._most:
                self._not_before = now + _RETRY_LEAST  # Slurm's answer shows how many it takes
        return asked

    def poll(self) -> Mapping[str, AgentReport]:
        """How all agents of the run stand. Never waits for Slurm."""
        now = self._clock()
        self._background.harvest()
        self._look(now)
        self._cancels.go_on(now)
        if self._stopping and self._cancels.done:
            self._fleet.cancelled(self._stopping)
            self._stopping.clear()
        return self._fleet.reports()

    def stop(self, identities: Sequence[str]) -> None:
        """End these agents now, with everything that they started; tried again until Slurm has taken it."""
        self._cancels.add(*self._fleet.jobs(identities))
        self._stopping.update(identities)
        self._cancels.go_on(self._clock())

    def note(self, identity: str, record: Record) -> None:
        """Take in what an agent itself has said: earlier and surer than the queue."""
        kind = record.get("kind")
        if kind == "hello":
            self._retry = _RETRY_LEAST
            self._fleet.heard(identity, str(record.get("host", "")))
        elif kind == "bye":
            self._fleet.left(identity, str(record.get("reason", "")))
            self._close_books()
        elif kind == "ended":
            self._fleet.died(identity, ending(int(record.get("exit_code") or 0)))
            self._close_books()
        else:
            self._fleet.spoke(identity)
        self._judge.note(identity, record)

    @property
    def hopeless(self) -> Problem | None:
        """Why no agent can ever start, once that is known."""
        return self._judge.hopeless

    @property
    def trouble(self) -> str:
        """One sentence on what keeps agents from starting or being known, "" for nothing; it changes with the cause."""
        if self.hopeless is not None:
            return str(self.hopeless)
        if self._fleet.silent_since is not None or self._limits_unknown:
            return "Slurm does not answer; what runs goes on, and it is asked again and again."
        if (words := self._fleet.doubt) and not self._later:
            return f"It is not known whether Slurm has taken the last workers ({words}); its queue is being asked."
        if self._later:
            return (
                f"Slurm takes no more jobs for now ({self._later}); the run goes on with the workers that it has, "
                "and asks again."
            )
        return self._judge.trouble

    def close(self) -> None:
        """Wait for what is being asked of Slurm, so that its answer is written down."""
        self._background.close()
        self._ledger.close()

    def _recall(self) -> None:
        """Take over the submissions of earlier drivers."""
        now = self._clock()
        for entry in entries(self._paths, self._epoch - 1):
            name = entry.job.name
            self._fleet.intend(entry.job, now)
            if entry.over:
                self._over.add(name)
                for identity in entry.job.identities:
                    self._fleet.left(identity, "has ended")
            else:
                known = Submitted(entry.outcome or Outcome.DOUBTFUL, entry.number, "its answer was lost")
                self._fleet.answered(name, known, now)
                if entry.job.epoch == 0 and known.outcome is Outcome.ACCEPTED:
                    self._pace.submitted(now)  # it came into the queue together with this driver
                else:
                    self._pace.wanted(now)

    def _learn(self, now: float) -> None:
        """Ask for the limits of jobs: with wrong ones they would be refused, or wait for ever."""
        if not self._learning and now >= self._not_before:
            self._learning = True
            self._background.do(partial(cluster.ask, self._client, self._run), self._learned)

    def _learned(self, known: Cluster) -> None:
        self._learning, self._limits_unknown = False, not known.limits_known
        if known.limits_known:
            self._walltime, self._max_array = known.walltime(self._run), known.max_array
            self._retry = _RETRY_LEAST
        else:
            self._put_off(self._clock())

    def _hand_in(self, size: int, walltime: int, now: float) -> Sequence[str]:
        self._count += 1
        tag = f"j{self._epoch}-{self._count}"
        name = f"{self._run.name}.{self._token}.{self._epoch}-{self._count}"
        job = AgentJob(name, tag, size, walltime, self._epoch, PATIENCE, self._judge.excluded)
        text = agent_script(self._run, self._paths, job, self._python)
        self._paths.job_script(name).write_text(text)
        self._ledger.intend(job)
        self._fleet.intend(job, now)
        self._background.do(partial(submit.submit, self._client, text), partial(self._submitted, job))
        return job.identities

    def _submitted(self, job: AgentJob, answer: Submitted) -> None:
        now = self._clock()
        self._fleet.answered(job.name, answer, now)
        self._ledger.answered(job.name, answer)
        self._pace.submitted(now)
        if answer.outcome is Outcome.ACCEPTED:
            self._later, self._most = "", 0
        elif answer.outcome is Outcome.LATER:
            self._later = answer.words
            self._most = job.count // 2  # perhaps Slurm takes some of them
            if self._most:
                self._not_before = now
            else:
                self._put_off(now)
        elif answer.outcome is Outcome.REFUSED:
            self._judge.refused(job, answer)

    def _put_off(self, now: float) -> None:
        self._not_before = now + self._retry
        self._retry = min(self._retry * 2, _RETRY_MOST)

    def _look(self, now: float) -> None:
        """Ask the queue where it is time to."""
        self._abandoned = {name: until for name, until in self._abandoned.items() if now < until}
        names = [*self._fleet.names(), *self._abandoned]
        if names and not self._asking and self._pace.due(now):
            self._asking = True
            self._pace.asked(now)
            self._background.do(partial(squeue.queue, self._client, names), partial(self._observed, now))

    def _observed(self, asked: float, answer: Answered | None) -> None:
        now = self._clock()
        self._asking = False
        if answer is None:
            self._pace.silent(now)
            self._fleet.silent(now)
            return
        self._pace.answered(now)
        doubtful = {name for name in self._fleet.names() if self._fleet.doubtful(name)}
        self._fleet.observe(answer.rows, asked, answer.complete)
        # A submission that was given up may still arrive. It is ended then: its workers have been asked for again.
        for name in doubtful - set(self._fleet.names()):
            self._later = self._fleet.submissions[name].words
            self._abandoned[name] = now + _WATCH_SECONDS
            self._cancels.add([], [name])
        late = {
            row.name for row in answer.rows if row.name in self._abandoned and row.state is not JobState.ENDED
        }
        self._cancels.add([], late)
        if self._judge.weigh():
            self._put_off(now)
        self._keep_away()
        for identities in self._stuck():
            self.stop(identities)
        self._close_books()

    def _keep_away(self) -> None:
        """What waits in the queue must not begin on a node that has failed since it was handed in."""
        if self._judge.excluded != self._kept_away:
            self._kept_away = self._judge.excluded
            nodes = excluded(self._run, self._kept_away)
            for submission in self._fleet.submissions.values():
                if self._fleet.waiting(submission):
                    job = submission.number
                    self._background.do(
                        partial(scontrol.exclude, self._client, job, nodes), lambda taken: None
                    )

    def _stuck(self) -> Iterator[list[str]]:
        """The agents of each submission that would wait for ever; they count as gone from now on."""
        for submission, row, meaning in list(self._fleet.waiting_for_ever()):
            identities = self._fleet.waiting(submission)
            yield identities
            for identity in identities:
                self._fleet.left(identity, f"{meaning.sentence} ({row.reason})")
            if meaning.field != "slurm.walltime" or not self._shortened(submission.job.seconds):
                self._judge.stuck(row, meaning)

    def _shortened(self, asked: int) -> bool:
        """Whether a walltime that Slurm finds too long gives way to a shorter one: its limit may have been lowered."""
        if self._run.walltime:
            return False
        if asked == self._walltime:
            if asked == self._too_long:
                return False  # it was asked for the limit since, and has said the same
            self._too_long, self._walltime = asked, None
        return True

    def _close_books(self) -> None:
        """Write down which submissions are over, so that later drivers do not ask about them."""
        alive = set(self._fleet.names())
        for name in self._fleet.submissions.keys() - alive - self._over:
            self._over.add(name)
            self._ledger.over(name)
