"""Replay: whatever order the records come in and however often, ended trials are in the same state."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from json_records import Json, journalled

from worker.store import replay
from worker.store.follower import Follower
from worker.store.journal import open_epoch
from worker.store.journal_reading import read_journal
from worker.store.journal_records import JOURNAL
from worker.store.messages import Malformed, Unknown
from worker.store.passing_steps import trial_of_step
from worker.store.paths import RunPaths
from worker.store.records import encode
from worker.store.replay import Replayed, Replayer
from worker.trial import Outcome, Status, Trial


def proposed(trial: int, **values: Any) -> Json:
    return {"kind": "proposed", "trial": trial, "values": values or {"x": trial}, "at": 1.0}


def assigned(trial: int, attempt: int = 1, agent: str = "a1") -> Json:
    return {"kind": "assigned", "trial": trial, "attempt": attempt, "agent": agent, "at": 2.0}


def started(trial: int, attempt: int = 1, agent: str = "a1") -> Json:
    return {
        "kind": "started",
        "trial": trial,
        "attempt": attempt,
        "agent": agent,
        "host": "n1",
        "at": 3.0 + attempt,
    }


def finished(trial: int, attempt: int = 1, status: str = "ok", loss: float | None = 0.5, **more: Any) -> Json:
    record = {
        "kind": "finished",
        "trial": trial,
        "attempt": attempt,
        "agent": f"a{attempt}",
        "status": status,
    }
    return {**record, "loss": loss, "start": 4.0, "end": 5.0 + attempt, "host": "n1", "exit_code": 0, **more}


def requeued(trial: int, attempt: int = 1) -> Json:
    return {
        "kind": "requeued",
        "trial": trial,
        "attempt": attempt,
        "agent": "a1",
        "reason": "gone",
        "at": 4.0,
    }


def retracted(trial: int, attempt: int = 1) -> Json:
    return {
        "kind": "retracted", "trial": trial, "attempt": attempt, "agent": f"a{attempt}", "reason": "its job ended",
        "at": 9.0,
    }  # fmt: skip


def feed(replayer: Replayer, epoch: int, *records: Json) -> None:
    replayer.feed_all(journalled(record, epoch) for record in records)


def state(*records: Json, epoch: int = 1) -> Replayed:
    replayer = Replayer()
    feed(replayer, epoch, *records)
    return replayer.state


def only(*records: Json) -> Trial:
    return state(*records).trials[1]


def test_the_way_of_a_trial() -> None:
    way = [
        proposed(1),
        assigned(1),
        started(1),
        finished(1, curve=[[0.1, 2.0], [0.2, 0.5]], outputs={"acc": 0.9}),
    ]
    expected = [Status.PROPOSED, Status.ASSIGNED, Status.RUNNING, Status.OK]
    assert [only(*way[: n + 1]).status for n in range(4)] == expected
    trial = only(*way)
    assert (trial.loss, trial.agent, trial.host, trial.attempt, trial.seconds) == (0.5, "a1", "n1", 1, None)
    assert trial.curve == ((0.1, 2.0), (0.2, 0.5))
    assert trial.outputs == {"acc": 0.9}


def test_a_trial_takes_over_all_that_an_outcome_says() -> None:
    names = [part.name for part in dataclasses.fields(Outcome)]
    said: Any = {name: object() for name in names}
    outcome = Outcome(**said)
    trial = only(proposed(1))
    trial.become(outcome)
    assert [getattr(trial, name) is getattr(outcome, name) for name in names] == [True] * len(names)
    assert trial.outcome() == outcome


def test_a_trial_given_out_again_runs_again() -> None:
    way = [proposed(1), assigned(1), started(1), requeued(1), assigned(1, 2, "a2"), started(1, 2, "a2")]
    assert only(*way[:4]).status is Status.PROPOSED
    running = only(*way)
    assert (running.status, running.attempt, running.agent, running.start) == (Status.RUNNING, 2, "a2", 5.0)
    assert only(*way, started(1)).agent == "a2"


def test_what_cannot_be_a_number_in_json_is_kept_as_text() -> None:
    trial = only(proposed(1), finished(1, status="not-finite", loss=None, raw_loss="-inf"))
    assert (trial.status, trial.loss, trial.raw_loss) == (Status.NOT_FINITE, None, "-inf")


def test_the_first_outcome_of_an_attempt_counts() -> None:
    first, second = finished(1, loss=1.0), finished(1, loss=2.0, end=99.0)
    for order in ((first, second), (second, first)):
        replayed = state(proposed(1), *order)
        assert replayed.trials[1].loss == 1.0
        assert replayed.ignored == 1


def test_a_result_beats_the_belief_that_it_was_lost() -> None:
    lost = {"kind": "lost", "trial": 1, "attempt": 1, "at": 9.0, "reason": "its agent vanished"}
    assert only(proposed(1), lost).status is Status.LOST
    assert only(proposed(1), lost).reason == "its agent vanished"
    for order in ((lost, finished(1)), (finished(1), lost)):
        assert only(proposed(1), *order).status is Status.OK


@pytest.mark.parametrize(
    "status", [status.value for status in Status if status.failure and status is not Status.LOST]
)
def test_of_several_ends_what_was_found_out_counts_more_than_that_somebody_ended_it(status: str) -> None:
    cancelled, failed = finished(1, 1, "cancelled", None), finished(1, 2, status, None)
    concluded = {"kind": "cancelled", "trial": 1, "attempt": 1, "at": 3.0}
    lost = {"kind": "lost", "trial": 1, "attempt": 1, "at": 3.0}
    way = [lost, concluded, cancelled, failed, finished(1, 3)]
    counts = ["lost", "cancelled", "cancelled", status, "ok"]
    for order in (1, -1):
        for length, expected in enumerate(counts, 1):
            assert only(proposed(1), *way[:length][::order]).status.value == expected
    # What an agent has seen of a cancelled evaluation, it has seen; a driver only concludes.
    assert only(proposed(1), concluded, cancelled).host == "n1"
    assert only(proposed(1), cancelled, concluded).host == "n1"


def test_a_retry_voids_failures_and_nothing_else() -> None:
    failed, retried = finished(1, status="failed", loss=None), {"kind": "retried", "trial": 1, "attempt": 1}
    trial = only(proposed(1), assigned(1), failed, retried)
    assert (trial.status, trial.exit_code, trial.end) == (Status.ASSIGNED, None, None)
    again = only(proposed(1), failed, retried, requeued(1), assigned(1, 2), finished(1, 2))
    assert (again.status, again.attempt) == (Status.OK, 2)
    assert only(proposed(1), finished(1), retried).status is Status.OK


def test_what_an_agent_takes_back_does_not_count() -> None:
    way = [proposed(1), assigned(1), started(1), finished(1), retracted(1)]
    trial = only(*way)
    assert (trial.status, trial.loss, trial.end, trial.curve) == (Status.PROPOSED, None, None, ())
    again = only(*way, assigned(1, 2), finished(1, 2, loss=0.75), finished(1))
    assert (again.status, again.loss, again.attempt) == (Status.OK, 0.75, 2)
    # What lost against it is in force then; what another attempt has brought is not touched.
    assert (
        only(proposed(1), finished(1), finished(1, 2, "failed", None), retracted(1)).status is Status.FAILED
    )
    assert only(proposed(1), finished(1), retracted(1, 2)).status is Status.OK


def test_a_result_that_was_taken_back_changes_nothing_when_it_is_read_again() -> None:
    replayer = Replayer()
    for record in (proposed(1), assigned(1), started(1), finished(1), retracted(1)):
        replayer.feed(journalled(record, 1))
    assert replayer.feed(journalled(finished(1), 1)) is None
    assert replayer.state.ignored == 1


def test_results_of_unknown_trials_are_kept_and_counted() -> None:
    assert state(finished(1)).strays == 1
    replayed = state(finished(1), finished(2), proposed(1))
    assert replayed.strays == 1
    assert replayed.trials[1].status is Status.OK


def test_a_result_for_other_values_is_not_this_trials() -> None:
    replayed = state(proposed(1, x=1), finished(1, values={"x": 2}))
    assert replayed.trials[1].status is Status.PROPOSED
    assert replayed.ignored == 1


def test_of_two_drivers_the_later_one_is_right() -> None:
    replayer = Replayer()
    feed(replayer, 1, proposed(1, x=1), proposed(2, x=7))
    feed(replayer, 2, proposed(2, x=8), finished(2))
    assert replayer.feed(journalled(proposed(2, x=7), 1)) is None
    assert replayer.feed(journalled(finished(2, loss=0.1), 1)) is None
    assert replayer.state.trials[2].values == {"x": 8}
    assert replayer.state.trials[2].loss == 0.5


def test_a_superseded_driver_takes_no_trial_from_an_agent() -> None:
    # The older one knew from the agent that the trial had been given out, and gave it out once more.
    older = [proposed(1), assigned(1, 2, "a2")]
    newer = [proposed(1), assigned(1, 1, "a1"), started(1, 1, "a1")]
    for order in ((older, 1), (newer, 2)), ((newer, 2), (older, 1)):
        replayer = Replayer()
        for records, epoch in order:
            feed(replayer, epoch, *records)
        trial = replayer.state.trials[1]
        assert (trial.status, trial.agent, trial.attempt) == (Status.RUNNING, "a1", 1)


def driver(epoch: int, **more: Any) -> Json:
    return {"kind": "driver", "epoch": epoch, "host": "n0", "pid": 1, "pid_start": "b-1", "seed": 42, **more}


def test_a_resumed_run_has_not_ended() -> None:
    ended = {"kind": "ended", "reason": "all done", "exit_code": 0, "at": 9.0}
    replayed = state(driver(1), ended)
    assert replayed.ended == ("all done", 0, 9.0, "")
    replayer = Replayer()
    feed(replayer, 1, driver(1), ended)
    feed(replayer, 2, driver(2, seed=7), {"kind": "workers", "wanted": 9})
    feed(replayer, 1, ended, {"kind": "workers", "wanted": 1})
    assert (replayer.state.ended, replayer.state.seed, replayer.state.wanted) == (None, 42, 9)
    assert [record.epoch for record in replayer.state.drivers] == [1, 2]


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"trial": 1},
        {"kind": "finished", "trial": 1},
        {"kind": "finished", "trial": 1, "attempt": 1, "status": "great"},
        {"kind": "finished", "trial": 1, "attempt": 1, "status": "running"},
        {"kind": "proposed", "trial": 2},
        {"kind": "assigned", "trial": "one"},
        {"kind": "ended"},
        {"kind": "driver", "seed": 1},
    ],
)
def test_records_that_lack_something_are_counted(record: Json) -> None:
    replayed = state(proposed(1), record)
    assert replayed.torn == 1
    assert replayed.driven_since == 0
    assert replayed.trials[1].status is Status.PROPOSED


def test_records_of_later_versions_are_left_alone() -> None:
    replayed = state(proposed(1), {"kind": "mood", "trial": 1}, {"kind": "weather"})
    assert (replayed.torn, replayed.trials[1].status) == (0, Status.PROPOSED)


@st.composite
def histories(draw: st.DrawFn) -> list[Json]:
    """What may be recorded about three trials: several attempts, outcomes that contradict each other, a retry."""
    records: list[Json] = []
    for number in range(1, 4):
        records.append(proposed(number))
        for attempt in range(1, draw(st.integers(1, 3)) + 1):
            records += [assigned(number, attempt), started(number, attempt, f"a{attempt}")]
            records += draw(
                st.lists(
                    st.sampled_from(
                        [
                            finished(number, attempt),
                            finished(number, attempt, loss=0.25, end=7.5),
                            finished(number, attempt, "failed", None),
                            finished(number, attempt, "cancelled", None),
                            requeued(number, attempt),
                            retracted(number, attempt),
                            {
                                "kind": "lost",
                                "trial": number,
                                "attempt": attempt,
                                "reason": "gone",
                                "at": 8.0,
                            },
                            {"kind": "cancelled", "trial": number, "at": 8.0},
                            {"kind": "retried", "trial": number, "attempt": attempt, "at": 8.0},
                        ]
                    ),
                    max_size=3,
                )
            )
    return records


@given(history=histories(), data=st.data())
def test_order_and_repetition_do_not_matter(history: list[Json], data: st.DataObject) -> None:
    expected = state(*history).trials
    repeated = [*history, *data.draw(st.lists(st.sampled_from(history)))]
    mixed = state(*data.draw(st.permutations(repeated)))
    assert mixed.strays == 0
    assert mixed.trials == expected


@given(history=histories(), data=st.data())
def test_the_same_records_in_several_epochs(history: list[Json], data: st.DataObject) -> None:
    expected = state(*history).trials
    replayer = Replayer()
    # A later record is never of an earlier driver; in which order they are read is another matter.
    epochs = sorted(data.draw(st.integers(1, 3)) for _ in history)
    told = [
        (record, epoch) for record, epoch in zip(history, epochs, strict=True) if record["kind"] != "proposed"
    ]
    for record, epoch in data.draw(st.permutations(told)):
        replayer.feed(journalled(record, epoch))
    for number in expected:
        replayer.feed(journalled(proposed(number), 1))
    assert replayer.state.trials == expected


def write(paths: RunPaths, *records: Json) -> None:
    _, journal = open_epoch(paths)
    with journal:
        journal.append(*map(encode, records))


def test_a_run_is_loaded_from_all_its_journals(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / "run")
    assert replay.load(paths).trials == {}
    write(paths, driver(1), proposed(1), assigned(1))
    write(paths, driver(2), started(1), finished(1), {"kind": "agent", "agent": "a1", "host": "n1", "pid": 5})
    with paths.journal(1).open("ab") as journal:
        journal.write(encode(proposed(2))[:-5])
    write(paths)
    replayed = replay.load(paths)
    assert (replayed.epoch, replayed.torn, list(replayed.trials)) == (3, 1, [1])
    assert replayed.trials[1].status is Status.OK
    assert replayed.agents["a1"].pid == 5


@st.composite
def journals(draw: st.DrawFn) -> list[list[bytes]]:
    """The lines of up to three drivers, some of them damaged, unusual, of nobody's trial or of two values of the same trial."""
    told = [*draw(histories()), assigned(9), {**started(2), "mood": "good"}, {**assigned(3), "trial": "3"}]
    told += [{**started(1, 2), "host": "n\\u00e4"}, {**started(3, 3), "at": None}]
    told += [proposed(2, x=7), {"kind": "not-repeated", "trial": 1, "attempt": 1, "reason": "hopeless"}]
    mixed = draw(st.permutations([*told, *draw(st.lists(st.sampled_from(told)))]) | st.just(told))
    lines = [encode(record) for record in mixed]
    for hurt in draw(st.sets(st.integers(0, len(lines) - 1), max_size=2)):
        at = draw(st.integers(0, len(lines[hurt]) - 2))
        lines[hurt] = (
            lines[hurt][:at] + bytes([lines[hurt][at] ^ draw(st.integers(1, 9))]) + lines[hurt][at + 1 :]
        )
    cuts = sorted([0, *(draw(st.integers(0, len(lines))) for _ in range(2)), len(lines)])
    return [lines[first:last] for first, last in pairwise(cuts)]


