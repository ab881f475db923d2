"""Programs that go on from where they were ended: they are warned in time, and their seconds add up."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from agent_desk import Desk, wait_for

_END = 15.0  # seconds before the end of its job at which an agent ends what it runs


def ends_in(seconds: float) -> tuple[str, float]:
    return "--ends-at", time.time() + seconds


def test_at_the_end_of_its_time_it_is_handed_back_with_the_seconds_that_it_took(desk: Desk) -> None:
    long = desk.assign("echo begun > $OMNIOPT_TRIAL_DIR/state; sleep 1000; true", continues=True, spent=70)
    desk.hire(*ends_in(_END + 2))
    refused = desk.hear("refused", trial=long)
    assert (refused["willed"], refused["reason"]) == (True, "Its walltime is up.")
    assert 71 < refused["spent"] < 80
    assert (desk.paths.trial_dir(long) / "state").read_text() == "begun\n"


def test_the_next_attempt_finds_what_the_last_one_has_left(desk: Desk) -> None:
    desk.hire()
    command = (
        "echo $OMNIOPT_ATTEMPT >> $OMNIOPT_TRIAL_DIR/state; echo RESULT: $(wc -l < $OMNIOPT_TRIAL_DIR/state)"
    )
    first = desk.evaluate(command, continues=True)
    assert (first["status"], first["loss"]) == ("ok", 1)
    key = {"trial": first["trial"], "attempt": 2}
    desk.assign(command, continues=True, spent=100, **key)
    second = desk.hear("finished", **key)
    assert (second["status"], second["loss"]) == ("ok", 2)
    assert (desk.paths.trial_dir(first["trial"]) / "state").read_text().split() == ["1", "2"]
    assert 100 < second["seconds"] < 110
    assert 100 <= second["curve"][0][0] < 110


def test_its_folder_is_there_whether_the_command_names_it_or_not(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "program").write_text('cd "$OMNIOPT_TRIAL_DIR" && touch state && echo RESULT: 1')
    desk.hire()
    assert desk.evaluate(f"bash {tmp_path}/program", continues=True)["status"] == "ok"
    assert desk.evaluate(f"bash {tmp_path}/program")["status"] == "failed"


def test_the_time_limit_is_that_of_all_attempts_together(desk: Desk) -> None:
    desk.hire()
    ended = desk.evaluate("sleep 1000; true", continues=True, spent=99.5, time_limit=100)
    assert (ended["status"], ended["seconds"] < 110) == ("timeout", True)


_WAITS = "while [ ! -e {0}/warned ]; do sleep 0.02; done"


@pytest.mark.parametrize(
    ("after", "finished"),
    [
        ("exit 3", False),
        ("echo RESULT: 4; exit 3", False),
        ("exit 0", False),
        ("echo RESULT: 4; exit 0", True),
    ],
)
def test_a_program_that_ends_after_the_warning_is_continued_unless_it_has_succeeded(
    desk: Desk, tmp_path: Path, after: str, finished: bool
) -> None:
    trial = desk.assign(
        f"trap 'echo > {tmp_path}/warned' USR2; {_WAITS.format(tmp_path)}; {after}",
        continues=True, warning=300, warning_signal="USR2", accept_exit_code=True,
    )  # fmt: skip
    desk.hire(*ends_in(301))
    if finished:
        assert desk.hear("finished", trial=trial)["loss"] == 4
        return
    refused = desk.hear("refused", trial=trial)
    assert refused["willed"]
    assert "after the warning" in refused["reason"]
    assert desk.evaluate("echo RESULT: 1")["loss"] == 1, "the agent goes on"


def test_only_processes_that_handle_the_warning_get_it(desk: Desk, tmp_path: Path) -> None:
    # The shell and sleep would die of it.
    inner = f"trap 'echo > {tmp_path}/warned' USR1; echo > {tmp_path}/runs; {_WAITS.format(tmp_path)}; echo RESULT: 5"
    (tmp_path / "inner").write_text(inner)
    trial = desk.assign(
        f"sleep 1000 & bash {tmp_path}/inner; code=$?; kill -0 $! && kill $!; exit $code",
        continues=True, warning=300, warning_signal="USR1",
    )  # fmt: skip
    desk.hire(*ends_in(302))
    wait_for(tmp_path / "runs")
    ended = desk.hear("finished", trial=trial)
    assert (ended["status"], ended["loss"], ended["reason"]) == ("ok", 5, "")


def test_nobody_is_warned_before_it_is_time(desk: Desk, tmp_path: Path) -> None:
    trial = desk.assign(
        f"trap 'echo RESULT: 1; exit' USR1; echo > {tmp_path}/runs; sleep 2.5; echo RESULT: 2",
        continues=True, warning=300, warning_signal="USR1",
    )  # fmt: skip
    desk.hire(*ends_in(1000))
    assert desk.hear("finished", trial=trial)["loss"] == 2


def test_what_does_not_continue_times_out_where_it_took_all_of_a_worker(desk: Desk) -> None:
    trial = desk.assign("sleep 1000; true")
    desk.hire(*ends_in(_END + 5))
    assert desk.hear("finished", trial=trial)["status"] == "timeout"
