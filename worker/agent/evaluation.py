"""One evaluation: the objective program from its start until everything that it started has ended."""

from __future__ import annotations

import math
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from worker import processes
from worker.agent import memory
from worker.agent.advice import advise
from worker.agent.capture import Stream
from worker.agent.result_lines import StreamReader, combine
from worker.agent.verdict import Cause, Facts, killed, raw_text, verdict
from worker.agent.wake import Wake
from worker.store.inbox_messages import Assign, StopEarly
from worker.store.paths import RunPaths
from worker.trial import BEFORE, Outcome, Status

TERM_GRACE = 10.0  # seconds between TERM and KILL
_LINGER = (
    3.0  # seconds that what outlives the program gets to end by itself, such as the tee of `> >(tee log)`
)
_LEFTOVER_GRACE = 2.0  # seconds between TERM and KILL for what has not
_GIVE_UP = (
    10.0  # seconds after KILL; a process that still exists hangs in the kernel, mostly on a dead file server
)
_SAMPLE_SHARE = 100  # looking at memory takes at most this part of the time
_STARTS_STEPS = (
    "srun"  # the program that starts others below daemons of Slurm, which signal them on their own
)


class _Stage(Enum):
    RUNNING = "running"
    LINGERING = "lingering"  # the program has ended, not all that it started
    TERMINATING = "terminating"
    KILLING = "killing"
    ENDED = "ended"


