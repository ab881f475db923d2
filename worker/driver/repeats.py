"""Which points are evaluated again, and which are not since one evaluation shows that they are hopeless."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from worker.driver.assignments import Assignments
from worker.driver.proposer import Proposer
from worker.pooled import Points, Pooled
from worker.progress.tally import Tally
from worker.search.several import several_results
from worker.spec.confirmation import confirm_of
from worker.spec.notation import real_text
from worker.spec.run import Run
from worker.store.journal_records import NotRepeated
from worker.trial import Trial

# A first result is hopeless where it is worse than the best mean by more than so many times the largest standard deviation
# that any point has shown, once those of all points have so many degrees of freedom together.
DISTANCE, FREEDOM = 6.0, 20
_DIGITS = 3


@dataclass(frozen=True)
class Scatter:
    """What complete points say of the noise. freedom: degrees of it, of all standard deviations together. best: the best of them."""

    freedom: int
    largest: float
    best: Pooled

    @classmethod
    def of(cls, points: Iterable[Pooled], rank: Callable[[float], float]) -> Scatter | None:
        """None where no point has a mean yet."""
        several = [(point, point.deviation) for point in points]
        known = [(point, spread) for point, spread in several if spread is not None]
        if not known:
            return None
        best = min((point for point, _ in known), key=lambda point: rank(point.loss or 0.0))
        return cls(sum(len(point.losses) - 1 for point, _ in known), max(spread for _, spread in known), best)

    def hopeless(self, result: float, rank: Callable[[float], float]) -> str:
        """Why the mean of a point whose first result this is cannot be the best; "" where it may be, as far as is known."""
        mean = self.best.loss or 0.0
        if self.freedom < FREEDOM or rank(result) - rank(mean) <= DISTANCE * self.largest:
            return ""
        return (
            f"Its first result is worse than the mean {real_text(float(f'{mean:.{_DIGITS}g}'))} of evaluation {self.best.number} by more "
            f"than {DISTANCE:.0f} times the largest standard deviation of a point so far, {self.largest:.{_DIGITS}g}."
        )


class Repeats:
    """Knows the points of a run, and proposes what they lack, and at the end what is to confirm the best of them.

    on: whether evaluations and points are not the same. in_hand: the points that have not ended.
    """

    def __init__(self, run: Run, epoch: int, trials: Iterable[Trial], tally: Tally) -> None:
        """trials: those of earlier drivers. tally: knows the best of them, and of those that follow."""
        self._repeats, self._rank, self._epoch = run.repeats, run.rank, epoch
        self._several = run.several
        self._confirm, self._tally = confirm_of(run.confirm), tally
        self.on = run.repeats > 1 or self._confirm is not None
        self._points = Points(run.repeats)
        self._complete: dict[int, Pooled] = {}
        self._ended: dict[int, bool] = {}  # whether it counts as done
        self._due: dict[int, Trial] = {}  # first evaluations whose points may lack others
        self._records: list[NotRepeated] = []
        self.in_hand: set[int] = set()
        trials = list(trials)
        self.on = self.on or any(trial.repeat > 1 for trial in trials)
        for trial in trials:
            self.note(trial)

    @property
    def each(self) -> int:
        """How many evaluations a point has."""
        return self._repeats

    @property
    def done(self) -> int:
        """Points of those that the run is to evaluate."""
        return sum(self._ended.values())

    @property
    def coming(self) -> int:
        """How many evaluations are likely to be proposed yet for what is known, so that workers do not leave before."""
        lacking = sum(len(self._points.lacking(number)) for number in self.in_hand)
        if self._confirm is None:
            return lacking
        confirming = sum(map(len, self._points.confirming.values()))
        return lacking + max(0, self._confirm.best * self._confirm.times - confirming)

    def begun(self, number: int) -> None:
        """A point was proposed by an evaluation of this number."""
        self.in_hand.add(number)

    def note(self, trial: Trial) -> None:
        """Take in how a trial stands now."""
        point = None if trial.imported or not self.on else self._points.note(trial)
        if point is None:
            return
        number = point.number
        self._complete.pop(number, None)
        self._ended.pop(number, None)
        if point.status.ended:
            self.in_hand.discard(number)
            self._ended[number] = point.status.done
        else:
            self.in_hand.add(number)
        if isinstance(point, Pooled) and len(point.losses) > 1:
            self._complete[number] = point
        if trial.repeat == 1:
            self._due[number] = trial

    def propose(self, proposer: Proposer, assignments: Assignments, at: float) -> None:
        """Propose what points lack whose first evaluation has ended, unless it shows that they are hopeless."""
        due, self._due = self._due, {}
        for number, first in due.items():
            missing = self._points.missing(number)
            if missing and (reason := self._hopeless(first)):
                self._records.append(
                    NotRepeated(epoch=self._epoch, trial=number, attempt=first.attempt, reason=reason, at=at)
                )
                continue
            for repeat in missing:
                proposer.repeat(first, repeat, assignments, at)

    @property
    def unconfirmed(self) -> bool:
        """Whether any of the best points was not evaluated as often again as it is to be."""
        return any(
            repeat not in members or not members[repeat].status.ended
            for _, members, repeats in self._confirmed()
            for repeat in repeats
        )

    def confirm(self, proposer: Proposer, assignments: Assignments, at: float) -> None:
        """Propose the evaluations that confirm the best points, as far as they were not yet."""
        for point, members, repeats in self._confirmed():
            for repeat in repeats:
                if repeat not in members:
                    proposer.repeat(point, repeat, assignments, at)

    def _confirmed(self) -> Iterator[tuple[Trial, Mapping[int, Trial], range]]:
        """The best points, what confirms them already, and the numbers of the repeats that are to do so."""
        if self._confirm is None:
            return
        repeats = range(self._repeats + 1, self._repeats + 1 + self._confirm.times)
        for point in self._tally.best_points(self._confirm.best):
            yield point, self._points.confirming.get(point.number, {}), repeats

    def _hopeless(self, first: Trial) -> str:
        loss = first.loss or 0.0
        if self._several or several_results(first.outputs, loss):  # no single number says what it is worth
            return ""
        scatter = Scatter.of(self._complete.values(), self._rank)
        return scatter.hopeless(loss, self._rank) if scatter else ""

    def take(self) -> list[NotRepeated]:
        """What is to be written down since the last call."""
        records, self._records = self._records, []
        return records
