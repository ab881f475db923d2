"""How a run stands: "cannot know yet" is never "died", and every command says it in the same words."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from forked_commands import Omniopt
from json_records import Json
from local_runs import Local, X, ended, until

from worker.cli import main
from worker.cli.commands import follow
from worker.spec.check import check
from worker.spec.run import Draft, Run
from worker.store import replay
from worker.store.appender import Appender
from worker.store.claim import SILENT_AFTER, Standing, claim, introduction
from worker.store.follower import Follower
from worker.store.journal import open_epoch
from worker.store.journal_records import JOURNAL
from worker.store.origin import origin
from worker.store.paths import Home, RunPaths
from worker.store.records import encode
from worker.store.run_folder import create

ENDED: Json = {"kind": "ended", "exit_code": 0, "reason": "It is over.", "at": 1.0}


@pytest.fixture
def run() -> Run:
    found = check(Draft({"run.name": "pear", "run.objective": "true ($x)"}, (X,))).run
    assert found is not None
    return found


@pytest.fixture
def paths(workdir: Path, run: Run) -> RunPaths:
    """A run that was never driven."""
    return create(Home.in_workdir(workdir), run)


@pytest.fixture
def local(workdir: Path) -> Local:
    return Local(workdir)


def begin(paths: RunPaths, *records: Json) -> Appender:
    """One more driver; it is this process, and says who it is if it says anything."""
    epoch, journal = open_epoch(paths)
    if records:
        journal.append(
            encode({**JOURNAL.as_json(introduction(epoch, 1, "local", paths.root)), **records[0]}),
            *map(encode, records[1:]),
        )
    return journal


def long_ago(path: Path) -> None:
    at = time.time() - SILENT_AFTER - 10
    os.utime(path, (at, at))


def test_a_driver_that_has_not_spoken_yet_may_live(paths: RunPaths) -> None:
    begin(paths)
    assert claim(paths).standing is Standing.BEGINNING
    assert claim(paths).held
    long_ago(paths.journal(1))
    assert claim(paths).standing is Standing.DEAD


def test_a_driver_whose_first_word_is_under_way_may_live(paths: RunPaths) -> None:
    begin(paths)
    word = JOURNAL.encode(introduction(1, 1, "local", paths.root))
    paths.journal(1).write_bytes(word[: len(word) // 2])
    assert claim(paths).standing is Standing.BEGINNING
    paths.journal(1).write_bytes(word)
    assert claim(paths).standing is Standing.ALIVE


def test_a_driver_whose_journal_is_not_seen_here_yet_may_live(paths: RunPaths) -> None:
    begin(paths)
    paths.journal(1).unlink()  # known from the file beside it, as on a network file system
    assert claim(paths).standing is Standing.BEGINNING
    long_ago(paths.next_driver(0))
    assert claim(paths).standing is Standing.DEAD


def test_a_first_word_after_a_torn_one_counts(paths: RunPaths) -> None:
    begin(paths)
    word = JOURNAL.encode(introduction(1, 1, "local", paths.root))
    paths.journal(1).write_bytes(word[:20] + b"\n" + word)  # the disk was full at first
    assert claim(paths).standing is Standing.ALIVE
    assert origin(paths).where == "local"


def test_a_run_that_begins_again_has_not_ended(paths: RunPaths) -> None:
    begin(paths, {}, ENDED)
    assert claim(paths).standing is Standing.OVER
    follower = Follower(paths)
    follower.update()
    assert follower.state.ended is not None
    begin(paths)
    until(lambda: follower.update() == {} and follower.state.ended is None)
    assert replay.load(paths).ended is None
    assert claim(paths).standing is Standing.BEGINNING


def test_nobody_else_drives_a_run_that_is_being_begun(paths: RunPaths, omniopt: Omniopt) -> None:
    begin(paths)
    done = omniopt("resume", "pear")
    assert done.returncode == 3
    assert re.search(r"started \d+ seconds ago and has not yet reported where it runs", done.stderr), (
        done.stderr
    )


@pytest.mark.parametrize("earlier", [False, True], ids=["first", "later"])
def test_follow_says_of_a_driver_that_begins_that_it_begins(paths: RunPaths, earlier: bool) -> None:
    if earlier:
        begin(paths, {"pid_start": "another-time"})
    begin(paths)
    drivers = follow._Drivers(paths)
    assert drivers.notice() == "The driver has started and is reading the earlier records."
    assert not drivers.gone


def test_follow_waits_for_the_driver_that_was_asked_for(paths: RunPaths, local: Local) -> None:
    begin(paths, {}, ENDED)
    assert ended(local.spawn("follow", "pear"))[0] == 0
    drivers = follow._Drivers(paths, after=1)
    assert drivers.notice() == "The next driver has not started yet."
    assert not drivers.gone


_FOLLOW = """
import sys
from pathlib import Path
from worker.cli.commands.follow import follow
from worker.store.run_config import read_run
from worker.store.paths import RunPaths
paths = RunPaths(Path(sys.argv[1]))
sys.exit(follow(paths, read_run(paths), after=1))
"""


def test_what_ended_before_the_driver_that_was_asked_for_is_no_news(paths: RunPaths) -> None:
    begin(paths, {}, ENDED)
    follower = subprocess.Popen(
        [sys.executable, "-c", _FOLLOW, paths.root],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert follower.stdout is not None
    assert "The next driver has not started yet." in follower.stdout.readline()
    begin(paths, {}, {**ENDED, "exit_code": 1, "reason": "That is the end."})
    output, _ = follower.communicate(timeout=60)
    assert follower.returncode == 1
    assert "That is the end." in output
    assert "It is over." not in output


STANDINGS: dict[str, Callable[[RunPaths], object]] = {
    "not begun": lambda paths: None,
    "starting": begin,
    "running": lambda paths: begin(paths, {}),
    "running ": lambda paths: begin(paths, {"host": "elsewhere"}),
    "between two drivers": lambda paths: begin(paths, {}, {"kind": "leaving", "at": 1.0}),
    "interrupted": lambda paths: begin(paths, {"pid_start": "another-time"}),
    "ended": lambda paths: begin(paths, {}, ENDED),
    "stopped": lambda paths: begin(paths, {}, {**ENDED, "exit_code": 4}),
}


@pytest.mark.parametrize("word", STANDINGS)
def test_every_command_names_the_state_in_the_same_words(
    paths: RunPaths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    monkeypatch.chdir(paths.home.root.parent)

    def said(*words: str) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
        assert main(words) == 0
        return capsys.readouterr().out

    STANDINGS[word](paths)
    word = word.strip()
    assert f"pear  {word}: " in said("status")
    assert said("status", "pear").startswith(f"pear: {word}.")
    assert json.loads(said("status", "pear", "--json"))["state"] == word
    assert re.match(rf"Run pear \({word}[:)]", said("summary", "pear"))
    assert f"1  pear  {word}: " in said("evaluate")
    assert f"\npear: {word}\n" in said("evaluate", "pear")
    said("report", "pear", "--no-importance")
    assert re.search(rf'<h1>pear <span class="state[ a-z]*">{word}</span>', paths.report.read_text())