@given(written=journals())
def test_a_loaded_run_is_what_its_records_say_one_by_one(
    written: list[list[bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    paths = RunPaths(tmp_path_factory.mktemp("written") / "run")
    paths.journals.mkdir(parents=True)
    replayer = Replayer()
    for epoch, lines in enumerate(written, 1):
        paths.journal(epoch).write_bytes(b"".join(lines))
        replayer.feed_all(read_journal(paths, epoch))
        replayer.begun(epoch)
    assert replay.load(paths) == replayer.state


@given(history=histories())
def test_usual_steps_are_known_without_reading_them(history: list[Json]) -> None:
    for record in history:
        step = record["trial"] if record["kind"] in ("assigned", "started") else None
        message = journalled(record)
        assert not isinstance(message, (Unknown, Malformed))
        assert trial_of_step(JOURNAL.encode(message)) == step


def test_a_follower_sees_what_load_sees(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / "run")
    follower = Follower(paths)
    assert follower.update() == {}
    write(paths, driver(1), proposed(1), assigned(1))
    assert list(follower.update()) == [1]
    assert follower.update() == {}
    write(paths, driver(2), started(1), proposed(2))
    assert list(follower.update()) == [1, 2]
    write(paths, finished(1))
    assert follower.update()[1].status is Status.OK
    assert dataclasses.asdict(follower.state) == dataclasses.asdict(replay.load(paths))
