"""The commands that a config has for events: started once for each, in processes of their own, which nothing waits for."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from worker.driver.plan import Plan
from worker.pooled import points_of
from worker.progress.snapshot import clock
from worker.progress.tally import Over, Tally
from worker.spec.hook_fields import Event
from worker.spec.notation import real_text
from worker.store.journal_records import Hook, Record
from worker.store.replay import Replayed
from worker.trial import Trial

_BEST_EVERY = 60.0  # seconds between two commands for a new best
_PATIENCE = 60.0  # seconds that a driver which leaves waits for the commands that still run
_STEP = 0.05  # seconds
_NO_END = (Over.SUPERSEDED, Over.LEFT, Over.MOVED)  # the run goes on, or nobody knows where it is
_INTERRUPTIONS = (Over.STOPPED, Over.CANCELLED, Over.NO_AGENTS)


class Hooks:
    """Those of the driver of `epoch`. `at` is seconds since 1970.

    The journal says of each that it was started, before it is, so that the next driver does not start it again.
    """

    def __init__(
        self,
        plan: Plan,
        epoch: int,
        state: Replayed,
        tally: Tally,
        write: Callable[[Sequence[Record]], None],
        say: Callable[[str], None],
        at: float,
    ) -> None:
        """write: puts records into the journal. say: takes down an event, a sentence."""
        self._plan, self._epoch, self._state, self._tally = plan, epoch, state, tally
        self._write, self._say = write, say
        self._running: dict[Event, subprocess.Popen[bytes]] = {}
        self._failed: set[Event] = set()
        self._had_results = tally.ok > 0
        self._known_best = self._rank_told()
        self._idle_since: float | None = at
        self._told_waiting = self._waited_before()

    def look(self, at: float, working: bool) -> None:
        """Start what is due, and see what has become of the others. working: whether evaluations are begun."""
        for event, process in list(self._running.items()):
            if process.poll() is not None:
                self._ended(event, process)
        self._look_for_results(at)
        if working:
            self._look_for_work(at)

    def closing(self, over: Over, at: float) -> list[Record]:
        """The run is about to end so; what the journal is to say."""
        if over not in _NO_END:
            self._look_for_results(at, last=True)
        event = self._event_of(over)
        return [] if event is None else [Hook(epoch=self._epoch, event=event.value, at=at)]

    def close(self, over: Over, reason: str, show: Callable[[str], None]) -> None:
        """The driver has ended so: start the command for that, and wait for it, and a while for others.

        reason: a sentence. show: prints one.
        """
        if over in _NO_END:
            return
        event = self._event_of(over)
        if event is not None:
            command = self._command(event)
            show(f"Running the command for {event.value}: {command}")
            began = time.monotonic()
            if process := self._start(event, OMNIOPT_REASON=reason, **self._best(self._tally.best)):
                process.wait()
                if process.returncode:
                    took = f"after {time.monotonic() - began:.0f} s"
                    show(
                        f"It ended with exit code {process.returncode} {took}; see {self._plan.paths.hooks_log}."
                    )
        until = time.monotonic() + _PATIENCE
        while any(process.poll() is None for process in self._running.values()) and time.monotonic() < until:
            time.sleep(_STEP)

    def _command(self, event: Event) -> str:
        return str(getattr(self._plan.run, event.attribute))

    def _event_of(self, over: Over) -> Event | None:
        """What an end is, where there is a command for it."""
        if over in _NO_END:
            return None
        if over in _INTERRUPTIONS and self._plan.run.on_interrupted:
            return Event.INTERRUPTED
        return Event.ENDED if self._plan.run.on_ended else None

    def _look_for_results(self, at: float, last: bool = False) -> None:
        """last: nobody looks after this."""
        best = self._tally.best
        if best is None or best.imported:
            return
        if not self._had_results and self._tally.ok:
            self._had_results = True
            self._known_best = self._tally.best_rank
            self._begin(Event.FIRST_RESULT, at, best)
        told = self._state.hooks.get(Event.NEW_BEST.value)
        too_soon = told is not None and 0 <= at - told.at < _BEST_EVERY
        kept_back = not last and (too_soon or Event.NEW_BEST in self._running)
        if self._tally.best_rank < self._known_best and not kept_back:
            self._known_best = self._tally.best_rank
            self._begin(Event.NEW_BEST, at, best)

    def _look_for_work(self, at: float) -> None:
        if self._tally.running:
            self._idle_since, self._told_waiting = None, False
            return
        self._idle_since = at if self._idle_since is None else self._idle_since
        waited = at - self._idle_since
        if waited >= self._plan.run.on_waiting_time and not self._told_waiting:
            self._told_waiting = True
            self._begin(Event.WAITING, at, None, OMNIOPT_REASON=f"No evaluation has run for {clock(waited)}.")

    def _begin(self, event: Event, at: float, trial: Trial | None, **variables: str) -> None:
        if self._command(event):
            self._write(
                [Hook(epoch=self._epoch, event=event.value, trial=trial.number if trial else None, at=at)]
            )
            self._start(event, **variables, **self._best(trial))

    def _best(self, trial: Trial | None) -> dict[str, str]:
        if trial is None or trial.loss is None:
            return {}
        return {"OMNIOPT_TRIAL": str(trial.number), "OMNIOPT_BEST": real_text(trial.loss)}

    def _start(self, event: Event, **variables: str) -> subprocess.Popen[bytes] | None:
        command = self._command(event)
        marks = {"OMNIOPT_RUN": str(self._plan.paths.root), "OMNIOPT_EVENT": event.value}
        moment = datetime.now().astimezone().isoformat(timespec="seconds")
        try:
            with self._plan.paths.hooks_log.open("ab") as log:
                log.write(f"{moment}  {event.value}: {command}\n".encode())
                log.flush()
                process = self._running[event] = subprocess.Popen(
                    ["bash", "-c", command],
                    cwd=self._plan.cwd,
                    env={**os.environ, **marks, **variables},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,  # Ctrl-C and a closed terminal are the driver's to answer
                )
        except OSError as error:
            self._say(f"the command for {event.value} could not be started ({error.strerror})")
            return None
        self._say(f"the command for {event.value} was started")
        return process

    def _ended(self, event: Event, process: subprocess.Popen[bytes]) -> None:
        del self._running[event]
        if process.returncode and event not in self._failed:
            self._failed.add(event)
            log = self._plan.paths.hooks_log
            self._say(
                f"the command for {event.value} ended with exit code {process.returncode}; its output is in {log}"
            )

    def _rank_told(self) -> float:
        """What stands for the best result that is no news any more."""
        last = self._state.hooks.get(Event.NEW_BEST.value)
        points = () if last is None else points_of(self._state.trials.values(), self._plan.run.repeats)
        trial = next((point for point in points if last is not None and point.number == last.trial), None)
        if trial is None or trial.loss is None or not trial.status.ended or trial.status.failure:
            return self._tally.best_rank
        return self._plan.run.rank(trial.loss)

    def _waited_before(self) -> bool:
        """Whether an earlier driver has told of this wait: nothing has run since."""
        last = self._state.hooks.get(Event.WAITING.value)
        return last is not None and all((trial.end or 0.0) < last.at for trial in self._state.trials.values())
