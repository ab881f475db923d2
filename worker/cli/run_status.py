"""How a run stands, with everything that is known of it: in lines for people, and as JSON for programs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from worker.cli.jobs import Jobs
from worker.cli.whereabouts import CHANGE_THERE, Here, elsewhere
from worker.progress import preparing
from worker.progress.final_summary import next_step
from worker.progress.snapshot import Rate, Snapshot, assignments, clock, number_text
from worker.progress.tally import Tally
from worker.report.data import bounds_remark, confirmation, folds_remark, front_lines, outside, own_setting
from worker.report.data.allocated import Allocated
from worker.report.data.saved_time import Saved, saved
from worker.report.data.value_texts import mean_words, others_text
from worker.search.outline import outline
from worker.spec.run import Run
from worker.spec.text import counted, together, visible
from worker.store import replay
from worker.store.claim import Claim, Standing, claim
from worker.store.live_values import LiveValues, live_values
from worker.store.origin import site_of
from worker.store.paths import RunPaths
from worker.store.replay import Replayed
from worker.store.run_config import ranges_changed, read_run
from worker.store.setup_failures import setup_failures
from worker.store.starter import run_command
from worker.trial import Status, Trial

_MOST_RUNNING = 20  # running evaluations that are listed
_IN_HAND = (Status.ASSIGNED, Status.RUNNING)


@dataclass(frozen=True)
class RunStatus:
    """A run with everything that is known of it."""

    paths: RunPaths
    run: Run
    state: Replayed
    claim: Claim
    tally: Tally
    snapshot: Snapshot
    here: Here

    @classmethod
    def of(cls, paths: RunPaths, here: Here) -> RunStatus:
        """As its files tell it now. Raises OSError or OmnioptError where they cannot be read."""
        run, state = read_run(paths), replay.load(paths)
        tally = Tally(state.trials.values(), run.rank, run.repeats)
        rate = Rate(state.driven_since)
        for trial in sorted(state.trials.values(), key=lambda trial: trial.end or 0):
            rate.note(trial)
        current_claim = claim(paths)
        snapshot = Snapshot(run, tally, state.trials, rate)
        if current_claim.held:
            snapshot.take_in(state, time.time())
        return cls(paths, run, state, current_claim, tally, snapshot, here)

    @cached_property
    def jobs(self) -> Jobs:
        """The workers and jobs; may ask Slurm, and is left alone where nobody wants to know."""
        return Jobs.of(self.paths, self.state, self.claim, bool(self.elsewhere))

    @cached_property
    def best(self) -> Trial | None:
        """The best evaluation, or the point that was confirmed as the best."""
        return confirmation.best_of(self.run, self.state.trials.values(), self.tally.best)

    @cached_property
    def elsewhere(self) -> str:
        """A sentence on where a run is whose jobs are not seen here, "" for one that is seen, or has ended."""
        return "" if self.claim.standing is Standing.OVER else elsewhere(self.paths, self.run, self.here)

    @cached_property
    def allocated(self) -> Allocated | None:
        """What its jobs have had."""
        trials = self.state.trials.values()
        return Allocated.of(self.run, self.state, self.claim, trials, time.time())

    @cached_property
    def saved(self) -> Saved:
        """What early stopping has saved."""
        return saved(self.state.trials.values())

    @property
    def word(self) -> str:
        """The state of the run in a word or two."""
        return self.claim.word

    @cached_property
    def live(self) -> dict[int, LiveValues]:
        """What the evaluations that are listed have printed so far."""
        return live_values(self.paths, self.running, _MOST_RUNNING) if self.claim.held else {}

    @property
    def running(self) -> list[Trial]:
        """The evaluations that an agent has in hand."""
        return [trial for trial in self.state.trials.values() if trial.status in _IN_HAND]

    def lines(self) -> Iterator[str]:
        """How the run stands, for people."""
        now = time.time()
        yield together(f"{self.run.name}: {self.word}.", self._sentence())
        yield from (f"  {line}" for line in self._next_step())
        if self.elsewhere:
            yield f"  {self.elsewhere} What stands here is from its files. {CHANGE_THERE}"
        before = self.state.before
        said = preparing.line(self.run, before, self.paths, now)
        if said and before and (self.claim.held or before.status.ended):
            yield f"  {visible(said)}"
        yield f"  {self.snapshot.counts}"
        if spared := self.saved.sentence:
            yield f"  {spared}"
        best = self.best
        if best is not None:
            values = " ".join(assignments(best.values))
            mean = f"; {words}" if (words := mean_words(best)) else ""
            yield f"  {self.run.best_result} {number_text(best.loss)}{others_text(self.run, best)} (evaluation {best.number}{mean}): {values}"
        yield from (f"  {line}" for line in confirmation.sentences(self.run, self.state.trials.values()))
        if compared := own_setting.sentence(self.run, self.state.trials, best):
            yield f"  {compared}"
        if front := front_lines.sentence(self.run, self.state.trials.values(), self.paths):
            yield visible(f"  {front}")
        if ranges_changed(self.paths) and (
            beyond := outside.sentence(self.run, self.state.trials.values(), best)
        ):
            yield f"  {beyond}"
        yield f"  search: {outline(self.run, self.state.trials.values())}"
        if self.claim.held and (pace := self.snapshot.pace(now)):
            yield f"  {pace}"
        if self.allocated and self.allocated.sentence:
            yield f"  {self.allocated.sentence}"
        if folds := folds_remark.remark(self.run, self.state.trials.values()):
            yield f"  {folds}"
        if remark := self.snapshot.remark or bounds_remark.remark(self.run, best, self.tally.ok):
            yield f"  {remark}"
        yield from (f"  {line}" for line in self.jobs.lines())
        yield from (f"  {failure.sentence}" for failure in setup_failures(self.paths, self.run.setup))
        if self.claim.held and self.running:
            yield from self._evaluations(now)
        if self.state.torn:
            yield f"  damaged lines in the journal, skipped: {self.state.torn}"
        yield f"  {self.paths.root}"

    def _sentence(self) -> str:
        if self.state.ended is not None:
            return self.state.ended.reason
        if self.claim.standing is Standing.BEGINNING:
            return f"A driver started {self.claim.silent:.0f} s ago and has not yet reported where it runs."
        if self.claim.held:
            since = clock(time.time() - (self.state.driven_since or time.time()))
            driven = f"Driven by process {self.claim.pid} on {self.claim.host} for {since}."
            return together(driven, self.claim.pause)
        if self.elsewhere:
            return "No driver is at work, as far as its files tell."
        if self.claim.standing is Standing.DEAD:
            return "Its driver has died; nothing is lost. To continue:"
        if self.claim.standing is Standing.LEFT:
            return "Its driver has left, and the next one takes over. If none starts:"
        return ""

    def _next_step(self) -> Iterator[str]:
        """What the sentence leads to: lines with the command."""
        if self.state.ended is not None:
            yield from next_step(self.state.ended.over, self.run, self.paths, self.tally)
        elif self.claim.standing in (Standing.DEAD, Standing.LEFT) and not self.elsewhere:
            yield f"  {run_command('resume', self.paths)}"

    def _evaluations(self, now: float) -> Iterator[str]:
        for trial in self.running[:_MOST_RUNNING]:
            worker = f"worker {trial.agent}" + (f" on {trial.host}" if trial.host else "")
            since = f"for {clock(now - trial.start)}" if trial.start else "next"
            printed = f", {self.live[trial.number].words}" if trial.number in self.live else ""
            again = f", attempt {trial.attempt}" if trial.attempt > 1 else ""
            yield f"  evaluation {trial.number}: {worker}{again}, {since}{printed}"
        if len(self.running) > _MOST_RUNNING:
            yield f"  and {counted(len(self.running) - _MOST_RUNNING, 'more evaluation')}"

    def as_json(self) -> dict[str, Any]:
        """How the run stands, for programs. Times are seconds since 1970."""
        best, ended = self.best, self.state.ended
        confirmed = (
            confirmation.confirmation(self.run, self.state.trials.values()) if self.run.confirm else None
        )
        statuses = Counter(trial.status.value for trial in self.state.trials.values())
        return {
            "run": self.run.name,
            "path": str(self.paths.root),
            "cluster": site_of(self.paths),
            "elsewhere": self.elsewhere,
            "state": self.word,
            "reason": ended.reason if ended else "",
            "exit_code": ended.exit_code if ended else None,
            "seed": self.state.seed,
            "search": outline(self.run, self.state.trials.values()),
            "direction": self.run.main.direction,
            "before": self.state.before.status.value if self.state.before else None,
            "max_evals": self.run.max_evals,
            "total": self.snapshot.total,
            "trials": {status.value: statuses.get(status.value, 0) for status in Status},
            "best": None
            if best is None
            else {"trial": best.number, "loss": best.loss, "parameters": dict(best.values)},
            "confirmed": confirmed and confirmed.as_json(),
            "live": [
                {"trial": number, "line": live.step, "value": live.value}
                for number, live in self.live.items()
            ],
            "saved_seconds": self.saved.seconds,
            "driver": {
                "alive": self.claim.held,
                "paused": self.claim.paused,
                "host": self.claim.host,
                "pid": self.claim.pid,
                "epoch": self.claim.epoch,
                "since": self.state.driven_since or None,
            },
            "budget": self.run.budget,
            "allocated": self.allocated and self.allocated.as_json(),
            "agents": self.jobs.agents(self.running),
            "jobs": self.jobs.as_json(),
            "trouble": self.jobs.trouble,
            "warning": self.jobs.warning,
            "workers": self.state.wanted or self.run.workers,
            "ended_at": ended.at if ended else None,
            "torn": self.state.torn,
        }
