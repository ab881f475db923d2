"""When an agent starts a driver of the run: with a made-up driver and clock, and the files of a run."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from worker.agent.takeover import SILENT_AFTER, DriverProcess, Takeover
from worker.store.claim import Claim, Standing
from worker.store.paths import RunPaths


@dataclass
class MadeUp:
    """A driver that lives until the test ends it."""

    command: Sequence[str]
    pid: int = 7
    lives: bool = True
    told: list[str] = field(default_factory=list)

    def alive(self) -> bool:
        return self.lives

    def leave(self) -> None:
        self.told.append("leave")
        self.lives = False


class Stage:
    """One agent's takeover, how the newest driver stands, and what was started."""

    def __init__(self, folder: Path, identity: str = "j0-1-0", since: int | None = 0) -> None:
        self.standing = Claim(Standing.ALIVE)
        self.started: list[MadeUp] = []
        self.fails = False
        self.takeover = Takeover(
            RunPaths(folder), identity, since, {}, start=self._start, look=lambda paths: self.standing
        )

    def _start(
        self, command: Sequence[str], paths: RunPaths, environment: Mapping[str, str]
    ) -> DriverProcess:
        if self.fails:
            raise OSError("no memory")
        self.started.append(MadeUp(command))
        return self.started[-1]

    def starts(self, now: float, heard: float = 0.0) -> bool:
        """Whether it starts a driver at `now`, as the agent asks it to."""
        before = len(self.started)
        if self.takeover.due(heard, now):
            self.takeover.begin(now)
        return len(self.started) > before


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def followed(stage: Stage) -> int:
    """The epoch that the newest of the started drivers is to follow."""
    words = list(stage.started[-1].command)
    return int(words[words.index("--after") + 1])


def test_the_first_worker_starts_the_first_driver_at_once(stage: Stage) -> None:
    stage.takeover.turned_to(0, 100.0)
    assert stage.starts(100.0)
    assert followed(stage) == 0
    words = list(stage.started[0].command)
    assert words[words.index("--rides") + 1] == "j0-1-0"
    assert stage.takeover.helpers == (7,)
    assert not stage.starts(200.0)


def test_those_that_begin_with_it_leave_it_the_time_for_that(tmp_path: Path) -> None:
    second = Stage(tmp_path, "j0-1-1")
    second.takeover.turned_to(0, 100.0)
    assert not second.starts(100.1)
    second.takeover.turned_to(1, 100.2)
    assert not second.starts(101.0, heard=100.2)


def test_a_worker_that_does_not_ride_starts_nothing(tmp_path: Path) -> None:
    stage = Stage(tmp_path, since=None)
    stage.takeover.turned_to(0, 100.0)
    assert not stage.starts(1000.0)
    assert not stage.takeover.rides
    stage.takeover.wait(lambda: True)


@pytest.mark.parametrize("line", [0, 3])
def test_the_next_in_line_follows_a_driver_that_is_silent(stage: Stage, line: int) -> None:
    stage.takeover.turned_to(4, 100.0)
    stage.standing = Claim(Standing.SILENT, 4)
    stage.takeover.pinged(line)
    turn = 1.5 * line
    assert not stage.starts(100.0 + SILENT_AFTER + turn - 0.1, heard=100.0)
    assert stage.starts(100.0 + SILENT_AFTER + turn + 0.1, heard=100.0)
    assert followed(stage) == 4


def test_another_worker_follows_only_when_the_driver_gives_no_sign_at_all(stage: Stage) -> None:
    stage.takeover.turned_to(4, 100.0)
    stage.takeover.pinged(None)
    stage.standing = Claim(Standing.SILENT, 4)
    assert not stage.starts(170.0, heard=100.0)
    stage.standing = Claim(Standing.DEAD, 4)
    assert not stage.starts(171.0, heard=100.0)  # it looks at that now and then only
    assert stage.starts(205.0, heard=100.0)


def test_a_place_in_the_line_is_that_of_one_driver(stage: Stage) -> None:
    stage.takeover.turned_to(4, 100.0)
    stage.takeover.pinged(0)
    stage.takeover.turned_to(5, 101.0)
    stage.standing = Claim(Standing.SILENT, 5)
    assert not stage.starts(120.0, heard=101.0)