class Evaluation:
    """The objective program of one assignment, as a child process with a session of its own.

    Call `wait` until it returns True, then `outcome`. All descendants of this process count as the evaluation's,
    `helpers` excepted, so there is one evaluation at a time, and `processes.adopt_orphans` must have been called.
    """

    def __init__(
        self,
        assignment: Assign,
        paths: RunPaths,
        environment: Mapping[str, str],
        wake: Wake,
        kernel_kills: memory.KernelKills,
        helpers: Callable[[], Sequence[int]] = tuple,
        inherited: Sequence[int] = (),
    ) -> None:
        """Start the program. Raises OSError or ValueError where that cannot be done at all.

        helpers: children of this process that are not the program's, whenever asked. inherited: file descriptors that it has, too.
        """
        self.assignment = assignment
        self.cause: Cause | None = None
        self._hopeless: StopEarly | None = None
        self.warned = False  # that its agent's time is almost up
        self.has_steps = False  # whether it was seen to have processes that are not below the agent
        self.start = time.time()
        self._began = time.monotonic()
        self._stage = _Stage.RUNNING
        # What earlier attempts took counts, where the program has gone on from there.
        self._deadline = self._began + ((assignment.time_limit or math.inf) - assignment.spent)
        self._wake = wake
        self._kernel_kills = kernel_kills
        kernel_kills.more()  # those of the time before are not this program's
        self._helpers = helpers
        self._status: int | None = None  # of the program, as wait4 gives it
        self._seconds = 0.0
        self._peak = 0.0
        self._sample_at = self._began + 1
        self._left_behind: list[str] = []
        self._notes: list[str] = []
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        try:
            self._process = subprocess.Popen(
                ["bash", "-c", assignment.command],
                cwd=assignment.cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out_end,
                stderr=err_end,
                start_new_session=True,
                pass_fds=inherited,
            )
        except (OSError, ValueError):
            os.close(out)
            os.close(err)
            raise
        finally:
            os.close(out_end)
            os.close(err_end)
        # What watches over it, and the driver perhaps, must outlive it.
        processes.kill_first(self._process.pid)
        trial, named, texts = assignment.trial, assignment.results, assignment.retry_on
        out_path = paths.trial_out(trial) if trial != BEFORE else paths.before_log
        self._out = Stream(out, out_path, named, texts)
        self._err = Stream(err, paths.trial_err(trial), named, texts)
        self._poll = select.poll()
        for fd in (out, err, wake.fd):
            self._poll.register(fd, select.POLLIN)

    @property
    def pid(self) -> int:
        """The process id of the program, which is also that of its process group and session."""
        return self._process.pid

    @property
    def seconds(self) -> float:
        """How long the program has been running, or ran."""
        return self._seconds if self._status is not None else time.monotonic() - self._began

    @property
    def spent(self) -> float:
        """How long the evaluation has been running in all its attempts, as far as they count."""
        return self.assignment.spent + self.seconds

    @property
    def tail(self) -> bytes:
        """The end of what the program printed."""
        return self._out.tail + b"\n" + self._err.tail

    @property
    def retry_text(self) -> str:
        """Which of the texts that were looked for it has printed, "" for none."""
        return self._out.found or self._err.found

    @property
    def printed(self) -> StreamReader:
        """What it has printed to the stream whose RESULT lines count, as far as that can be known by now."""
        return self._out.reader if self._out.reader.count else self._err.reader

    def stop_early(self, order: StopEarly) -> None:
        """Begin to end the program because the driver does not find it promising, if it is this one that is meant."""
        if (order.trial, order.attempt) == self.assignment.key and self.cause is None:
            self._hopeless = order
            self.stop(Cause.HOPELESS)

    def stop(self, cause: Cause, grace: float = TERM_GRACE) -> None:
        """Begin to end the program and all that it started: TERM now, KILL after `grace` seconds. The first cause counts."""
        if self.cause is None and self._stage in (_Stage.RUNNING, _Stage.LINGERING):
            if self._status is None:
                self.cause = cause
            processes.send(self._family(), signal.SIGTERM)
            self._enter(_Stage.TERMINATING, grace)

    def warn(self) -> None:
        """Tell the program that its agent's time is almost up; processes that would only die of the signal do not get it."""
        self.warned = True
        number = signal.Signals[f"SIG{self.assignment.warning_signal}"]
        processes.send([pid for pid in self._family() if processes.expects(pid, number)], number)

    def wait(self, timeout: float) -> bool:
        """Go on for `timeout` seconds, or until something happens; True when everything has ended."""
        until_deadline = min(self._deadline, self._sample_at) - time.monotonic()
        if self._stage is not _Stage.ENDED:
            self._take_output(max(0.0, min(timeout, until_deadline)))
            childless = self._reap()
            self._advance(time.monotonic(), childless)
        return self._stage is _Stage.ENDED

    def outcome(self) -> tuple[Status, Outcome]:
        """How the evaluation went. Call it once, when `wait` has returned True."""
        reading = combine(self._out.reader, self._err.reader)
        if self._hopeless and self._hopeless.means:
            reading = reading.of_parts
        code = None if self._status is None else os.waitstatus_to_exitcode(self._status)
        exit_code, number = (None, -code) if code is not None and code < 0 else (code, None)
        notes = [
            *self._notes,
            *(stream.file.trouble for stream in (self._out, self._err) if stream.file.trouble),
        ]
        limits = self.assignment
        status, reason = verdict(
            Facts(
                reading=reading,
                needs_result=limits.trial != BEFORE,
                exit_code=exit_code,
                signal=number,
                cause=self.cause,
                hopeless=self._hopeless.reason if self._hopeless else "",
                accept_exit_code=limits.accept_exit_code,
                time_limit=limits.time_limit,
                memory_limit=limits.memory,
                peak_memory=self._peak,
                kernel_kill=self._kernel_kill(exit_code, number),
                group_peak=self._kernel_kills.peak(),
                advice=advise(limits.command, limits.cwd, exit_code, self.tail) if code else "",
                left_behind=self._left_behind,
                notes=notes,
            )
        )
        finite = reading.loss is not None and math.isfinite(reading.loss)
        return status, Outcome(
            loss=reading.loss if finite else None,
            raw_loss="" if finite or reading.loss is None else raw_text(reading.loss),
            outputs=reading.outputs,
            curve=tuple((round(limits.spent + seconds, 3), value) for seconds, value in reading.curve),
            exit_code=exit_code,
            signal=number,
            seconds=round(self.spent, 6),
            start=self.start,
            end=self.start + self._seconds,
            peak_memory=round(self._peak, 1),
            reason=reason,
        )

    def _kernel_kill(self, exit_code: int | None, number: int | None) -> bool:
        # A kill somewhere on the machine is this program's only where it was killed itself; one in our
        # own control group is, even where a wrapper script made another exit code of it.
        return (
            exit_code != 0
            and self._kernel_kills.more()
            and (self._kernel_kills.ours or killed(exit_code, number))
        )

    def _take_output(self, timeout: float) -> None:
        for fd, _ in self._poll.poll(math.ceil(timeout * 1000)):
            if fd == self._wake.fd:
                self._wake.drain()
                continue
            stream = self._out if fd == self._out.fd else self._err
            stream.pull(self.seconds)
            if not stream.open:
                self._poll.unregister(fd)

    def _reap(self) -> bool:
        """Take note of every child that has ended; True if none is left."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            if pid == self._process.pid:
                self._seconds = time.monotonic() - self._began
                self._status = status
                self._process.returncode = os.waitstatus_to_exitcode(
                    status
                )  # or Popen would wait for it again
            if pid not in self._helpers():
                self._peak = max(self._peak, usage.ru_maxrss / 1024)

    def _advance(self, now: float, childless: bool) -> None:
        gone = self._status is not None and (childless or not self._family())
        if gone or (self._stage is _Stage.KILLING and now >= self._deadline):
            self._finish(gone)
        elif self._stage is _Stage.KILLING:
            processes.send(self._family(), signal.SIGKILL)
            self._sample_at = now + 0.05  # again, for what was forked meanwhile
        elif self._status is not None and self._stage is _Stage.RUNNING:
            self._enter(_Stage.LINGERING, _LINGER)
        elif now >= self._deadline:
            self._press(now)
        elif now >= self._sample_at:
            self._sample_memory()

    def _press(self, now: float) -> None:
        """A deadline has passed: use the next stronger means."""
        if self._stage is _Stage.RUNNING:
            self.stop(Cause.TIME)
        elif self._stage is _Stage.LINGERING:
            family = self._family()
            self._left_behind = [processes.name(pid) for pid in family]
            processes.send(family, signal.SIGTERM)
            self._enter(_Stage.TERMINATING, _LEFTOVER_GRACE)
        else:
            if self._status is not None and not self._left_behind:
                self._left_behind = [processes.name(pid) for pid in self._family()]
            self._enter(_Stage.KILLING, _GIVE_UP)
            self._sample_at = now

    def _sample_memory(self) -> None:
        began = time.monotonic()
        limit = self.assignment.memory
        family = self._family()
        self.has_steps = self.has_steps or any(processes.name(pid) == _STARTS_STEPS for pid in family)
        used = memory.used(family, self._peak, limit)
        self._peak = max(self._peak, used)
        if limit and used > limit:
            self.stop(Cause.MEMORY, grace=0)
        now = time.monotonic()
        self._sample_at = now + max(1.0, _SAMPLE_SHARE * (now - began))

    def _finish(self, all_gone: bool) -> None:
        if not all_gone:
            names = ", ".join(sorted({processes.name(pid) for pid in self._family()}))
            self._notes.append(
                f"Some of its processes survived even KILL ({names}); a file server of the node may be down."
            )
        for stream in (self._out, self._err):
            stream.finish(self.seconds)
        if self._status is None:
            self._seconds = time.monotonic() - self._began
        self._stage = _Stage.ENDED

    def _enter(self, stage: _Stage, seconds: float) -> None:
        self._stage = stage
        self._deadline = time.monotonic() + seconds

    def _family(self) -> list[int]:
        return processes.descendants(os.getpid(), self._helpers())
