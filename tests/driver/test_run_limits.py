"""When a run is over, how many evaluations may begin, and what the pace of a run means for that."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from worker.driver.durations import Durations
from worker.driver.limits import Limits
from worker.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_NO_SUCCESS, EXIT_SYSTEM
from worker.progress.final_summary import ending
from worker.progress.tally import TRIED_BEFORE_GIVING_UP, Over, Tally
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.store.requests import workers_wanted
from worker.trial import IMPORTED, Status, Trial

statuses = st.lists(st.tuples(st.integers(1, 15), st.sampled_from(Status)), max_size=60)


def trial(number: int, status: Status, loss: float | None = None) -> Trial:
    return Trial(number, {"x": number}, status, loss=loss)


@given(statuses)
def test_a_tally_follows_every_change(changes: list[tuple[int, Status]]) -> None:
    tally, last = Tally(), {}
    for number, status in changes:
        one = trial(number, status, float(number))
        tally.note(one)
        last[number] = one
    fresh = Tally(last.values())
    assert {status: count for status, count in tally.counts.items() if count} == dict(fresh.counts)
    assert tally.failures == fresh.failures == sum(one.status.failure for one in last.values())
    assert (tally.ok, tally.running, tally.ended) == (fresh.ok, fresh.running, fresh.ended)


def test_the_best_is_the_smallest_successful_loss() -> None:
    tally = Tally()
    assert tally.note(trial(1, Status.OK, 3))
    assert not tally.note(trial(2, Status.FAILED, 1))
    assert not tally.note(trial(3, Status.OK, 3))
    assert tally.note(trial(4, Status.OK, -2))
    assert tally.best is not None
    assert tally.best.number == 4


def test_imported_evaluations_count_for_no_limit() -> None:
    one = trial(1, Status.OK, 1)
    one.agent = IMPORTED
    tally = Tally([one])
    assert tally.ok == 0
    assert tally.best is one


@given(st.integers(1, 50), st.integers(0, 60), st.integers(0, 60))
def test_there_is_room_for_what_is_missing(most: int, ok: int, in_hand: int) -> None:
    room = Limits(most, 10, 100.0).room(ok, in_hand)
    assert room >= 0
    assert room == 0 or ok + in_hand + room == most


def over(limits: Limits, *trials: Trial, seconds: float = 0) -> Over | None:
    for one in trials:
        limits.note(one)
    return limits.over(Tally(trials), seconds)


def test_the_reasons_for_an_end() -> None:
    limits = Limits(2, 3, 100.0)
    assert over(limits, trial(1, Status.OK, 1)) is None
    assert over(limits, trial(1, Status.OK, 1), trial(2, Status.OK, 1)) is Over.BUDGET
    assert over(limits, *(trial(n, Status.FAILED) for n in range(3))) is Over.FAILURES
    assert over(limits, seconds=100) is Over.RUNTIME


def test_failures_from_before_the_last_end_do_not_count() -> None:
    limits = Limits(2, 3, 100.0, failures_before=2, first=4)
    assert over(limits, *(trial(n, Status.FAILED) for n in range(1, 5))) is None
    five = [trial(n, Status.FAILED) for n in range(1, 6)]
    assert over(limits, *five) is Over.FAILURES
    assert limits.failures_sentence(Tally(five)).startswith("3 evaluations ended without a result")


def test_failures_beyond_the_limit_are_explained() -> None:
    limits = Limits(9, 2, 100.0)
    three = [trial(n, Status.FAILED) for n in range(1, 4)]
    assert "the others were already running" in limits.failures_sentence(Tally(three))
    assert "the others" not in limits.failures_sentence(Tally(three[:2]))


def test_the_first_evaluations_are_those_that_began_first() -> None:
    limits = Limits(100, 100, 100.0)
    # Those that fail do so at once, those that work take their time: nothing is known before the first ten have ended.
    late = [trial(n, Status.FAILED) for n in range(11, 30)]
    assert over(limits, *late) is None
    first = [trial(n, Status.FAILED) for n in range(1, TRIED_BEFORE_GIVING_UP)]
    assert over(limits, *late, *first) is None
    assert over(limits, *late, *first, trial(10, Status.TIMEOUT)) is Over.ALL_FAILED


def test_one_success_anywhere_is_enough_to_go_on() -> None:
    limits = Limits(100, 100, 100.0)
    assert over(limits, *(trial(n, Status.FAILED) for n in range(1, 11)), trial(11, Status.OK, 1)) is None


def test_exit_codes() -> None:
    run = check(
        Draft({"run.name": "a", "run.objective": "a ($x)"}, (ParameterDraft("x", "hp.randint", {"max": 3}),))
    ).run
    assert isinstance(run, Run)
    success, failure = Tally([trial(1, Status.OK, 1)]), Tally([trial(1, Status.FAILED)])
    for reason in (Over.BUDGET, Over.SPACE, Over.RUNTIME, Over.FAILURES):
        assert ending(reason, run, success).exit_code == EXIT_DONE
        assert ending(reason, run, failure).exit_code == EXIT_NO_SUCCESS
    assert ending(Over.STOPPED, run, success).exit_code == EXIT_INTERRUPTED
    assert ending(Over.NO_AGENTS, run, success).exit_code == EXIT_SYSTEM
    assert all(ending(reason, run, success).sentence.endswith(".") for reason in Over)


def test_agents_get_their_next_trial_ahead_where_waiting_would_cost_much() -> None:
    pace = Durations(gap=0.01)
    assert not pace.ahead
    for _ in range(30):
        pace.ended("a", 0.1, 100.0, idle=True)
        pace.began("a", 100.02, 7.0)
    assert pace.ahead
    for _ in range(30):
        pace.ended("a", 60.0, 200.0, idle=True)
        pace.began("a", 200.02, 7.0)
    assert not pace.ahead
    assert pace.longest == 60.0


def test_a_long_pause_says_nothing_about_the_way_to_the_driver() -> None:
    pace = Durations(gap=0.001)
    pace.ended("a", 1.0, 100.0, idle=True)
    pace.began("a", 5000.0, 7.0)
    assert not pace.ahead


def test_an_agent_ends_soon_once_it_has_run_nearly_as_long_as_a_quick_evaluation() -> None:
    pace = Durations(gap=0.5)
    for seconds in (10.0, *[20.0] * 9, 300.0):
        pace.ended("a", seconds, 100.0, idle=False)
    assert pace.quick == 20.0
    pace.began("b", 5000.0, 1000.0)  # the clock of its node, which may be wrong
    quick = pace.quick
    assert not pace.ends_soon("b", quick, 1018.0)
    assert pace.ends_soon("b", quick, 1019.5)  # the way to the driver and back takes a second
    assert not pace.ends_soon("never heard of", quick, 1019.5)
    pace.ended("b", 25.0, 5025.0, idle=False)
    assert not pace.ends_soon("b", quick, 1025.0)


def test_wanted_workers() -> None:
    assert workers_wanted("+3", 2) == 5
    assert workers_wanted("-3", 2) == 1
    assert workers_wanted(7, 2) == 7
    assert workers_wanted("7", 2) == 7
    assert workers_wanted("many", 2) is None
