"""A run with a budget of hours: what its jobs have, what still fits, and that it ends before they have more."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from idle_launcher import IdleLauncher
from json_records import said
from other_launcher import OtherLauncher
from report_runs import a_run

from worker.driver.allocation import Allocation
from worker.driver.plan import Plan
from worker.driver.spending import Spending, Times
from worker.launch.launcher import AgentReport, AgentState
from worker.spec.budget import Budget, Hours
from worker.store.journal_records import JOURNAL, Allocated
from worker.store.paths import RunPaths
from worker.store.replay import Replayer
from worker.trial import Status, Trial


class Cluster:
    """One driver's count of jobs, and the journal that it writes."""

    def __init__(
        self, replayer: Replayer | None = None, epoch: int = 1, at: float = 0.0, **plan: Any
    ) -> None:
        self.replayer = replayer or Replayer()
        self.epoch = epoch
        self.ahead = 0.0  # what the clocks of agents are ahead
        scheduler = OtherLauncher(lambda *_: IdleLauncher(), remote=True)
        run = a_run(slurm__cpus=4)
        place = RunPaths(Path("/nowhere"))
        self.allocation = Allocation(
            Plan(run, place, scheduler, Path("/"), 1, **plan), epoch, self.replayer.state, at
        )
        self.now = 0.0

    def write(self, records: list[Allocated]) -> list[Allocated]:
        for record in records:
            self.replayer.feed(JOURNAL.decode(JOURNAL.encode(record), record.epoch) or record)
        return records

    def look(self, at: float, *reports: AgentReport, members: str = "") -> list[Allocated]:
        self.now += 10
        seen = {report.identity: report for report in reports}
        return self.write(self.allocation.look(seen, members.split(), self.now, at))

    def hello(self, agent: str, at: float, **more: object) -> None:
        hello = {"kind": "hello", "agent": agent, "epoch": self.epoch, "job": "7", "at": at + self.ahead}
        self.allocation.heard(agent, said({**hello, **more}), at)

    def bye(self, agent: str, at: float) -> None:
        self.allocation.heard(agent, said({"kind": "bye", "at": at + self.ahead}), at)

    def hours(self, at: float = 9e9) -> Hours:
        return self.replayer.state.hours(at)


def running(agent: str, began: float | None = None) -> AgentReport:
    return AgentReport(agent, AgentState.RUNNING, "7", began=began)


def gone(agent: str, began: float | None = None) -> AgentReport:
    return AgentReport(agent, AgentState.GONE, "7", began=began)


def test_a_worker_s_job_counts_with_what_it_was_given_from_its_start_to_its_last_word() -> None:
    cluster = Cluster()
    cluster.hello("a", 60.0, job_start=0.0, job_nodes=2, job_cpus=16, job_gpus=1)
    cluster.look(61.0, running("a"), members="a")
    assert cluster.hours(1800) == Hours(1, 8, 0.5)
    cluster.bye("a", 3600.0)
    assert len(cluster.look(3601.0, gone("a"))) == 1
    assert cluster.look(3700.0, gone("a")) == []
    assert cluster.hours() == Hours(2, 16, 1)


@pytest.mark.parametrize("ahead", [-26 * 3600.0, 26 * 3600.0])
def test_what_it_has_does_not_depend_on_the_clock_of_its_node(ahead: float) -> None:
    cluster = Cluster()
    cluster.ahead = ahead
    cluster.hello("a", 60.0, job_start=ahead, job_nodes=1)
    cluster.look(61.0, running("a"), members="a")
    assert cluster.hours(1800).node == 0.5
    later = Cluster(cluster.replayer, epoch=2, at=5000.0)
    # It has left while nobody drove; what it has said to the driver before is read again.
    later.allocation.heard(
        "a",
        said({"kind": "hello", "agent": "a", "epoch": 1, "job": "7", "at": 60.0 + ahead, "job_start": ahead}),
        5001.0,
    )
    later.allocation.heard("a", said({"kind": "bye", "at": 3600.0 + ahead}), 5001.0)
    later.look(5002.0, gone("a"))
    assert later.hours().node == 1


