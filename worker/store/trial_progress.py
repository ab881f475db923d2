"""How one trial stands after the records about it, in whatever order and however often these arrive."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from worker.store.journal_records import (
    Assigned,
    Cancelled,
    Finished,
    Lost,
    NotRepeated,
    OfTrial,
    Requeued,
    Retracted,
    Retried,
    Started,
)
from worker.trial import Outcome, Status, Trial

# Which outcome of a trial counts where several are recorded, the smallest first: a usable result before
# a failure, what an agent saw before what a driver concluded, and within these the earliest attempt.
_OK, _ENDED, _CANCELLED_RUNNING, _CANCELLED, _LOST, _NONE = range(6)
_Rank = tuple[int, int, float]
_UNRANKED: _Rank = (_NONE, 0, 0.0)

_NOWHERE, _ASSIGNED, _STARTED, _GIVEN_BACK = range(4)
_STATUS_OF_STAGE = (Status.PROPOSED, Status.ASSIGNED, Status.RUNNING, Status.PROPOSED)

_Step = Assigned | Started | Requeued | Retracted
_End = Finished | Cancelled | Lost
_STEPS = (Assigned, Started, Requeued)
_ENDS = (Finished, Cancelled, Lost)
_STAGES: Mapping[type[_Step], int] = {
    Assigned: _ASSIGNED,
    Started: _STARTED,
    Requeued: _GIVEN_BACK,
    Retracted: _GIVEN_BACK,
}


_Maker = tuple[int, str]  # attempt and agent
_NOTHING: Mapping[int, str] = MappingProxyType({})


class Progress:
    """A trial, and what is needed beside it to make the order in which its records arrive irrelevant.

    epoch: of the proposal; what an older driver says about this number is about other values. ignored: outcomes that
    came too late, or belong to other values.
    """

    __slots__ = (
        *("epoch", "ignored", "trial", "_rank", "_voided", "_retracted", "_others"),
        *("_step", "_agent", "_host", "_start", "_alone"),
    )

    def __init__(self, epoch: int, trial: Trial) -> None:
        self.epoch = epoch
        self.trial = trial
        self.ignored = 0
        self._rank = _UNRANKED
        # The furthest that the trial has come on its way to an agent: epoch, attempt and stage. A superseded driver goes on
        # until it sees that, and may give the trial to another agent meanwhile; what the newer one says of it counts,
        # however often the older one gave it out.
        self._step = (0, 0, _NOWHERE)
        self._agent = self._host = ""
        self._start: float | None = None
        self._alone: Mapping[int, str] = _NOTHING  # attempt -> why the point is not evaluated again after it
        self._voided = (
            -1
        )  # outcomes of attempts up to this one do not count, unless ok: somebody asked to retry
        self._retracted: frozenset[_Maker] = frozenset()  # whose outcomes do not count: they took them back
        self._others: tuple[
            _End, ...
        ] = ()  # outcomes that lost against the one in force, which may be voided

    @property
    def settled(self) -> bool:
        """Whether an agent has said how it ended, and that counts."""
        return self._rank[0] <= _CANCELLED_RUNNING

    def take(self, record: OfTrial) -> bool:
        """Take in a record; whether it has changed the trial."""
        if isinstance(record, NotRepeated):
            self._alone = {**self._alone, record.attempt: record.reason}
        changed = self._take(record)
        if self._alone:
            before, self.trial.alone = self.trial.alone, self._alone.get(self.trial.attempt, "")
            changed = changed or before != self.trial.alone
        return changed

    def _take(self, record: OfTrial) -> bool:
        if isinstance(record, _ENDS):
            return self._conclude(record)
        if isinstance(record, _STEPS):
            return self._advance(record)
        if isinstance(record, Retracted):
            return self._retract(record)
        return isinstance(record, Retried) and self._retry(record.attempt)

    def _conclude(self, record: _End) -> bool:
        if isinstance(record, Finished) and record.values not in (None, self.trial.values):
            self.ignored += 1
            return False
        rank = _rank(record)
        # Ties are rare, and their texts take longer than all else.
        tied = rank == self._rank
        place, in_force = (_tie(record), _tie(self._in_force())) if tied else ("", "")
        if tied and place == in_force:
            return False
        if rank[1] <= self._voided and rank[0] != _OK:
            self.ignored += 1
            return False
        if self._retracted and _maker(record) in self._retracted:
            self.ignored += 1
            return False
        if self._rank != _UNRANKED:
            self.ignored += 1
            if (rank, place) > (self._rank, in_force):
                self._others = (*self._others, record)
                return False
            self._others = (*self._others, self._in_force())
        self._rank = rank
        self._end(record)
        return True

    def _end(self, record: _End) -> None:
        """Everything that a record of the end of a trial says; what it does not say is as if never known."""
        trial = self.trial
        if isinstance(record, Finished):
            trial.become(record.outcome)
            trial.end = trial.end or record.at or None
            trial.status, trial.gpus = record.status, record.gpus
            trial.attempt, trial.agent, trial.host = record.attempt, record.agent, record.host
        else:
            trial.become(Outcome(end=record.at or None, reason=record.reason))
            trial.status, trial.gpus = Status(record.kind), ""
            self._show_step()

    def _retry(self, attempt: int) -> bool:
        self._voided = max(self._voided, attempt)
        if self._rank[0] == _OK or self._rank[1] > self._voided:
            return False
        return self._fall_back()

    def _retract(self, record: Retracted) -> bool:
        maker = (record.attempt, record.agent)
        self._retracted |= {maker}
        advanced = self._advance(record)
        if self._rank[0] > _CANCELLED_RUNNING or (self._rank[1], self.trial.agent) != maker:
            return advanced
        return self._fall_back()

    def _fall_back(self) -> bool:
        """The outcome in force does not count any more: to the next one, or to none."""
        others, self._others, self._rank = self._others, (), _UNRANKED
        self.trial.become(Outcome())
        self.trial.status, self.trial.gpus = _STATUS_OF_STAGE[self._step[2]], ""
        self._show_step()
        for record in others:
            self._conclude(record)
        return True

    def _advance(self, record: _Step) -> bool:
        stage = _STAGES[type(record)]
        step = (record.epoch, record.attempt, stage)
        if step <= self._step:
            return False
        self._step = step
        self._agent = "" if stage == _GIVEN_BACK else record.agent
        self._host, self._start = (record.host, record.at) if isinstance(record, Started) else ("", None)
        if self.settled:
            return False
        self._show_step()
        if self._rank == _UNRANKED:
            self.trial.status = _STATUS_OF_STAGE[stage]
        return True

    def _show_step(self) -> None:
        trial = self.trial
        trial.attempt, trial.agent = self._step[1], self._agent
        trial.host, trial.start = self._host, self._start

    def _in_force(self) -> _End:
        """The record that `_end` would need to bring the trial back to how it is, with the same rank."""
        trial, attempt = self.trial, self._rank[1]
        if self._rank[0] in (_CANCELLED, _LOST):
            kind = Cancelled if self._rank[0] == _CANCELLED else Lost
            return kind(
                epoch=self.epoch,
                trial=trial.number,
                attempt=attempt,
                reason=trial.reason,
                at=trial.end or 0.0,
            )
        return Finished(
            epoch=self.epoch,
            trial=trial.number,
            attempt=attempt,
            agent=trial.agent,
            host=trial.host,
            gpus=trial.gpus,
            status=trial.status,
            outcome=trial.outcome(),
        )


def _rank(record: _End) -> _Rank:
    if not isinstance(record, Finished):
        return (_CANCELLED if isinstance(record, Cancelled) else _LOST, record.attempt, 0.0)
    status = record.status
    order = _OK if status is Status.OK else _CANCELLED_RUNNING if status is Status.CANCELLED else _ENDED
    return (order, record.attempt, record.outcome.end or record.at)


def _tie(record: _End) -> str:
    """What decides between two of the same rank."""
    if not isinstance(record, Finished):
        return ""
    return f"{record.status.value} {record.outcome.loss} {record.agent}"


def _maker(record: _End) -> _Maker | None:
    """Who has made an outcome; None where no agent has."""
    return (record.attempt, record.agent) if isinstance(record, Finished) else None
