"""What is concluded from Slurm's answers: nothing is called gone that may be alive, nothing stays that is gone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from worker.launch.launcher import AgentState
from worker.launch.slurm.job_states import JobStates
from worker.launch.slurm.poll_schedule import INTERVAL, LONGEST_SILENCE, PollSchedule
from worker.launch.slurm.sbatch import Outcome, Submitted
from worker.launch.slurm.script import AgentJob
from worker.launch.slurm.squeue import Row
from worker.launch.slurm.submissions import ABSENT_SECONDS, Agent
from worker.store.lives import named

JOB = AgentJob("run.abc.1-1", "j1-1", 3, 3600, 1, 60)
FIRST, SECOND, THIRD = JOB.identities
LOST = Submitted(Outcome.DOUBTFUL, message="Socket timed out")


def row(index: int | None, word: str = "RUNNING", reason: str = "", name: str = JOB.name) -> Row:
    return Row("7" if index is None else f"7_{index}", name, index, word, "n1", reason, "")


def agent_states(job_states: JobStates) -> list[AgentState]:
    return [report.state for report in job_states.reports().values()]


def states_with(submitted: Submitted | None = None) -> JobStates:
    job_states = JobStates()
    job_states.intend(JOB, 0.0)
    if submitted:
        job_states.answered(JOB.name, submitted, 1.0)
    return job_states


def test_a_submission_without_an_answer_is_not_known() -> None:
    assert agent_states(states_with()) == [AgentState.PENDING] * 3  # sbatch has not ended yet
    assert agent_states(states_with(LOST)) == [AgentState.UNKNOWN] * 3


def test_the_start_of_a_job_that_is_started_again_is_not_that_of_before() -> None:
    began = {
        (identity, word): Agent(
            identity, 0, row=Row("7_0", JOB.name, 0, word, "n1", "", "2026-11-28T05:49:16")
        ).began
        for identity in (FIRST, named(FIRST, 1))
        for word in ("RUNNING", "COMPLETING", "CANCELLED")
    }
    assert {key for key, at in began.items() if at is None} == {
        (named(FIRST, 1), "COMPLETING"),
        (named(FIRST, 1), "CANCELLED"),
    }


def test_an_accepted_submission_waits_until_the_queue_or_the_agent_says_otherwise() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    assert agent_states(job_states) == [AgentState.PENDING] * 3
    job_states.heard(FIRST, "host")
    job_states.observe([row(1, "COMPLETING"), row(2, "PENDING", "Priority"), row(0)], 5.0)
    assert agent_states(job_states) == [AgentState.RUNNING, AgentState.RUNNING, AgentState.PENDING]
    assert job_states.reports()[THIRD].reason == "Other jobs come first (Priority)."


def test_the_first_that_is_known_of_an_end_is_its_reason() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.left(FIRST, "Its walltime is up.")
    job_states.left(FIRST, "It was cancelled.")
    job_states.left(SECOND, "")
    job_states.died(THIRD, "Its process has ended.")
    job_states.left(THIRD, "It was cancelled.")
    reports = job_states.reports()
    assert [reports[one].reason for one in (FIRST, THIRD)] == [
        "Its walltime is up.",
        "Its process has ended.",
    ]
    assert reports[SECOND].reason
    assert agent_states(job_states) == [AgentState.GONE] * 3


def test_a_lost_answer_is_adopted_from_the_queue() -> None:
    job_states = states_with(LOST)
    job_states.observe([row(0, "PENDING"), row(1, "PENDING"), row(2, "PENDING")], 2.0)
    assert agent_states(job_states) == [AgentState.PENDING] * 3
    assert job_states.jobs([SECOND]) == (["7_1"], [])


def test_a_lost_answer_is_adopted_from_the_agents_words() -> None:
    job_states = states_with(LOST)
    job_states.heard(SECOND, "host")
    assert job_states.reports()[SECOND].state is AgentState.RUNNING
    job_states.observe([], 2.0)
    assert AgentState.GONE not in agent_states(job_states)


def test_a_lost_answer_counts_as_never_handed_in_after_two_answers_without_it() -> None:
    job_states = states_with(LOST)
    job_states.observe([], 0.5)  # asked before sbatch ended: says nothing
    job_states.observe([], 2.0)
    assert agent_states(job_states) == [AgentState.UNKNOWN] * 3
    job_states.silent(30.0)
    job_states.observe([], 60.0)
    assert agent_states(job_states) == [AgentState.GONE] * 3
    assert job_states.names() == []


def test_a_submission_that_is_still_on_its_way_is_never_given_up() -> None:
    job_states = states_with()
    for at in range(10, 1000, 30):
        job_states.observe([], float(at))
    assert agent_states(job_states) == [AgentState.PENDING] * 3


def test_a_refusal_is_certain() -> None:
    job_states = states_with(Submitted(Outcome.REFUSED, message="Invalid partition"))
    assert agent_states(job_states) == [AgentState.GONE] * 3
    assert job_states.reports()[FIRST].reason == "Slurm rejected the job: Invalid partition."


def test_ended_jobs_are_gone_with_slurms_word() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.observe([row(0, "TIMEOUT"), row(1, "NODE_FAIL"), row(2, "PREEMPTED")], 2.0)
    assert agent_states(job_states) == [AgentState.GONE] * 3
    assert [report.reason for report in job_states.reports().values()] == [
        "The job reached its time limit (TIMEOUT).",
        "The node of the job failed (NODE_FAIL).",
        "The job was preempted by a more important job (PREEMPTED).",
    ]


def test_elements_that_never_became_jobs_stand_in_one_row() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.observe([row(0), row(None, "CANCELLED")], 2.0)
    assert agent_states(job_states) == [AgentState.RUNNING, AgentState.GONE, AgentState.GONE]


def test_a_forgotten_job_is_gone_after_two_answers_and_a_minute() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.observe([row(index) for index in range(3)], 2.0)
    job_states.observe([row(0), row(1)], 32.0)
    assert agent_states(job_states) == [AgentState.RUNNING, AgentState.RUNNING, AgentState.UNKNOWN]
    job_states.observe([row(0), row(1)], 62.0)
    assert AgentState.GONE not in agent_states(job_states)
    job_states.observe([row(0), row(1)], 32.0 + ABSENT_SECONDS)
    assert agent_states(job_states) == [AgentState.RUNNING, AgentState.RUNNING, AgentState.GONE]


def test_an_agent_that_speaks_is_there_whatever_the_queue_has_forgotten() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    for number, at in enumerate(range(2, 200, 30)):
        job_states.observe([row(0)] if number == 0 else [], float(at))
        job_states.spoke(JOB.identities[0])
    assert agent_states(job_states)[0] is AgentState.RUNNING
    assert agent_states(job_states)[1:] == [AgentState.GONE] * 2


def test_what_an_incomplete_answer_lacks_is_not_gone() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.observe([row(index) for index in range(3)], 2.0)
    for at in (32.0, 62.0, 92.0, 122.0):
        job_states.observe([row(0)], at, complete=False)
        job_states.observe([], at + 1, complete=False)
    assert agent_states(job_states) == [AgentState.RUNNING] * 3


def test_a_job_that_comes_back_into_the_answers_was_never_away() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.observe([], 2.0)
    job_states.observe([row(0), row(1), row(2)], 32.0)
    job_states.observe([], 90.0)
    assert AgentState.GONE not in agent_states(job_states)


def test_silence_makes_what_waits_unknown_and_nothing_gone() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.heard(FIRST, "host")
    for at in range(10, 10_000, 100):
        job_states.silent(float(at))
    assert agent_states(job_states) == [AgentState.RUNNING, AgentState.UNKNOWN, AgentState.UNKNOWN]
    job_states.observe([row(0), row(1), row(2)], 10_001.0)
    assert agent_states(job_states) == [AgentState.RUNNING] * 3


def test_a_goodbye_is_certain() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.left(SECOND, "nothing left to do")
    assert job_states.reports()[SECOND].state is AgentState.GONE
    assert job_states.jobs([SECOND, JOB.identities[2]]) == (["7_2"], [])


def test_jobs_without_a_known_number_are_cancelled_by_name() -> None:
    assert states_with(LOST).jobs(JOB.identities) == ([], [JOB.name])


def test_what_is_left_of_a_submission_is_cancelled_by_its_name_which_no_other_job_has() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    assert job_states.jobs(JOB.identities[:2]) == (["7_0", "7_1"], [])
    job_states.left(SECOND, "left")
    assert job_states.jobs(JOB.identities) == ([], [JOB.name])


def test_what_can_never_start_is_found_with_its_field() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.observe([row(0), row(1, "PENDING", "PartitionTimeLimit"), row(2, "PENDING", "Priority")], 2.0)
    [(submission, waiting_row, meaning)] = job_states.waiting_for_ever()
    assert (submission.job, waiting_row.job, meaning.field) == (JOB, "7_1", "slurm.walltime")


def test_a_reason_that_may_change_must_stand_in_two_answers() -> None:
    job_states = states_with(Submitted(Outcome.ACCEPTED, "7"))
    job_states.observe([row(0, "PENDING", "PartitionConfig")], 2.0)
    assert not list(job_states.waiting_for_ever())
    job_states.observe([row(0, "PENDING", "Resources")], 32.0)
    job_states.observe([row(0, "PENDING", "PartitionConfig")], 62.0)
    assert not list(job_states.waiting_for_ever())
    job_states.observe([row(0, "PENDING", "PartitionConfig")], 92.0)
    assert len(list(job_states.waiting_for_ever())) == 1


WORDS = st.sampled_from(["PENDING", "RUNNING", "COMPLETING", "SUSPENDED", "NEW_WORD"])


@given(st.lists(st.one_of(st.none(), st.lists(st.tuples(st.integers(0, 2), WORDS), max_size=4)), max_size=20))
def test_no_order_of_answers_makes_an_agent_gone_that_the_last_answer_has(
    answers: list[list[tuple[int, str]] | None],
) -> None:
    """Whatever came before: an element that the newest answer shows alive is not gone, unless a minute lay between."""
    job_states = states_with(LOST)
    at = 2.0
    for answer in answers:
        at += 10.0
        if answer is None:
            job_states.silent(at)
            continue
        gone = {name for name, report in job_states.reports().items() if report.state is AgentState.GONE}
        job_states.observe([row(index, word) for index, word in answer], at)
        for index, _ in answer:
            identity = JOB.identity(index)
            assert identity in gone or job_states.reports()[identity].state is not AgentState.GONE


@given(
    st.lists(
        st.tuples(st.sampled_from(["submit", "silent", "answer", "wait"]), st.integers(0, 40)), max_size=200
    )
)
def test_slurm_is_never_asked_more_than_three_times_a_minute(steps: list[tuple[str, int]]) -> None:
    pace, at, asked = PollSchedule(), 0.0, []
    pace.wanted(at)
    for what, seconds in steps:
        at += seconds
        if pace.due(at):
            pace.asked(at)
            asked.append(at)
            assert len([time for time in asked if at - 60.0 < time]) <= 3
            (pace.silent if what == "silent" else pace.answered)(at)
        elif what == "submit":
            pace.submitted(at)


def test_slurm_is_asked_soon_after_a_submission_then_less_than_twice_a_minute() -> None:
    pace = PollSchedule()
    assert not pace.due(0.0)  # nothing has been submitted
    pace.wanted(0.0)
    assert pace.due(0.0)
    pace.asked(0.0)
    pace.answered(0.1)
    pace.submitted(0.2)
    assert not pace.due(5.1)
    assert pace.due(5.2)
    pace.asked(5.2)
    pace.submitted(6.0)
    assert pace.due(11.0)
    pace.asked(11.0)
    pace.submitted(12.0)
    assert not pace.due(30.0)  # three within this minute
    assert not pace.due(59.9)
    assert pace.due(60.0)  # a minute after the first of them
    pace.asked(60.0)
    assert not pace.due(60.0 + INTERVAL - 1)
    pace.wanted(80.0)
    assert pace.due(80.0), "there is room for a question in between"


def test_a_silent_slurm_is_asked_less_and_less() -> None:
    pace, at, gaps = PollSchedule(), 0.0, []
    for _ in range(12):
        pace.asked(at)
        pace.silent(at)
        gaps.append(pace.next - at)
        at = pace.next
    assert gaps[:4] == [5.0, 10.0, 20.0, 40.0]
    assert gaps[-1] == LONGEST_SILENCE