@pytest.mark.parametrize("line", [0, 2])
def test_a_driver_that_leaves_is_followed_at_once_by_those_that_it_names(stage: Stage, line: int) -> None:
    stage.takeover.turned_to(1, 100.0)
    stage.takeover.lead(line, 110.0)
    assert stage.starts(109.9 + 1.5 * line, heard=110.0) is False
    assert stage.starts(110.1 + 1.5 * line, heard=110.0)


def test_one_that_was_named_does_nothing_where_another_one_was_faster(stage: Stage) -> None:
    stage.takeover.turned_to(1, 100.0)
    stage.takeover.lead(1, 110.0)
    stage.takeover.turned_to(2, 110.5)
    assert not stage.starts(112.0, heard=110.5)


@pytest.mark.parametrize(
    ("standing", "since", "begins", "over"),
    [
        (Standing.LEFT, 0, True, False),
        (Standing.DEAD, 0, True, False),
        (Standing.OVER, 3, True, False),  # a person wants it to go on
        (Standing.OVER, 2, False, True),
        (Standing.ALIVE, 0, False, False),
        (Standing.SILENT, 0, False, False),
    ],
)
def test_a_worker_that_begins_looks_how_the_run_stands(
    tmp_path: Path, standing: Standing, since: int, begins: bool, over: bool
) -> None:
    stage = Stage(tmp_path, since=since)
    stage.standing = Claim(standing, 3)
    stage.takeover.turned_to(3, 100.0)
    assert (stage.starts(100.0, heard=100.0), stage.takeover.over) == (begins, over)


def test_its_driver_that_dies_is_followed_at_once(stage: Stage) -> None:
    stage.takeover.turned_to(0, 100.0)
    assert stage.starts(100.0)
    stage.takeover.turned_to(1, 101.0)
    stage.takeover.pinged(None)
    stage.started[0].lives = False
    stage.standing = Claim(Standing.DEAD, 1)
    assert stage.starts(110.0, heard=109.0)
    assert followed(stage) == 1


def test_its_driver_that_has_handed_over_is_followed_by_others_first(stage: Stage) -> None:
    stage.takeover.turned_to(0, 100.0)
    assert stage.starts(100.0)
    stage.takeover.turned_to(1, 101.0)
    stage.started[0].lives = False
    stage.standing = Claim(Standing.LEFT, 1)
    assert not stage.starts(110.0, heard=110.0)
    assert not stage.starts(114.0, heard=110.0)
    assert stage.starts(116.0, heard=110.0)


def test_its_driver_that_has_ended_the_run_is_followed_by_nobody(stage: Stage) -> None:
    stage.takeover.turned_to(0, 100.0)
    assert stage.starts(100.0)
    stage.takeover.turned_to(1, 101.0)
    stage.started[0].lives = False
    stage.standing = Claim(Standing.OVER, 1)
    assert not stage.starts(110.0, heard=110.0)
    assert stage.takeover.over


def test_a_driver_that_cannot_begin_is_tried_less_and_less_often(stage: Stage) -> None:
    stage.takeover.turned_to(0, 0.0)
    stage.standing = Claim(Standing.NEVER)
    tries = []
    for now in range(1, 60):
        if stage.starts(float(now)):
            tries.append(now)
            stage.started[-1].lives = False
    assert tries == [1, 3, 7, 15, 31]


def test_a_process_that_cannot_be_started_is_tried_again(stage: Stage) -> None:
    stage.takeover.turned_to(0, 100.0)
    stage.fails = True
    assert not stage.starts(100.0)
    stage.fails = False
    assert not stage.starts(101.0)
    assert stage.starts(103.0)


def test_its_driver_goes_with_it_and_is_told_so_once(stage: Stage) -> None:
    stage.takeover.turned_to(0, 100.0)
    assert stage.starts(100.0)
    stage.takeover.leave()
    stage.takeover.leave()
    assert stage.started[0].told == ["leave"]
    stage.takeover.wait(lambda: False)


def test_a_worker_stays_with_its_driver_until_its_job_must_end(stage: Stage) -> None:
    stage.takeover.turned_to(0, 100.0)
    assert stage.starts(100.0)
    asked: list[signal.Signals] = []

    def told_to_end() -> bool:
        asked.append(signal.SIGTERM)
        return len(asked) > 2

    stage.takeover.wait(told_to_end)
    assert (len(asked), stage.started[0].told) == (3, ["leave"])
