"""How a run is ended from outside its driver: by a request where a driver lives, by taking its place where none does."""

from __future__ import annotations

import signal
import time

from worker import processes
from worker.cli.launching import plan_of
from worker.cli.run_lookup import say_if_paused
from worker.cli.whereabouts import scheduler_before
from worker.driver.driver import Driver
from worker.driver.stop_signals import Signals
from worker.errors import EXIT_DONE, OmnioptError
from worker.launch.scheduler import DriverJobs, Scheduler
from worker.progress.final_summary import next_step
from worker.progress.tally import Over
from worker.progress.terminal import Lines
from worker.spec.run import Run
from worker.spec.text import visible
from worker.store.claim import Claim, Standing, claim
from worker.store.journal_reading import follow_journal
from worker.store.journal_records import Ended, Leaving, Stopping
from worker.store.paths import RunPaths
from worker.store.requests import CancelAll, Stop, ask
from worker.store.starter import run_command

_LOOK_EVERY = 0.1  # seconds
_ANSWER_WITHIN = 2.0  # seconds in which a living driver on this machine obeys
_ANSWER_FROM_AFAR = 20.0  # seconds that one on another machine may need, where files are seen late
_LEAVE_WITHIN = 1.5  # seconds in which a driver sees that another one has taken its place
_SCHEDULER_WITHIN = 5.0  # seconds for an answer of the scheduler; without it, workers end themselves
_GONE_WITHIN = 14.0  # seconds in which a driver that has obeyed has ended everything


def stop(paths: RunPaths, run: Run, wait: bool) -> int:
    """Let running evaluations finish and start no new ones; with `wait`, come back when that has happened."""
    current_claim = claim(paths)
    if current_claim.standing is Standing.OVER:
        return _is_over(run)
    if not current_claim.held:
        scheduler = scheduler_before(paths)
        if scheduler.driver_jobs:
            _end_driver_job(paths, scheduler.driver_jobs)
        return _take_over(paths, run, scheduler, "stop")
    watcher = _JournalWatcher(paths, current_claim.epoch)
    ask(paths, Stop(at=time.time()))
    print(
        f"{run.name} stops when its running evaluations have ended. To end them now:\n"
        f"  {visible(run_command('cancel', paths))}"
    )
    say_if_paused(current_claim)
    while wait and not watcher.ended and claim(paths).held:
        time.sleep(_LOOK_EVERY)
    return EXIT_DONE


def cancel(paths: RunPaths, run: Run) -> int:
    """End everything now; comes back when nothing is left."""
    current_claim, scheduler = claim(paths), scheduler_before(paths)
    if not current_claim.held and scheduler.driver_jobs:
        _end_driver_job(paths, scheduler.driver_jobs)
        current_claim = claim(paths)
    if current_claim.standing is Standing.OVER:
        code = _is_over(run)
    elif current_claim.held and _obeys(paths, current_claim):
        print(f"{run.name} was cancelled. To continue:\n  {visible(run_command('resume', paths))}")
        code = EXIT_DONE
    else:
        code = _take_over(paths, run, scheduler, "cancel")
        _end_driver(current_claim)
    if left := scheduler.end_everything(paths, _SCHEDULER_WITHIN):
        raise OmnioptError(f"{left} To try again:\n  {run_command('cancel', paths)}")
    return code


class _JournalWatcher:
    """What the driver of an epoch writes into its journal from now on."""

    def __init__(self, paths: RunPaths, epoch: int) -> None:
        self._tail = follow_journal(paths, epoch)
        self._tail.read()
        self._stopping = self._ended = False

    @property
    def stopping(self) -> bool:
        """Whether the driver has heard a request."""
        for record in self._tail.read():
            self._ended = self._ended or isinstance(record, (Ended, Leaving))
            self._stopping = self._stopping or self._ended or isinstance(record, Stopping)
        return self._stopping

    @property
    def ended(self) -> bool:
        """Whether the driver has written its last word."""
        return self.stopping and self._ended


def _obeys(paths: RunPaths, current_claim: Claim) -> bool:
    """Ask a driver to cancel, and wait until it has; False where it does not."""
    watcher = _JournalWatcher(paths, current_claim.epoch)
    ask(paths, CancelAll(at=time.time()))
    print("Ending everything; programs that do not exit are killed after 10 seconds.", flush=True)
    began = time.monotonic()
    within = _ANSWER_WITHIN if current_claim.standing is Standing.ALIVE else _ANSWER_FROM_AFAR
    while not watcher.ended:
        waited = time.monotonic() - began
        if (
            waited > _GONE_WITHIN + within
            or (waited > within and not watcher.stopping)
            or not claim(paths).held
        ):
            return watcher.ended
        time.sleep(_LOOK_EVERY)
    return True


def _take_over(paths: RunPaths, run: Run, scheduler: Scheduler, request: str) -> int:
    """Become the driver, do what is asked, and say so."""
    print(
        "No driver answers, so this command does it itself. Ctrl-C ends the running evaluations."
        if request == "stop"
        else "No driver answers, so this command does it itself. Ctrl-C kills what is still running."
    )
    with Signals() as signals:
        driver = Driver(plan_of(run, paths, scheduler, request), signals)
        end = driver.drive(Lines(run.progress_interval))
    for line in (end.sentence, *next_step(end.over.value, run, paths, driver.tally)):
        driver.display.say(line)
    driver.hooks.close(end.over, end.sentence, driver.display.say)
    return EXIT_DONE if end.over in (Over.STOPPED, Over.CANCELLED) else end.exit_code


def _is_over(run: Run) -> int:
    print(f"{run.name} has already ended; nothing is running.")
    return EXIT_DONE


def _end_driver(current_claim: Claim) -> None:
    """A driver on this machine that did not answer (it hangs, or was stopped) must not stay either."""
    ends_at = time.monotonic() + _LEAVE_WITHIN
    while current_claim.standing is Standing.ALIVE and processes.alive(current_claim.pid, current_claim.born):
        if time.monotonic() > ends_at:
            processes.send([current_claim.pid], signal.SIGKILL)
            return
        time.sleep(_LOOK_EVERY)


def _end_driver_job(paths: RunPaths, jobs: DriverJobs) -> None:
    """A driver that is in the queue must not begin while everything is being ended."""
    jobs.cancel(paths, _SCHEDULER_WITHIN)
