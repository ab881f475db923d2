"""How busy each worker was, by its cells of time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_runs import a_trial

from worker.report.data.occupancy import CELLS, MOST_ROWS, Worker, timeline, workers
from worker.store.journal_records import Agent, Allocated
from worker.store.replay import Replayed
from worker.trial import Status, Trial

spans = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 60)), max_size=5)


def apart(found: list[tuple[int, int]]) -> tuple[tuple[float, float], ...]:
    """Spans that do not meet each other, of gaps and lengths."""
    at, made = 0, []
    for gap, length in found:
        at += gap + 1
        made.append((float(at), float(at + length)))
        at += length
    return tuple(made)


@given(spans, st.integers(0, 400), st.integers(1, 400))
def test_cells_and_shares_are_those_of_each_second(
    found: list[tuple[int, int]], begin: int, cell: int
) -> None:
    busy = apart(found)
    end = begin + CELLS * cell
    worker = Worker("1", "", ((0.0, 1e6),), busy, (), gone=False)
    seconds = [sum(start <= second < stop for start, stop in busy) for second in range(begin, end)]
    cells = [sum(seconds[place * cell : (place + 1) * cell]) / cell for place in range(CELLS)]
    assert [
        abs(int(letter) - 9 * share) <= 0.5 + 1e-9
        for letter, share in zip(worker.cells(begin, end), cells, strict=True)
    ] == [True] * CELLS
    assert worker.share(begin, end) == pytest.approx(sum(seconds) / len(seconds))


def a_state(
    trials: list[Trial], *jobs: tuple[str, float, float | None], agents: tuple[str, ...] = ()
) -> Replayed:
    state = Replayed(trials={trial.number: trial for trial in trials})
    for name, start, end in jobs:
        state.allocations.take(
            Allocated(epoch=1, job="7", agent=name, nodes=1, cpus=1, gpus=0, start=start, end=end, at=start)
        )
    for name in agents:
        state.agents[name] = Agent(epoch=1, agent=name, host="n7", at=50.0)
    return state


def ran(number: int, agent: str, start: float, end: float | None) -> Trial:
    status = Status.RUNNING if end is None else Status.OK
    return a_trial(number, {}, None if end is None else 1.0, status, agent=agent, start=start, end=end)


def test_a_worker_is_there_while_its_jobs_are_however_often_they_began() -> None:
    state = a_state([ran(1, "j1-2-1", 10, 40)], ("j1-2-1", 0, 60), ("j1-2-1r1", 200, None))
    (worker,) = workers(state, 240.0)
    assert (worker.name, worker.host, worker.gone) == ("j1-2-1", "n1", False)
    cells = worker.cells(0, 240)
    assert (cells[:10], cells[10:40], cells[40:60]) == ("0" * 10, "9" * 30, "0" * 20)
    assert (cells[60:200], cells[200:]) == ("." * 140, "0" * 40)
    assert worker.share(0, 240) == pytest.approx(0.3)
    assert worker.share(70, 190) is None


def test_where_no_job_is_known_what_a_worker_did_tells_and_those_that_are_there_come_first() -> None:
    state = a_state([ran(1, "a", 10, 40), ran(2, "b", 20, None)], agents=("c",))
    told = timeline(state, 100.0)
    assert told["there"] == 2
    assert [(row["worker"], row["does"], row["since"]) for row in told["rows"]] == [  # type: ignore[attr-defined]
        ("b", "busy", 20),
        ("c", "idle", 50.0),
        ("a", "gone", 40),
    ]


def test_the_last_hour_is_told_of_longer_runs_and_of_many_workers_some() -> None:
    trials = [ran(number, str(number), number, None) for number in range(1, MOST_ROWS + 4)]
    told = timeline(a_state(trials), 3 * 3600 + 1.0)
    assert told["windows"] == [["hour", 3600.0], ["run", 3 * 3600.0]]
    assert (len(told["rows"]), told["more"]) == (MOST_ROWS, 3)  # type: ignore[arg-type]
    assert timeline(a_state(trials), 90.0)["windows"] == [["run", 89.0]]
    assert timeline(a_state([]), 90.0)["rows"] == []
