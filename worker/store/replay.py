"""The state of a run, rebuilt from its journal: the one place that knows what each record means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from worker.store.journal import epochs
from worker.store.paths import RunPaths
from worker.store.records import Record
from worker.store.tail import read_records
from worker.trial import Status, Trial


class Ending(NamedTuple):
    """How a run ended: a sentence, the exit code of its driver, when, and why in a word ("" where nobody wrote that)."""

    reason: str
    exit_code: int
    at: float
    over: str = ""


@dataclass
class Replayed:
    """What the journal says.

    trials: by number, in the order of their numbers' first proposal. epoch: the newest driver. drivers: their
    own records, oldest first. ended: None while the run may go on. agents: identity -> last known record of it.
    seed: of the search, None before the first driver. wanted: workers asked for, None where nobody asked.
    torn: damaged lines. strays: records of trials that nobody proposed. ignored: outcomes that came too late or
    belong to other values of the same trial (a superseded driver's last words).
    """

    trials: dict[int, Trial] = field(default_factory=dict)
    epoch: int = 0
    drivers: list[Record] = field(default_factory=list)
    ended: Ending | None = None
    agents: dict[str, Record] = field(default_factory=dict)
    seed: int | None = None
    wanted: int | None = None
    torn: int = 0
    strays: int = 0
    ignored: int = 0

    @property
    def driven_since(self) -> float:
        """When the newest driver began, in seconds since 1970; 0 before the first."""
        return float(self.drivers[-1].get("at") or 0) if self.drivers else 0.0


def load(paths: RunPaths) -> Replayed:
    """The state of the run in `paths`; an empty one where it has no journal. Raises OSError if a file is unreadable."""
    replayer = Replayer()
    for epoch in epochs(paths):
        replayer.feed_all(read_records(paths.journal(epoch)), epoch)
        replayer.begun(epoch)
    return replayer.state


# Which outcome of a trial counts where several are recorded, the smallest first: a usable result before
# a failure, what an agent saw before what a driver concluded, and within these the earliest attempt.
_OK, _ENDED, _CANCELLED_RUNNING, _CANCELLED, _LOST, _NONE = range(6)
_Rank = tuple[int, int, float, str]
_UNRANKED: _Rank = (_NONE, 0, 0.0, "")

_NOWHERE, _ASSIGNED, _STARTED, _GIVEN_BACK = range(4)
_STAGES = {"assigned": _ASSIGNED, "started": _STARTED, "requeued": _GIVEN_BACK, "retracted": _GIVEN_BACK}
_STATUS_OF_STAGE = (Status.PROPOSED, Status.ASSIGNED, Status.RUNNING, Status.PROPOSED)


class _Step(NamedTuple):
    """The furthest that a trial has come on its way to an agent.

    epoch: of the driver that said so. A superseded driver goes on until it sees that, and may give a trial to another
    agent meanwhile; what the newer one says of it counts, however often the older one gave it out.
    """

    epoch: int = 0
    attempt: int = 0
    stage: int = _NOWHERE
    agent: str = ""
    host: str = ""
    start: float | None = None


_UNSTEPPED = _Step()
_Maker = tuple[int, str]  # attempt and agent


@dataclass(slots=True)
class _Progress:
    """What is needed beside a trial to make the order in which its records arrive irrelevant."""

    epoch: int  # of the proposal; what an older driver says about this number is about other values
    rank: _Rank = _UNRANKED
    step: _Step = _UNSTEPPED
    voided: int = -1  # outcomes of attempts up to this one do not count, unless ok: somebody asked to retry
    retracted: frozenset[_Maker] = frozenset()  # whose outcomes do not count, since they took them back
    others: tuple[Record, ...] = ()  # outcomes that lost against the one in force, which may be voided


class Replayer:
    """Takes in records one at a time; driver, follow and `load` all make their state with it.

    Any order and any repetition of the same records lead to the same state of every ended trial.
    """

    def __init__(self) -> None:
        self.state = Replayed()
        self._progress: dict[int, _Progress] = {}
        self._strays: dict[int, list[tuple[Record, int]]] = {}
        self._ended_in = 0

    def begun(self, epoch: int) -> None:
        """Take in that the driver of `epoch` has begun, whether it has said a word yet or not: the run goes on again."""
        self.state.epoch = max(self.state.epoch, epoch)
        if epoch > self._ended_in:
            self.state.ended = None

    def feed_all(self, records: Iterable[Record | None], epoch: int) -> None:
        """Take in several records of one epoch; None stands for a torn line."""
        for record in records:
            if record is None:
                self.state.torn += 1
            else:
                self.feed(record, epoch)

    def feed(self, record: Record, epoch: int) -> Trial | None:
        """Take in one record of the journal of `epoch`; returns the trial that it changed, if any.

        A record without what its kind needs is counted as torn; unknown kinds are left to later versions.
        """
        try:
            if "trial" in record:
                proposed = record["kind"] == "proposed"
                return (self._proposed if proposed else self._about_trial)(record, epoch)
            self._about_run(record, epoch)
        except (KeyError, TypeError, ValueError):
            self.state.torn += 1
        return None

    def _about_run(self, record: Record, epoch: int) -> None:
        state, kind = self.state, record["kind"]
        newest = epoch >= state.epoch
        state.epoch = max(state.epoch, epoch)
        if kind == "driver" and record not in state.drivers:
            state.drivers = sorted([*state.drivers, record], key=lambda driver: int(driver["epoch"]))
            state.seed = state.drivers[0]["seed"]
            self.begun(epoch)
        elif kind == "agent":
            state.agents[str(record["agent"])] = record
        elif kind == "workers" and newest:
            state.wanted = int(record["wanted"])
        elif kind == "ended" and newest:
            state.ended = Ending(
                str(record["reason"]),
                int(record["exit_code"]),
                float(record["at"]),
                str(record.get("over", "")),
            )
            self._ended_in = epoch

    def _proposed(self, record: Record, epoch: int) -> Trial | None:
        number, values = int(record["trial"]), dict(record["values"])
        progress = self._progress.get(number)
        if progress is not None:
            if self.state.trials[number].values == values:
                progress.epoch = min(progress.epoch, epoch)
                return None
            # Two drivers at once gave the number to different values: the later one did not know of the other.
            self.state.ignored += 1
            if epoch <= progress.epoch:
                return None
        trial = self.state.trials[number] = Trial(number, values)
        self._progress[number] = _Progress(epoch)
        strays = self._strays.pop(number, [])
        self.state.strays -= len(strays)
        for stray, of_epoch in strays:
            self.feed(stray, of_epoch)
        return trial

    def _about_trial(self, record: Record, epoch: int) -> Trial | None:
        number = int(record["trial"])
        trial = self.state.trials.get(number)
        if trial is None:
            self._strays.setdefault(number, []).append((record, epoch))
            self.state.strays += 1
            return None
        progress = self._progress[number]
        if epoch < progress.epoch or record.get("values", trial.values) != trial.values:
            self.state.ignored += 1
            return None
        kind = record["kind"]
        if kind == "retracted":
            return self._retract(trial, progress, record, epoch)
        if kind in _STAGES:
            return _advance(trial, progress, record, epoch)
        if kind == "retried":
            return self._retry(trial, progress, int(record["attempt"]))
        if kind in ("finished", "cancelled", "lost"):
            return self._conclude(trial, progress, record)
        return None

    def _conclude(self, trial: Trial, progress: _Progress, record: Record) -> Trial | None:
        rank = _rank(record)
        if rank == progress.rank:
            return None
        if rank[1] <= progress.voided and rank[0] != _OK:
            self.state.ignored += 1
            return None
        if _maker(record) in progress.retracted:
            self.state.ignored += 1
            return None
        if progress.rank != _UNRANKED:
            self.state.ignored += 1
            if rank > progress.rank:
                progress.others = (*progress.others, record)
                return None
            progress.others = (*progress.others, _outcome(trial, progress.rank))
        progress.rank = rank
        _set_outcome(trial, record)
        if record["kind"] != "finished":
            _show_step(trial, progress.step)
        return trial

    def _retry(self, trial: Trial, progress: _Progress, attempt: int) -> Trial | None:
        progress.voided = max(progress.voided, attempt)
        if progress.rank[0] == _OK or progress.rank[1] > progress.voided:
            return None
        return self._fall_back(trial, progress)

    def _retract(self, trial: Trial, progress: _Progress, record: Record, epoch: int) -> Trial | None:
        maker = (int(record["attempt"]), str(record["agent"]))
        progress.retracted |= {maker}
        advanced = _advance(trial, progress, record, epoch)
        if progress.rank[0] > _CANCELLED_RUNNING or (progress.rank[1], trial.agent) != maker:
            return advanced
        return self._fall_back(trial, progress)

    def _fall_back(self, trial: Trial, progress: _Progress) -> Trial:
        """The outcome in force does not count any more: to the next one, or to none."""
        others, progress.others, progress.rank = progress.others, (), _UNRANKED
        _set_outcome(trial, {"status": _STATUS_OF_STAGE[progress.step.stage]})
        _show_step(trial, progress.step)
        for record in others:
            self._conclude(trial, progress, record)
        return trial


_OUTCOME = tuple(
    part.name for part in fields(Trial) if part.name not in ("number", "values", "status", "attempt")
)


def _rank(record: Record) -> _Rank:
    kind = record["kind"]
    if kind != "finished":
        return (_CANCELLED if kind == "cancelled" else _LOST, int(record.get("attempt", 0)), 0.0, "")
    status = Status(record["status"])
    if not status.ended:
        raise ValueError(f"a trial cannot end as {status.value}")
    order = {Status.OK: _OK, Status.CANCELLED: _CANCELLED_RUNNING}.get(status, _ENDED)
    tie = f"{status.value} {record.get('loss')} {record.get('agent') or ''}"
    return (order, int(record["attempt"]), float(record.get("end") or record.get("at") or 0), tie)


def _maker(record: Record) -> _Maker | None:
    """Who has made an outcome; None where no agent has."""
    return (int(record["attempt"]), str(record.get("agent") or "")) if record["kind"] == "finished" else None


def _advance(trial: Trial, progress: _Progress, record: Record, epoch: int) -> Trial | None:
    attempt, stage = int(record["attempt"]), _STAGES[record["kind"]]
    if (epoch, attempt, stage) <= progress.step[:3]:
        return None
    start = float(record["at"]) if stage == _STARTED else None
    agent = "" if stage == _GIVEN_BACK else str(record["agent"])
    progress.step = _Step(epoch, attempt, stage, agent, str(record.get("host", "")), start)
    if progress.rank[0] <= _CANCELLED_RUNNING:
        return None
    _show_step(trial, progress.step)
    if progress.rank == _UNRANKED:
        trial.status = _STATUS_OF_STAGE[stage]
    return trial


def _show_step(trial: Trial, step: _Step) -> None:
    trial.attempt, trial.agent, trial.host, trial.start = step.attempt, step.agent, step.host, step.start


def _outcome(trial: Trial, rank: _Rank) -> Record:
    """The record that `_set_outcome` would need to bring the trial back to how it is, with the same rank."""
    kind = {_CANCELLED: "cancelled", _LOST: "lost"}.get(rank[0], "finished")
    known = {name: getattr(trial, name) for name in _OUTCOME}
    return {**known, "kind": kind, "status": trial.status.value, "attempt": rank[1]}


def _set_outcome(trial: Trial, record: Mapping[str, Any]) -> None:
    """Everything that a record of the end of a trial says; what it does not say is as if never known."""
    get = record.get
    trial.status = Status(get("status") or record["kind"])
    trial.loss = get("loss")
    trial.raw_loss = get("raw_loss") or ""
    trial.outputs = get("outputs") or {}
    trial.curve = tuple((point[0], point[1]) for point in get("curve") or ())
    trial.exit_code = get("exit_code")
    trial.signal = get("signal")
    trial.seconds = get("seconds")
    trial.start = get("start")
    trial.end = get("end") or get("at")
    trial.host = get("host") or ""
    trial.agent = get("agent") or ""
    trial.attempt = get("attempt") or 0
    trial.peak_memory = get("peak_memory")
    trial.reason = get("reason") or ""
    trial.gpus = get("gpus") or ""