def test_where_the_job_does_not_know_its_start_the_queue_does() -> None:
    cluster = Cluster()
    cluster.hello("a", 60.0)
    cluster.look(61.0, running("a"), members="a")
    cluster.look(70.0, running("a", began=0.0), members="a")
    cluster.look(80.0, running("a", began=1.0), members="a")  # clocks differ a little
    assert cluster.hours(3600) == Hours(1, 4, 0)
    assert len(list(cluster.replayer.state.allocations)) == 1


def test_a_job_that_ended_before_its_worker_said_a_word_counts_with_what_was_asked_for() -> None:
    cluster = Cluster()
    cluster.look(1800.0, gone("a", began=0.0))
    assert cluster.hours() == Hours(0.5, 2, 0)


def test_a_worker_that_vanished_has_had_its_job_until_that_was_seen_but_no_longer_than_it_could() -> None:
    cluster = Cluster()
    cluster.hello("a", 0.0, time_left=1800.0)
    cluster.hello("b", 0.0, time_left=9000.0)
    cluster.look(1.0, running("a"), running("b"), members="a b")
    cluster.look(3600.0, gone("a"), gone("b"))
    assert cluster.hours() == Hours(1.5, 6, 0)


def test_the_next_driver_goes_on_counting() -> None:
    first = Cluster()
    first.hello("a", 0.0, job_start=0.0)
    first.look(1.0, running("a"), members="a")
    first.write(first.allocation.leave(2.0))
    second = Cluster(first.replayer, 2, 1000.0)
    second.hello("a", 1000.0)
    assert second.look(1001.0, running("a"), members="a") == []
    second.bye("a", 3600.0)
    second.look(3601.0, gone("a"))
    assert second.hours() == Hours(1, 4, 0)


def test_the_job_that_the_driver_is_in_counts_until_the_driver_ends() -> None:
    riding = Cluster(rides_with="a", job="7")
    riding.hello("a", 0.0)
    riding.look(1.0, running("a"), members="a")
    riding.bye("a", 1800.0)
    assert riding.look(1801.0, gone("a")) == []
    riding.write(riding.allocation.close(3600.0))
    assert riding.hours() == Hours(1, 4, 0)


