"""One run that somebody watches: what has been added to its files since the last look, as the page wants it. Writes nothing."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from worker.errors import OmnioptError
from worker.report.data import improvements
from worker.report.data.chart_series import best_so_far_scale
from worker.report.data.confirmation import short
from worker.report.data.occupancy import timeline
from worker.report.data.results import Results
from worker.report.data.summary import answer
from worker.report.data.table import evaluated
from worker.report.data.value_texts import loss_text
from worker.spec.run import Run
from worker.spec.text import duration_words
from worker.store.claim import Claim, Standing, claim, claim_of
from worker.store.follower import Follower
from worker.store.glance import Glance, glance
from worker.store.live_values import LiveReader, LiveValues
from worker.store.paths import RunPaths
from worker.store.run_config import read_run
from worker.trial import Status, Trial

_MOST_RUNNING = 20  # running evaluations that are listed; the outbox of each worker is one more file to read
_MOST_POINTS = 200  # of a curve
_RECENT = 600.0  # seconds for which it is told how busy the workers were
# Seconds between two looks at a run; one that is over may be resumed.
_GOING_ON, _UNKNOWN, _OVER = 4.0, 15.0, 60.0
_THOROUGH, _SELDOM = 30.0, 600.0  # seconds between two that open its files though no size has changed
_SHARE = 50  # what the timeline of a long run takes is at most this part of the time
_IN_HAND = (Status.ASSIGNED, Status.RUNNING)


class Watched:
    """A run, read anew at most as often as somebody calls `look`; and of what was read before, only what was added."""

    def __init__(self, paths: RunPaths) -> None:
        """Reads nothing yet."""
        self.paths = paths
        self._run: Run | None = None
        self._follower: Follower | None = None
        self._claim: Claim | None = None
        self._glance: Glance | None = None
        self._read_of = -1  # the driver whose settings the config was read for
        self._thorough_due = 0.0  # when files are opened even if their sizes are as before
        self._live = LiveReader(paths)
        self._story: dict[str, Any] = {}  # what only changes with the journal
        self._timeline: dict[str, Any] = {}
        self._timeline_due = 0.0
        self._present: dict[str, Any] = {}  # what changes with time, too
        self._trouble = ""

    @property
    def pause(self) -> float:
        """Seconds after which news are to be expected at the soonest."""
        if self._claim is None or self._claim.held:
            return _GOING_ON
        return _OVER if self._claim.standing is Standing.OVER else _UNKNOWN

    def look(self, workers: bool = False) -> None:
        """Take in the news. What cannot be read now leaves what was known, and is said. workers: also what each of them does now."""
        try:
            self._look()
            self._trouble = ""
        except OSError as error:
            self._trouble = f"cannot be read: {error.strerror}"
        except OmnioptError as error:
            self._trouble = f"cannot be read: {str(error).partition(chr(10))[0]}"
        if workers:
            self._present = self._now()

    def _look(self) -> None:
        follower, before = self._follower, self._glance
        seen = glance(self.paths, follower.state.epoch) if follower else None
        # For the first time, or another run is there now.
        anew = seen is None or before is None or seen.files != before.files
        if anew or follower is None or seen is None or before is None:
            run = read_run(self.paths)  # where there is none, what was known stays
            follower = Follower(self.paths)
            self._look_thoroughly(follower)
            self._run, self._follower, self._read_of = run, follower, follower.state.epoch
        elif seen.announced != before.announced or time.monotonic() >= self._thorough_due:
            self._look_thoroughly(follower)
        else:
            if seen.size != before.size:
                follower.news()
            self._glance = seen
        if self._run is None or self._read_of != follower.state.epoch:
            self._run, self._read_of = read_run(self.paths), follower.state.epoch  # a driver may have others
        self._claim = self._claimed(follower)
        if not self._claim.held:
            follower.close()  # a thousand runs that are over would need all the files that a process may have open
        if anew or self._glance != before:
            self._story = self._told(self._run, follower)

    def _look_thoroughly(self, follower: Follower) -> None:
        """Open all files that may have news. The sizes are those of before that, so that nothing is missed."""
        epoch = follower.state.epoch
        known = glance(self.paths, epoch)
        follower.update()
        if follower.state.epoch != epoch:
            known = glance(self.paths, follower.state.epoch)
            follower.news()
        self._glance = known
        held = self._claim is None or self._claim.held
        self._thorough_due = time.monotonic() + (_THOROUGH if held else _SELDOM)

    def _claimed(self, follower: Follower) -> Claim:
        """Who drives the run, by what is known already where its newest journal is seen."""
        if self._glance is None:
            return claim(self.paths, untouched=True)
        return claim_of(follower.state, max(0.0, time.time() - self._glance.at))

    def as_json(self) -> dict[str, Any]:
        """The run for the page. `state` is "unknown" where its files do not tell."""
        word, why = self._state()
        told = {"name": self.paths.name, "path": str(self.paths.root), "state": word, "why": why}
        return {**told, **self._story, **self._present}

    @property
    def line(self) -> str:
        """The run in a line for the terminal."""
        word, why = self._state()
        if not self._story:
            return why or word
        best = self._story["best"]
        failed = f", {self._story['failed']:,} failed" if self._story["failed"] else ""
        found = f", best {best['short']}" if best else ""
        return f"{word}: {self._story['done']:,} of {self._story['total']:,}{failed}{found}"

    def _state(self) -> tuple[str, str]:
        """A word or two, and a sentence where that is not all."""
        if self._claim is None:
            return ("unknown", self._trouble) if self._trouble else ("being read", "")
        if self._trouble:
            return "unknown", f"{self.paths.name} {self._trouble}. What stands here is from before."
        ended = self._follower.state.ended if self._follower else None
        if ended is not None and self._claim.standing is Standing.OVER:
            return self._claim.word, ended.reason
        if self._claim.standing is Standing.DEAD and self._claim.host != socket.gethostname():
            silent = duration_words(self._claim.silent)
            return "unknown", (
                f"Its driver on {self._claim.host or 'another machine'} has not been heard of for {silent}; from here, nobody can see whether it lives."
            )
        return self._claim.word, self._claim.pause

    def _told(self, run: Run, follower: Follower) -> dict[str, Any]:
        """What the journal says."""
        state = follower.state
        results = Results(self.paths, run, evaluated(state.trials.values()), state)
        counts = Counter(trial.status for trial in state.trials.values())
        best = answer(results)
        points = improvements.finished(results.points)
        steps = improvements.improvements(points, run)
        curve = [[step.count, step.loss] for step in steps[-_MOST_POINTS:]]
        if curve and points[-1].count > steps[-1].count:
            curve.append([points[-1].count, steps[-1].loss])
        return {
            "done": sum(count for status, count in counts.items() if status.done),
            "failed": sum(count for status, count in counts.items() if status.failure),
            "running": counts[Status.RUNNING],
            "total": run.max_evals,
            "result": run.main.name,
            "largest": run.maximises,
            "scale": _scale(points, run) if points else None,
            "best": None
            if best is None
            else {"text": loss_text(best), "short": short(best.loss or 0.0), "trial": best.number},
            "curve": curve,
            "workers": state.wanted or run.workers,
        }

    def _now(self) -> dict[str, Any]:
        """What runs at this moment; nothing where nobody drives the run, as nobody knows then."""
        if self._follower is None or self._claim is None or not self._claim.held:
            return {}
        state, now = self._follower.state, time.time()
        in_hand = [trial for trial in state.trials.values() if trial.status in _IN_HAND]
        live = self._live.read(in_hand, _MOST_RUNNING)
        wanted = self._story.get("workers") or 1
        if time.monotonic() >= self._timeline_due:
            began = time.monotonic()
            self._timeline = timeline(state, now)
            self._timeline_due = time.monotonic() + _SHARE * (time.monotonic() - began)
        return {
            "evaluations": [_evaluation(trial, live.get(trial.number)) for trial in in_hand[:_MOST_RUNNING]],
            "more": max(0, len(in_hand) - _MOST_RUNNING),
            "busy": occupancy(state.trials.values(), wanted, now, state.driven_since),
            "timeline": self._timeline,
        }


def _scale(points: list[improvements.Point], run: Run) -> dict[str, Any]:
    """How the course of the best result is drawn so that late gains are seen, as in the report."""
    chosen = best_so_far_scale(points, run)
    return {
        "kind": chosen.kind,
        "distance": asdict(chosen.distance),
        "clip": chosen.clip if chosen.kind == "linear" else None,
        "rises": run.maximises,
    }


def _evaluation(trial: Trial, live: LiveValues | None) -> dict[str, Any]:
    """An evaluation in hand, with what it has printed so far."""
    known = sorted(live.known.items()) if live else []
    stride = -(-len(known) // _MOST_POINTS) or 1
    return {
        "trial": trial.number,
        "worker": trial.agent,
        "host": trial.host,
        "start": trial.start,
        "x": [step for step, _ in known[::stride]],
        "y": [value for _, value in known[::stride]],
    }


def occupancy(trials: Iterable[Trial], workers: int, now: float, since: float) -> float | None:
    """The share of the time of so many workers in which they evaluated, of the last minutes; None where too little time has passed."""
    begin = max(now - _RECENT, since)
    if now - begin < 1:
        return None
    spans = [
        (max(begin, trial.start), now if trial.status is Status.RUNNING else trial.end or begin)
        for trial in trials
        if trial.start is not None and not trial.imported
    ]
    busy = sum(max(0.0, min(end, now) - start) for start, end in spans)
    return min(1.0, busy / (workers * (now - begin)))
