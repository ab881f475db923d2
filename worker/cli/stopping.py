"""How a run is ended from outside its driver: by a request where a driver lives, by taking its place where none does."""

from __future__ import annotations

import signal
import time

from worker import processes
from worker.cli.common import say_if_paused
from worker.cli.going import plan_of, where_before
from worker.driver.budget import Over
from worker.driver.loop import Driver
from worker.driver.requests import ask
from worker.driver.show import Lines
from worker.driver.signals import Signals
from worker.errors import EXIT_DONE, OmnioptError
from worker.spec.run import Run
from worker.store.claim import Claim, Standing, claim
from worker.store.paths import RunPaths
from worker.store.tail import Tail

_LOOK_EVERY = 0.1  # seconds
_ANSWER_WITHIN = 2.0  # seconds in which a living driver on this machine obeys
_ANSWER_FROM_AFAR = 20.0  # seconds that one on another machine may need, where files are seen late
_LEAVE_WITHIN = 1.5  # seconds in which a driver sees that another one has taken its place
_SLURM_WITHIN = 5.0  # seconds that Slurm gets to end a job; where it says nothing, workers end themselves
_GONE_WITHIN = 14.0  # seconds in which a driver that has obeyed has ended everything


def stop(paths: RunPaths, run: Run, wait: bool) -> int:
    """Let what runs end, begin nothing new; with `wait`, come back when that has happened."""
    now = claim(paths)
    if now.standing is Standing.OVER:
        return _is_over(run)
    if not now.held:
        if where_before(paths) == "slurm":
            _end_driver_job(paths)
        return _take_over(paths, run, "stop")
    watch = _Watch(paths, now.epoch)
    ask(paths, "stop")
    print(
        f"{run.name} stops when its running evaluations have ended; omniopt cancel {run.name} ends them now."
    )
    say_if_paused(now)
    while wait and not watch.ended and claim(paths).held:
        time.sleep(_LOOK_EVERY)
    return EXIT_DONE


def cancel(paths: RunPaths, run: Run) -> int:
    """End everything now; comes back when nothing is left."""
    now = claim(paths)
    if not now.held and where_before(paths) == "slurm":
        _end_driver_job(paths)
        now = claim(paths)
    if now.standing is Standing.OVER:
        code = _is_over(run)
    elif now.held and _obeys(paths, now):
        print(f"{run.name} was cancelled; omniopt resume {run.name} goes on.")
        code = EXIT_DONE
    else:
        code = _take_over(paths, run, "cancel")
        _end_driver(now)
    if where_before(paths) == "slurm":
        _end_jobs(paths)
    return code


class _Watch:
    """What the driver of an epoch writes into its journal from now on."""

    def __init__(self, paths: RunPaths, epoch: int) -> None:
        self._tail = Tail(paths.journal(epoch))
        self._tail.read()
        self._kinds: set[str] = set()

    @property
    def stopping(self) -> bool:
        """Whether the driver has heard a request."""
        self._kinds.update(str(record["kind"]) for record in self._tail.read())
        return not self._kinds.isdisjoint(("stopping", "ended", "leaving"))

    @property
    def ended(self) -> bool:
        """Whether the driver has written its last word."""
        return self.stopping and not self._kinds.isdisjoint(("ended", "leaving"))


def _obeys(paths: RunPaths, now: Claim) -> bool:
    """Ask a driver to cancel, and wait until it has; False where it does not."""
    watch = _Watch(paths, now.epoch)
    ask(paths, "cancel")
    print("Ending everything; programs that do not listen are killed after 10 seconds.", flush=True)
    began = time.monotonic()
    within = _ANSWER_WITHIN if now.standing is Standing.ALIVE else _ANSWER_FROM_AFAR
    while not watch.ended:
        waited = time.monotonic() - began
        if (
            waited > _GONE_WITHIN + within
            or (waited > within and not watch.stopping)
            or not claim(paths).held
        ):
            return watch.ended
        time.sleep(_LOOK_EVERY)
    return True


def _take_over(paths: RunPaths, run: Run, request: str) -> int:
    """Become the driver, do what is asked, and say so."""
    print(
        f"No driver answers, so this is done here. Ctrl-C {'ends what runs' if request == 'stop' else 'kills what still runs'}."
    )
    with Signals() as signals:
        driver = Driver(plan_of(run, paths, where_before(paths), request), signals)
        end = driver.drive(Lines(run.poll_interval))
    driver.show.say(end.sentence)
    return EXIT_DONE if end.over in (Over.STOPPED, Over.CANCELLED) else end.exit_code


def _is_over(run: Run) -> int:
    print(f"{run.name} has ended already; nothing of it runs.")
    return EXIT_DONE


def _end_driver(now: Claim) -> None:
    """A driver on this machine that did not answer (it hangs, or was stopped) must not stay either."""
    ends_at = time.monotonic() + _LEAVE_WITHIN
    while now.standing is Standing.ALIVE and processes.alive(now.pid, now.born):
        if time.monotonic() > ends_at:
            processes.send([now.pid], signal.SIGKILL)
            return
        time.sleep(_LOOK_EVERY)


def _end_driver_job(paths: RunPaths) -> None:
    """A driver that is in the queue must not begin while everything is being ended."""
    from worker.launch.slurm import teardown
    from worker.launch.slurm.client import Client

    teardown.cancel_driver(Client(patience=_SLURM_WITHIN), paths)


def _end_jobs(paths: RunPaths) -> None:
    """See that nothing of the run is left in Slurm's queue."""
    from worker.launch.slurm import teardown
    from worker.launch.slurm.client import Client

    silent = teardown.cancel_all(Client(patience=_SLURM_WITHIN), paths)
    if silent:
        raise OmnioptError(
            f"Slurm did not answer when these jobs were to be ended: {', '.join(silent)}. Try omniopt cancel again, "
            "or scancel --name with each of them."
        )
