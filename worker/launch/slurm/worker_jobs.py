"""The launcher of Slurm agents: job arrays submitted, watched with few questions, adopted where an answer was lost."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from worker.launch.launcher import AgentReport, ending
from worker.launch.slurm import cluster, refusals, sbatch, sites, squeue
from worker.launch.slurm.background import Background
from worker.launch.slurm.client import Client
from worker.launch.slurm.cluster import Cluster
from worker.launch.slurm.job_states import JobStates, Ride
from worker.launch.slurm.node_health import NodeHealth
from worker.launch.slurm.poll_schedule import SOON, PollSchedule
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.scancel import Cancels
from worker.launch.slurm.script import AgentJob, agent_script
from worker.launch.slurm.squeue import Answered, JobState
from worker.launch.slurm.submission_log import SubmissionLog, logged_submissions
from worker.launch.slurm.submit_pace import SubmitPace
from worker.launch.slurm.waiting_jobs import WaitingJobs
from worker.spec.problem import Problem
from worker.spec.run import Run
from worker.store import lives
from worker.store.appender import StorageFullError
from worker.store.outbox_messages import Bye, Heard, Hello, ProcessEnded
from worker.store.paths import RunPaths

PATIENCE = 300  # seconds that agents wait for a new driver: its job may have to queue
_ABANDONED_SECONDS = 900.0  # so long a submission that was given up is looked for, in case it comes late


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
        memory: int = 0,
        since: int | None = None,
        ride: Ride | None = None,
    ) -> None:
        """epoch: the driver's, 0 for what is asked for before there is one. walltime: of a worker job, in seconds.

        max_array: most elements of a job array. Where walltime is None, both, and the memory, are asked of Slurm before
        anything is submitted. memory, since: see `AgentJob`. ride: where the driver is, if that is in the job of an agent.
        """
        self._run, self._paths, self._client, self._epoch = run, paths, client, epoch
        self._walltime, self._max_array, self._python, self._clock = walltime, max_array, python, clock
        self._memory, self._since = memory, since
        self._job_states = JobStates(ride)
        self._poll_schedule, self._background = PollSchedule(), Background()
        self._node_health = NodeHealth(self._job_states, paths, "SLURM_JOB_ID" in os.environ)
        self._cancels = Cancels(client, self._background)
        self._submission_log = SubmissionLog(paths, epoch)
        self._token = secrets.token_hex(3)
        self._count = 0
        self._asking = False
        self._begun = False  # whether a worker has said that it is there
        self._over: set[str] = set()
        self._waiting_jobs = WaitingJobs(run, client, self._background, self._job_states)
        self._abandoned: dict[str, float] = {}  # name of a submission -> until when it is looked for
        self._stopping: set[str] = set()
        self._too_long = 0  # seconds of a job that turned out to be more than the partition allows
        self._asking_limits = self._limits_unknown = False
        self._pace = SubmitPace() if epoch else SubmitPace(0.0)  # a person waits for the first ones
        self._adopt_submissions()

    @classmethod
    def for_driver(
        cls, run: Run, paths: RunPaths, epoch: int, starts: bool, ride: Ride | None
    ) -> SlurmLauncher:
        """A launcher for the cluster of the run, which is asked about its limits first if it `starts` agents.

        ride: where the driver is, if that is in the job of an agent, so that others may follow it. Agents are waiting for it
        then, and it asks when it wants more of them.
        """
        client = sites.client_of(run)
        limits = cluster.ask(client, run) if starts and ride is None else cluster.UNKNOWN
        walltime = limits.walltime(run) if limits.limits_known else None
        since = None if ride is None else epoch - 1
        return cls(run, paths, client, epoch, walltime, limits.max_array, since=since, ride=ride)

    def start(self, count: int) -> Sequence[str]:
        """Ask for `count` more agents; returns the identities asked for, none while Slurm takes no jobs."""
        now = self._clock()
        identities: list[str] = []
        if self._walltime is None:
            self._ask_limits(now)
            return identities
        while self.hopeless is None and (size := self._pace.size(count - len(identities), now)):
            try:
                identities += self._submit(min(size, self._max_array), self._walltime, now)
            except (StorageFullError, OSError) as error:
                # What is not written down is not submitted: nobody would know of it.
                told = isinstance(error, StorageFullError)
                self._pace.unable(str(error) if told else f"The job script cannot be written: {error}.", now)
            self._pace.tried(now)
            if self._pace.limited:
                break  # the answer shows how many it takes
        return identities

    def settle(self) -> None:
        """Wait for the answers to what was asked so far."""
        self._background.wait()

    def poll(self) -> Mapping[str, AgentReport]:
        """How all agents of the run stand. Never waits for Slurm."""
        now = self._clock()
        self._background.harvest()
        self._look(now)
        self._cancels.send_due(now)
        if self._stopping and self._cancels.done:
            self._job_states.cancelled(self._stopping)
            self._stopping.clear()
        return self._job_states.reports()

    def stop(self, identities: Sequence[str]) -> None:
        """End these agents now, with everything that they started; tried again until Slurm has taken it."""
        self._cancels.add(*self._job_states.jobs(identities))
        self._stopping.update(identities)
        self._job_states.unwanted(identities)
        self._cancels.send_due(self._clock())

    def note(self, identity: str, message: Heard) -> None:
        """Take in what an agent itself has message: earlier and surer than the queue."""
        if isinstance(message, Hello):
            self._begun = True
            self._pace.room()
            self._job_states.heard(identity, message.host)
        elif isinstance(message, Bye):
            now = self._clock()
            at = now if message.willed or message.again else None
            self._job_states.left(identity, message.reason, at, message.again)
            self._ask_about_restarts(now)
            self._left()
        elif isinstance(message, ProcessEnded):
            self._job_states.died(identity, ending(message.exit_code))
            self._left()
        else:
            self._job_states.spoke(identity)
        self._node_health.note(identity, message)

    @property
    def takes_no_more(self) -> bool:
        """Whether Slurm does not take more jobs now."""
        return self._pace.limited

    @property
    def hopeless(self) -> Problem | None:
        """Why no agent can ever start, once that is known."""
        return self._node_health.hopeless

    @property
    def trouble(self) -> str:
        """One sentence on what keeps agents from starting or being known, "" for nothing; it changes with the cause."""
        if self.hopeless is not None:
            return str(self.hopeless)
        if self._job_states.silent_since is not None or self._limits_unknown:
            return "Slurm does not answer; running evaluations go on, and Slurm is asked again."
        if (message := self._job_states.doubt) and not self._pace.why:
            return f"It is not known whether Slurm accepted the last workers ({message}); its queue is being checked."
        if self._pace.why:
            return f"{self._pace.why} The run goes on with the workers it has, and asks again."
        return self._node_health.trouble

    def close(self) -> None:
        """Wait for what is being asked of Slurm, so that its answer is written down."""
        self._background.close()
        self._submission_log.close()

    def _adopt_submissions(self) -> None:
        """Take over the submissions of earlier drivers."""
        now = self._clock()
        # Before the first driver, and between two, what was asked for so is numbered on.
        self._count = sum(
            entry.job.epoch == self._epoch for entry in logged_submissions(self._paths, self._epoch)
        )
        for entry in logged_submissions(self._paths, self._epoch - 1):
            name = entry.job.name
            self._job_states.intend(entry.job, now)
            if entry.over:
                self._over.add(name)
                for identity in entry.job.identities:
                    self._job_states.left(identity, "The job has ended.")
            else:
                submitted = Submitted(entry.outcome or Outcome.DOUBTFUL, entry.number, "the answer was lost")
                self._job_states.answered(name, submitted, now)
                if entry.job.epoch == 0 and submitted.outcome is Outcome.ACCEPTED:
                    self._poll_schedule.submitted(now)  # it came into the queue together with this driver
                else:
                    self._poll_schedule.wanted(now)
        self._notice_restarts()

    def _ask_limits(self, now: float) -> None:
        """Ask for the limits of jobs: with wrong ones they would be refused, or wait for ever."""
        if not self._asking_limits and self._pace.size(1, now):
            self._asking_limits = True
            self._background.do(partial(cluster.ask, self._client, self._run), self._take_limits)

    def _take_limits(self, limits: Cluster) -> None:
        self._asking_limits, self._limits_unknown = False, not limits.limits_known
        if limits.limits_known:
            self._walltime, self._max_array = limits.walltime(self._run), limits.max_array
            self._memory = 0 if self._since is None else limits.memory_with_driver(self._run)
            self._pace.room()
        else:
            self._pace.wait(self._clock())

    def _submit(self, size: int, walltime: int, now: float) -> Sequence[str]:
        self._count += 1
        tag = f"j{self._epoch}-{self._count}"
        name = f"{self._run.name}.{self._token}.{self._epoch}-{self._count}"
        excluded_nodes = self._node_health.excluded
        job = AgentJob(
            name, tag, size, walltime, self._epoch, PATIENCE, excluded_nodes, self._memory, self._since
        )
        first = self._epoch <= 1 and not self._begun
        text = agent_script(self._run, self._paths, job, self._python, first)
        self._paths.job_script(name).write_text(text)
        self._submission_log.intend(job)
        self._job_states.intend(job, now)
        self._background.do(partial(sbatch.submit, self._client, text), partial(self._submitted, job))
        return job.identities

    def _submitted(self, job: AgentJob, answer: Submitted) -> None:
        now = self._clock()
        self._job_states.answered(job.name, answer, now)
        self._submission_log.answered(job.name, answer)
        self._poll_schedule.submitted(now)
        if answer.outcome is Outcome.ACCEPTED:
            self._pace.accepted()
        elif answer.outcome is Outcome.LATER:
            self._pace.full(answer.message, job.count, now)
        elif answer.outcome is Outcome.REFUSED:
            self._node_health.refused(job, answer)
            if not job.exclude:
                self._pace.refused(f"Slurm rejects new worker jobs: {refusals.explained(answer)}", now)

    def _look(self, now: float) -> None:
        """Ask the queue where it is time to."""
        self._abandoned = {name: until for name, until in self._abandoned.items() if now < until}
        names = [*self._job_states.names(), *self._abandoned]
        if names and not self._asking and self._poll_schedule.due(now):
            self._asking = True
            self._poll_schedule.asked(now)
            self._background.do(partial(squeue.queue, self._client, names), partial(self._observed, now))

    def _observed(self, asked_at: float, answer: Answered | None) -> None:
        now = self._clock()
        self._asking = False
        if answer is None:
            self._poll_schedule.silent(now)
            self._job_states.silent(now)
            return
        self._poll_schedule.answered(now)
        doubtful = {name for name in self._job_states.names() if self._job_states.doubtful(name)}
        self._job_states.observe(answer.rows, asked_at, answer.complete)
        # A submission that was given up may still arrive. It is ended then: its workers have been asked for again.
        for name in doubtful - set(self._job_states.names()):
            self._pace.gave_up(self._job_states.submissions[name].message)
            self._abandoned[name] = now + _ABANDONED_SECONDS
            self._cancels.add([], [name])
        late = {
            row.name for row in answer.rows if row.name in self._abandoned and row.state is not JobState.ENDED
        }
        self._cancels.add([], late)
        if self._node_health.note_ended():
            self._pace.wait(now)
        self._notice_restarts()
        self._ask_about_restarts(now + SOON)  # they have not ended so soon
        self._waiting_jobs.keep_away_from(self._node_health.excluded)
        self._waiting_jobs.hurry()
        for identities in self._stuck():
            self.stop(identities)
        self._log_ended_submissions()

    def _notice_restarts(self) -> None:
        """Take in the agents whose jobs Slurm has started again, which the queue may never have shown waiting."""
        for identity in lives.begun_again(self._paths):
            if self._job_states.unknown(identity):
                self._job_states.heard(identity, "")

    def _ask_about_restarts(self, now: float) -> None:
        """See soon which of the jobs that were told to end come back: only the others are to be replaced."""
        if self._job_states.in_question:
            self._poll_schedule.wanted(now + SOON)

    def _stuck(self) -> Iterator[list[str]]:
        """The agents of each submission that would wait for ever; they count as gone from now on."""
        for submission, row, meaning in list(self._job_states.waiting_for_ever()):
            identities = self._job_states.waiting(submission)
            yield identities
            for identity in identities:
                self._job_states.left(identity, f"{meaning.sentence} ({row.reason}).")
            if meaning.field != "slurm.walltime" or not self._shortened(submission.job.seconds):
                self._node_health.stuck(row, meaning)

    def _shortened(self, walltime: int) -> bool:
        """Whether a walltime that Slurm finds too long gives way to a shorter one: its limit may have been lowered."""
        if self._run.walltime:
            return False
        if walltime == self._walltime:
            if walltime == self._too_long:
                return False  # it was asked for the limit since, and has said the same
            self._too_long, self._walltime = walltime, None
        return True

    def _left(self) -> None:
        self._pace.room()
        self._log_ended_submissions()

    def _log_ended_submissions(self) -> None:
        """Write down which submissions are over, so that later drivers do not ask about them."""
        alive = set(self._job_states.names())
        for name in self._job_states.submissions.keys() - alive - self._over:
            self._over.add(name)
            self._submission_log.over(name)