def test_a_driver_s_job_of_its_own_counts_and_ends_with_its_last_sign(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, text in {"JOB_ID": "9", "JOB_START_TIME": "0", "JOB_CPUS_PER_NODE": "2"}.items():
        monkeypatch.setenv(f"SLURM_{name}", text)
    first = Cluster(job="9", at=10.0)
    first.look(20.0)
    assert first.hours(1800) == Hours(0.5, 1, 0)
    first.write(first.allocation.leave(3600.0))
    monkeypatch.setenv("SLURM_JOB_ID", "10")
    monkeypatch.setenv("SLURM_JOB_START_TIME", "7200")
    second = Cluster(first.replayer, 2, 7300.0, job="10")
    second.look(7300.0)
    second.write(second.allocation.close(9000.0))
    assert second.hours() == Hours(1.5, 3, 0)


def test_a_job_in_which_a_person_drives_by_hand_is_none_of_the_run_s(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {"JOB_ID": "9", "JOB_START_TIME": "0", "JOB_NAME": "interactive"}.items():
        monkeypatch.setenv(f"SLURM_{name}", text)
    cluster = Cluster(job="9", at=10.0)
    assert cluster.look(20.0) == []
    assert cluster.write(cluster.allocation.close(30.0)) == []


def test_a_driver_that_is_killed_and_started_again_in_its_job_has_had_it_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, text in {"JOB_ID": "9", "JOB_START_TIME": "0"}.items():
        monkeypatch.setenv(f"SLURM_{name}", text)
    first = Cluster(job="9", at=10.0)
    first.look(20.0)
    second = Cluster(first.replayer, 2, 1000.0, job="9")
    second.look(1001.0)
    second.write(second.allocation.close(3600.0))
    assert second.hours() == Hours(1, 1, 0)


class Till:
    """A budget of node-hours in a driver's hands: agents by name, with the seconds for which each has evaluated already."""

    TIMES = Times(start_up=20.0, leaving=10.0, ending=30.0)

    def __init__(self, used: float, evaluating: Mapping[str, float | None], longest: float = 100.0) -> None:
        """used: node-seconds, of a budget of an hour. evaluating: None where an agent has nothing to do."""
        at = 5000.0
        trials, members, stretches = {}, {}, {}
        for number, (name, seconds) in enumerate(evaluating.items(), 1):
            queue = [] if seconds is None else [number]
            members[name] = SimpleNamespace(queue=queue)
            stretches[name] = Allocated(epoch=1, agent=name, nodes=1, cpus=1, gpus=0, start=0.0, at=0.0)
            if seconds is not None:
                trials[number] = Trial(number, {}, Status.RUNNING, start=at - seconds)
        hours = Hours(used / 3600)
        allocation: Any = SimpleNamespace(open=stretches, own="", each=Hours(1, 1), hours=lambda at: hours)
        assignments: Any = SimpleNamespace(members=members)
        self.spending = Spending(Budget(1, "node"), 0, allocation, assignments, trials, at, self.TIMES)
        self.spending.look(longest, at + 10)


def test_an_evaluation_begins_only_if_the_budget_pays_for_its_end_and_for_that_of_all_others() -> None:
    # An hour, less what the other needs until its end (90 s and 10 s for leaving) and what leaving takes here (10 s).
    till = Till(3600 - 210 - 1, {"a": 0.0, "b": None})
    assert till.spending.affords("b")
    till.spending.begin("b")
    assert not till.spending.affords("b")
    assert not Till(3600 - 210 + 1, {"a": 0.0, "b": None}).spending.affords("b")
    assert not till.spending.spent


def test_workers_are_asked_for_while_the_budget_pays_for_an_evaluation_of_each() -> None:
    assert Till(0, {}).spending.workers == 3600 // 130
    assert Till(3600 - 129, {}).spending.workers == 0
    assert Till(3600, {}).spending.workers == 0


def test_everything_ends_once_ending_it_takes_what_is_left() -> None:
    assert not Till(3600 - 25, {"a": 85.0}).spending.spent, "it ends in time by itself"
    assert Till(3600 - 25, {"a": 50.0}).spending.spent
    assert not Till(3600 - 25, {"a": 94.0}).spending.spent, "a little later than the longest before"
    assert Till(3600 - 25, {"a": 200.0}).spending.spent, "nobody knows how long it still takes"
    assert not Till(3600 - 45, {"a": 200.0}).spending.spent
    assert Till(3600 - 45, {"a": 200.0, "b": None}).spending.spent
    assert not Till(3600 - 45, {"a": 10.0}, 0.0).spending.spent
    assert Till(3600 - 20, {"a": 10.0}, 0.0).spending.spent, "nothing is known of evaluations"


@given(
    st.floats(0, 4000),
    st.lists(st.none() | st.floats(0, 150), max_size=6),
    st.floats(0, 200),
)
def test_what_is_begun_can_always_end_within_the_budget(
    used: float, evaluating: list[float | None], longest: float
) -> None:
    till = Till(used, {str(name): seconds for name, seconds in enumerate(evaluating)}, longest)
    begun = 0
    for name, seconds in enumerate(evaluating):
        if seconds is None and till.spending.affords(str(name)):
            till.spending.begin(str(name))
            begun += 1
    rests = [abs(longest - seconds - 10) for seconds in evaluating if seconds is not None]
    needed = used + sum(rests) + begun * longest + 10.0 * len(evaluating)
    assert begun == 0 or longest == 0 or needed <= 3600 + 1e-6
