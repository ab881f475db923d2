"""What is shown of a run: the live block, the lines, and that neither obeys what users wrote."""

from __future__ import annotations

import dataclasses
import io
import time

from local_runs import X
from rich.console import Console

from worker.progress.live_block import Live, block
from worker.progress.snapshot import Snapshot, clock, rate_text
from worker.progress.tally import Tally
from worker.progress.terminal import Lines
from worker.spec.budget import Hours
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.trial import IMPORTED, Status, Trial


def a_run() -> Run:
    run = check(Draft({"run.name": "pear", "run.objective": "true ($x)", "search.max_evals": 40}, (X,))).run
    assert run is not None
    return run


def a_snapshot(*trials: Trial, at: float = 0.0) -> Snapshot:
    snapshot = Snapshot(a_run(), Tally(trials), {trial.number: trial for trial in trials})
    for trial in trials:
        snapshot.rate.note(trial)
    return snapshot


def ok(number: int, loss: float, value: object = 0.5) -> Trial:
    now = time.time()
    return Trial(number, {"x": value}, Status.OK, loss=loss, start=now - 2, end=now - 1)  # type: ignore[dict-item]


def drawn(snapshot: Snapshot, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(block(snapshot, ["Ctrl-C stops."]))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_the_block() -> None:
    snapshot = a_snapshot(
        ok(1, 3.5), ok(2, -1e-05), Trial(3, {"x": 0.1}, Status.FAILED), Trial(4, {"x": 0.2}, Status.RUNNING)
    )
    lines = drawn(snapshot, 80)
    assert lines[0] == "pear  2 of 40 done, 1 failed, 1 running"
    assert lines[1] == "━" * 40
    assert lines[2] == "best RESULT -1e-05 (evaluation 2)"
    assert lines[3] == "  x=0.5"
    assert "left" in lines[4]
    assert lines[-1] == "Ctrl-C stops."


def test_the_block_on_a_narrow_terminal() -> None:
    assert max(map(len, drawn(a_snapshot(ok(1, 3.5)), 30))) <= 30


def test_text_of_users_is_no_markup_and_controls_nothing() -> None:
    lines = drawn(a_snapshot(ok(1, 3.5, "[red]a\x1b[31m\x1b]0;t\x07")), 200)
    assert "  x=[red]a<U+001B>[31m<U+001B>]0;t<U+0007>" in lines
    file = io.StringIO()
    live = Live(
        console=Console(file=file, force_terminal=True, width=80, highlight=False, markup=False, emoji=False)
    )
    live.say("[red]:smile: \x1b]0;t\x07")
    assert "[red]:smile: <U+001B>]0;t<U+0007>" in file.getvalue()


def test_lines_come_with_a_new_best_a_notice_and_the_interval() -> None:
    file = io.StringIO()
    lines = Lines(3600, file)
    snapshot = a_snapshot(ok(1, 3.5))
    lines.update(snapshot, new_best=True)
    lines.update(snapshot)
    snapshot.trouble = "The disk is full."
    lines.update(snapshot)
    lines.update(snapshot)
    shown = file.getvalue().splitlines()
    assert len(shown) == 2
    assert shown[0].endswith("new best RESULT 3.5 (evaluation 1): x=0.5")
    assert shown[1].endswith("The disk is full.")
    always = Lines(0, file)
    always.update(snapshot)
    assert len(file.getvalue().splitlines()) == 3


def test_a_warning_is_said_when_it_comes_up_and_stands_in_the_block() -> None:
    file = io.StringIO()
    lines = Lines(3600, file)
    snapshot = a_snapshot(ok(1, 3.5))
    for warning in ("It will be full.", "It will be full.", "", "It will be full.", "It is almost full.", ""):
        snapshot.warning = warning
        lines.update(snapshot)
        assert (warning in drawn(snapshot, 200)) is bool(warning)
    assert file.getvalue().splitlines() == ["It will be full.", "It will be full.", "It is almost full."]


def test_what_is_used_of_a_budget_is_shown() -> None:
    snapshot = a_snapshot(ok(1, 3.5))
    snapshot.run = dataclasses.replace(snapshot.run, budget="200 core-hours")
    assert snapshot.spent == ""
    snapshot.hours = Hours(3, 12.5, 0)
    assert "12.500 of 200 core-hours used" in snapshot.line(0.0)
    assert any("12.500 of 200 core-hours used" in line for line in drawn(snapshot, 200))


def test_a_reader_that_has_gone_is_no_error() -> None:
    file = io.StringIO()
    file.close()
    lines = Lines(0, file)
    lines.say("a")
    lines.say("b")


def test_durations_and_rates() -> None:
    assert clock(59.6) == "0:01:00"
    assert clock(90061) == "1 d 1:01:01"
    assert rate_text(3) == "3.0 per second"
    assert rate_text(0.5) == "30.0 per minute"
    assert rate_text(0.001) == "3.6 per hour"


def test_progress_is_that_of_the_points_where_these_are_fewer() -> None:
    digits = ParameterDraft("x", "hp.randint", {"max": 10})
    run = check(
        Draft({"run.name": "pear", "run.objective": "true ($x)", "search.max_evals": 1000}, (digits,))
    ).run
    assert run is not None
    elsewhere = Trial(1, {"x": 9}, Status.OK, loss=1.0, agent=IMPORTED)
    trials = {1: elsewhere, 2: ok(2, 3.5, 0), 3: Trial(3, {"x": 1}, Status.FAILED), 4: ok(4, 3.5, 2)}
    snapshot = Snapshot(run, Tally(trials.values()), trials, ends_at=5000)
    assert snapshot.total == 9 and snapshot.left == 6
    assert snapshot.counts == "2 of 9 done, 1 failed, 0 running"
    snapshot.rate.note(Trial(2, {}, Status.OK, start=1000, end=1010))
    assert snapshot.pace(1010).endswith("about 0:01:00 left")
    assert snapshot.pace(4990).endswith("about 0:00:10 left")


def test_one_worker_waits_in_the_singular() -> None:
    snapshot = a_snapshot(ok(1, 3.5))
    snapshot.pending = 1
    assert snapshot.counts.endswith("1 worker waiting to start")
