"""One run that somebody watches: what has been added to its files since the last look, as the page wants it. Writes nothing."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from worker.errors import OmnioptError
from worker.report.data import improvements
from worker.report.data.confirmation import short
from worker.report.data.results import Results
from worker.report.data.summary import answer
from worker.report.data.table import evaluated
from worker.report.data.value_texts import loss_text
from worker.spec.run import Run
from worker.spec.text import duration_words
from worker.store.claim import Claim, Standing, claim
from worker.store.follower import Follower
from worker.store.live_values import live_values
from worker.store.paths import RunPaths
from worker.store.run_config import read_run
from worker.trial import Status, Trial

_MOST_RUNNING = 20  # running evaluations that are listed; the outbox of each worker is one more file to read
_MOST_POINTS = 200  # of a curve
_RECENT = 600.0  # seconds for which it is told how busy the workers were
_IN_HAND = (Status.ASSIGNED, Status.RUNNING)


class Watched:
    """A run, read anew at most as often as somebody calls `look`."""

    def __init__(self, paths: RunPaths) -> None:
        """Reads nothing yet."""
        self.paths = paths
        self._run: Run | None = None
        self._follower: Follower | None = None
        self._claim: Claim | None = None
        self._story: dict[str, Any] = {}  # what only changes with the journal
        self._trouble = ""

    @property
    def going_on(self) -> bool:
        """Whether news are to be expected soon: somebody drives it, or nobody knows that it has ended."""
        over = self._follower is not None and self._follower.state.ended is not None
        return self._claim is None or not (over or self._claim.standing is Standing.NEVER)

    def look(self) -> None:
        """Take in the news. What cannot be read now leaves what was known, and is said."""
        try:
            self._run = self._run or read_run(self.paths)
            self._follower = self._follower or Follower(self.paths)
            changed = self._follower.update()
            self._claim = claim(self.paths, untouched=True)
            if changed or not self._story:
                self._story = self._told(self._run, self._follower)
            self._trouble = ""
        except OSError as error:
            self._trouble = f"cannot be read: {error.strerror}"
        except OmnioptError as error:
            self._trouble = f"cannot be read: {str(error).partition(chr(10))[0]}"

    def as_json(self) -> dict[str, Any]:
        """The run for the page. `state` is "unknown" where its files do not tell."""
        word, why = self._state()
        told = {"name": self.paths.name, "path": str(self.paths.root), "state": word, "why": why}
        return {**told, **self._story, **self._now()}

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
        trials = self._follower.state.trials.values()
        in_hand = [trial for trial in trials if trial.status in _IN_HAND]
        live = live_values(self.paths, in_hand, _MOST_RUNNING)
        now = time.time()
        evaluations = []
        for trial in in_hand[:_MOST_RUNNING]:
            known = sorted(live[trial.number].known.items()) if trial.number in live else []
            stride = -(-len(known) // _MOST_POINTS) or 1
            evaluations.append(
                {
                    "trial": trial.number,
                    "worker": trial.agent,
                    "host": trial.host,
                    "start": trial.start,
                    "x": [step for step, _ in known[::stride]],
                    "y": [value for _, value in known[::stride]],
                }
            )
        wanted = self._story.get("workers") or 1
        return {
            "evaluations": evaluations,
            "more": max(0, len(in_hand) - _MOST_RUNNING),
            "busy": occupancy(trials, wanted, now, self._follower.state.driven_since),
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
