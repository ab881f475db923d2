"""A worker takes back what it has told: the trial is evaluated again, and nothing counts that was taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from forked_commands import Omniopt
from idle_launcher import IdleLauncher
from json_records import LOSSES, Json, plain_assign, said
from local_runs import Local, X, config, ended
from other_launcher import OtherLauncher

from worker.driver.assignments import Assignments
from worker.driver.driver import Driver
from worker.driver.losses import RUNNING_STRIKES
from worker.driver.plan import Plan
from worker.driver.restore import restore
from worker.driver.stop_signals import Signals
from worker.launch.launcher import AgentReport, AgentState
from worker.progress.tally import Over, Tally
from worker.progress.terminal import Lines
from worker.search.searcher import make_searcher
from worker.spec.check import check
from worker.spec.run import Draft, Run
from worker.store.appender import Appender
from worker.store.journal_records import Lost
from worker.store.paths import Home, RunPaths
from worker.store.records import decode, encode
from worker.store.run_folder import create
from worker.store.tail import Tail
from worker.trial import Status, Trial

VALUES = {"x": 0.5}


def finished(attempt: int = 1, status: str = "ok", agent: str = "a") -> Json:
    return {
        "kind": "finished", "trial": 1, "attempt": attempt, "agent": agent, "values": VALUES, "status": status,
        "loss": 7.0, "seconds": 1.0, "end": 5.0,
    }  # fmt: skip


def retracted(attempt: int = 1) -> Json:
    return {"kind": "retracted", "trial": 1, "attempt": attempt, "reason": "Its job was told to end."}


def hello(assignments: Assignments, agent: str) -> None:
    assignments.hear(
        agent, said({"kind": "hello", "agent": agent, "epoch": assignments.epoch, "host": "h"}), 0.0
    )


def evaluated() -> Assignments:
    """Assignments whose only trial has ended."""
    assignments = Assignments(1, plain_assign, LOSSES)
    assignments.propose(1, VALUES, 0.0)
    hello(assignments, "a")
    assignments.give(assignments.takers(0)[0], 0.0)
    assignments.hear("a", said(finished()), 1.0)
    assignments.take()
    return assignments


def test_what_was_taken_back_waits_again_and_counts_once() -> None:
    assignments = evaluated()
    assert assignments.done == 1
    for _ in range(2):  # every driver reads it from the beginning
        assignments.hear("a", said(finished()), 2.0)
        assignments.hear("a", said(retracted()), 2.0)
    assert (assignments.done, assignments.waiting) == (0, [1])
    assert [record.kind for record in assignments.take().records] == ["retracted"]
    hello(assignments, "b")
    [member] = [one for one in assignments.takers(0) if one.identity == "b"]
    assignments.give(member, 3.0)
    assignments.hear("a", said(finished()), 4.0)
    assert list(assignments.open) == [1]
    assignments.hear("b", said(finished(2, agent="b")), 5.0)
    assignments.hear("a", said(retracted()), 6.0)
    assert (assignments.done, list(assignments.open)) == (1, [])


@pytest.mark.parametrize("told", [False, True])
def test_a_later_driver_takes_it_back_as_well(told: bool) -> None:
    """told: an earlier driver has heard of it already."""
    assignments = Assignments(2, plain_assign, LOSSES)
    if told:
        assignments.restore([Trial(1, VALUES, attempt=1)], {1: RUNNING_STRIKES}, {}, [(1, 1, "a")], {1: 1})
    else:
        assignments.restore([Trial(1, VALUES, Status.OK, loss=7.0, attempt=1, agent="a")], {})
    assignments.hear("a", said(finished()), 1.0)
    assignments.hear("a", said(retracted()), 1.0)
    assert (assignments.done, assignments.waiting) == (0, [1])
    assert assignments.open[1].strikes == RUNNING_STRIKES
    hello(assignments, "b")
    assignments.give(assignments.takers(0)[0], 2.0)
    assert assignments.open[1].attempt == 2


def test_a_trial_that_is_interrupted_again_and_again_is_given_up() -> None:
    assignments = evaluated()
    for attempt in range(1, LOSSES.most + 1):
        assert assignments.done == 1
        assignments.hear("a", said(retracted(attempt)), 2.0)
        assert assignments.done == 0
        if assignments.waiting:
            assignments.hear("a", said({"kind": "bye", "reason": "It was told to end."}), 2.0)
            hello(assignments, "a")  # its job was started anew
            assignments.give(assignments.takers(0)[0], 3.0)
            assignments.hear("a", said(finished(attempt + 1)), 4.0)
    assert not assignments.open
    last = assignments.take().records[-1]
    assert isinstance(last, Lost)
    assert last.attempt == 3


def test_a_trial_whose_jobs_somebody_ends_is_not_to_blame() -> None:
    assignments = evaluated()
    assignments.hear("a", said({**retracted(), "willed": True}), 2.0)
    assert (assignments.waiting, assignments.open[1].strikes) == ([1], 0)


def test_the_result_of_another_attempt_stays() -> None:
    assignments = evaluated()
    assignments.hear("b", said(retracted(2)), 2.0)
    assert (assignments.done, assignments.waiting) == (1, [])


def test_the_best_is_another_one_then() -> None:
    trials = [Trial(number, VALUES, Status.OK, loss=loss) for number, loss in ((1, 3.0), (2, 1.0), (3, 2.0))]
    tally = Tally(trials)
    assert tally.best is trials[1]
    trials[1].status, trials[1].loss = Status.PROPOSED, None
    tally.note(trials[1])
    assert tally.best is trials[2]
    assert (tally.ok, tally.counts[Status.PROPOSED]) == (2, 1)


def a_run(**values: object) -> Run:
    draft = Draft({"run.name": "pear", "run.objective": "echo RESULT: ($x)", "run.workers": 1}, (X,))
    run = check(draft).run
    assert run is not None
    return replace(run, **{"algorithm": "hyperopt.rand.suggest", **values})  # type: ignore[arg-type]


class TakesBack(IdleLauncher):
    """Plays workers, one after the other: the first takes its result back when it is let go."""

    def __init__(self, paths: RunPaths, epoch: int) -> None:
        self._paths = paths
        self._epoch = epoch
        self._agents: dict[str, tuple[Tail[Any], Appender, AgentReport]] = {}

    def start(self, count: int) -> Sequence[str]:
        identity = f"w{len(self._agents) + 1}"
        folder = self._paths.agent(identity)
        folder.root.mkdir(parents=True)
        outbox = Appender(folder.outbox)
        outbox.append(
            encode({"kind": "hello", "agent": identity, "epoch": self._epoch, "host": "h", "at": 1.0})
        )
        report = AgentReport(identity, AgentState.RUNNING)
        self._agents[identity] = Tail(folder.inbox(self._epoch), decode, create=True), outbox, report
        return [identity]

    def poll(self) -> Mapping[str, AgentReport]:
        for identity, (inbox, outbox, report) in list(self._agents.items()):
            for record in inbox.read():
                if record["kind"] == "assign":
                    key = {"trial": record["trial"], "attempt": record["attempt"]}
                    loss = -1.0 if identity == "w1" else 3.0
                    told: dict[str, Any] = {**finished(agent=identity), **key, "values": record["values"]}
                    outbox.append(encode({**told, "loss": loss, "epoch": self._epoch}))
                elif record["kind"] == "quit":
                    if identity == "w1":
                        outbox.append(encode({**retracted(), "at": 6.0}))
                    outbox.append(encode({"kind": "bye", "reason": "It was let go.", "at": 7.0}))
                    self._agents[identity] = inbox, outbox, replace(report, state=AgentState.GONE)
        return {identity: report for identity, (_, _, report) in self._agents.items()}

    def close(self) -> None:
        for inbox, outbox, _ in self._agents.values():
            inbox.close()
            outbox.close()


def test_a_run_goes_on_that_was_about_to_end_with_it(
    local: Local, omniopt: Omniopt, capsys: pytest.CaptureFixture[str]
) -> None:
    run = a_run(max_evals=1)
    paths = create(Home.in_workdir(local.workdir), run)
    with Signals() as signals:
        plan = Plan(run, paths, OtherLauncher(TakesBack), local.workdir, 42)
        end = Driver(plan, signals).drive(Lines(3600))
    assert end.over is Over.BUDGET
    [trial] = local.trials.values()
    assert (trial.status, trial.loss, trial.attempt, trial.agent) == (Status.OK, 3.0, 2, "w2")
    said = "its result was retracted by worker w1 and does not count. Its job was told to end."
    assert f"evaluation 1: {said}" in paths.events.read_text()
    assert f"Evaluation 1: {said}" in capsys.readouterr().out
    assert [row.split(",")[1] for row in paths.csv.read_text().splitlines()[1:]] == ["ok"]
    assert "RESULT 3.0" in omniopt("best", "pear").stdout
    restored = restore(paths, 2)
    assert restored.retracted == {(1, 1, "w1")}
    assert restored.tally.ok == 1


def test_the_search_forgets_it() -> None:
    searcher = make_searcher(a_run(algorithm="tpe.suggest"), 1)
    other = make_searcher(a_run(algorithm="tpe.suggest"), 1)
    for number in range(1, 26):
        values = searcher.ask(number)
        assert values is not None
        other.add(number, values)
        searcher.tell(number, float(number))
        other.tell(number, None if number == 3 else float(number))
    searcher.tell(3, None)
    assert searcher.ask(26) == other.ask(26)


def test_a_worker_that_is_ended_just_after_an_evaluation_has_it_made_again(local: Local) -> None:
    # The second evaluation ends its worker, and no other process, as soon as it begins.
    objective = (
        'echo "$OMNIOPT_TRIAL $OMNIOPT_ATTEMPT" >> log; '
        '[ "$OMNIOPT_TRIAL $OMNIOPT_ATTEMPT" != "2 1" ] || { kill $PPID; sleep 1000; }; echo RESULT: ($x)'
    )
    path = config(local.workdir, objective=objective, max_evals=3, workers=1)
    code, output = ended(local.spawn("start", path))
    assert code == 0, output
    assert [trial.status for trial in local.trials.values()] == [Status.OK] * 3
    executed = Counter(line.split()[0] for line in (local.workdir / "log").read_text().splitlines())
    assert executed == {"1": 2, "2": 2, "3": 1}
    assert "Evaluation 1: its result was retracted" in output
