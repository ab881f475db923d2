"""Has running evaluations ended that are not promising: hears what they print, asks a rule, and decides once on each attempt.

No I/O and no clock: what agents say and how trials end goes in; records for the journal and messages for inboxes come out.
"""

from __future__ import annotations

from collections.abc import Mapping

from worker.agent.result_lines import MAX_CURVE
from worker.driver.assignments import Assignments
from worker.driver.early_stopping_rules import Course, rule_of
from worker.driver.tasks import Task
from worker.spec.early_stopping import WILCOXON
from worker.spec.run import Run
from worker.store.inbox_messages import StopEarly as Tell
from worker.store.journal_records import StopEarly
from worker.store.outbox_messages import Heard, NewValue
from worker.store.replay import Replayed
from worker.trial import Status, Trial


class EarlyStopping:
    """The part of one driver in ending evaluations early; without a rule it does nothing."""

    def __init__(
        self, run: Run, assignments: Assignments, state: Replayed, decided: Mapping[int, StopEarly]
    ) -> None:
        """state: with what earlier drivers have left, as has `assignments`. decided: what they wanted to end.

        The agent of such an evaluation may not have heard of it, and is told again.
        """
        self._rule = rule_of(run)
        self._rank, self._continues = run.rank, run.continues
        self._means = run.early_stopping == WILCOXON
        self._epoch, self._tasks = assignments.epoch, assignments.open
        self._courses: dict[int, tuple[int, Course]] = {}  # of each trial, with its attempt
        self._decided = {number: record.attempt for number, record in decided.items()}
        self._records: list[StopEarly] = []
        self._messages: list[tuple[str, Tell]] = []
        for trial in state.trials.values():
            self.note(trial)
        for number, record in decided.items() if self._rule else ():
            task = self._tasks.get(number)
            if task is not None and task.holder and task.attempt == record.attempt:
                self._tell(task, record.reason)

    def hear(self, identity: str, message: Heard, at: float) -> None:
        """An agent has said something, which the assignments know by now."""
        if self._rule is None or not isinstance(message, NewValue) or message.step < 1:
            return
        number, attempt = message.trial, message.attempt
        task = self._tasks.get(number)
        if task is None or (task.holder, task.attempt) != (identity, attempt) or self._later(attempt):
            return
        ranks = [self._rank(value) for value in (*message.earlier, message.value)]
        ends = [self._rank(end) for end in (message.least, message.most) if end is not None]
        known, course = self._courses.get(number, (attempt, Course()))
        if known != attempt:
            course = Course()
        self._courses[number] = attempt, course
        course.take(message.step, ranks, min(ranks + ends))
        if (
            self._decided.get(number) == attempt or task.voided
        ):  # what a person asks for again is to come to its end
            return
        if reason := self._rule.hopeless(number, course):
            self._decided[number] = attempt
            self._records.append(
                StopEarly(
                    epoch=self._epoch, trial=number, attempt=attempt, agent=identity, reason=reason, at=at
                )
            )
            self._tell(task, reason)

    def note(self, trial: Trial) -> None:
        """Take in how a trial stands now."""
        if self._rule is None or trial.imported or trial.repeat > 1:
            return
        if trial.status.ended or trial.status is Status.PROPOSED:
            self._courses.pop(trial.number, None)
            self._rule.forget(trial.number)
        if trial.status.informs and len(trial.curve) < MAX_CURVE and not self._later(trial.attempt):
            course = Course.of([self._rank(value) for _, value in trial.curve])
            complete = trial.status is Status.OK and trial.loss is not None
            self._rule.ended(trial.number, course, self._rank(trial.loss or 0.0) if complete else None)

    def take(self) -> tuple[list[StopEarly], list[tuple[str, Tell]]]:
        """What is to be done since the last call: records for the journal first, then messages for agents."""
        records, orders = self._records, self._messages
        self._records, self._messages = [], []
        # An evaluation may have ended by itself in the same moment.
        return [record for record in records if self._runs(record)], [
            (identity, order) for identity, order in orders if self._runs(order)
        ]

    def _runs(self, said: StopEarly | Tell) -> bool:
        task = self._tasks.get(said.trial)
        return task is not None and task.attempt == said.attempt and bool(task.holder)

    def _tell(self, task: Task, reason: str) -> None:
        order = Tell(
            epoch=self._epoch, trial=task.number, attempt=task.attempt, reason=reason, means=self._means
        )
        self._messages.append((task.holder, order))

    def _later(self, attempt: int) -> bool:
        """Whether the lines of an attempt are not the first ones of their evaluation, since it continues an earlier attempt."""
        return self._continues and attempt > 1
