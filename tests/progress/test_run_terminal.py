"""A run and its terminal: closed while the run goes on, Ctrl-C at once, and what the last picture shows."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from forked_commands import Omniopt

from worker.driver.driver import Driver
from worker.driver.plan import Plan
from worker.driver.stop_signals import Signals
from worker.launch.this_machine import ThisMachine
from worker.progress.snapshot import Rate, Snapshot
from worker.progress.tally import Over, Tally
from worker.progress.terminal import Lines
from worker.spec.check import check_read
from worker.spec.formats import toml
from worker.spec.run import Run
from worker.store.paths import Home
from worker.store.run_folder import create
from worker.trial import Status, Trial

PATIENCE = 60.0  # seconds

CONFIG = """
[run]
name = "seen"
objective = "echo begun >> log; while [ ! -e go ]; do sleep 0.05; done; echo RESULT: ($x)"
workers = 2
[search]
algorithm = "hyperopt.rand.suggest"
max_evals = 4
[parameters.x]
type = "hp.uniform"
min = 0
max = 1
"""


@pytest.fixture
def run() -> Run:
    checked = check_read(toml.read(CONFIG))
    assert checked.run is not None, checked.problems
    return checked.run


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen"
        time.sleep(0.02)


def test_a_run_outlives_its_terminal(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "config.toml").write_text(CONFIG)
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover
        os.chdir(workdir)
        os.environ["TERM"] = "xterm"
        words = [sys.executable, "-I", "-m", "worker", "start", "config.toml", "--local"]
        os.execv(sys.executable, words)
    wait_for((workdir / "log").exists, "an evaluation")
    while b"\x1b[" not in os.read(terminal, 65536):
        pass  # the live block is there
    os.close(terminal)
    wait_for((workdir / "omniopt/projects/seen/driver.log").exists, "the change to a log")
    assert json.loads(omniopt("status", "seen", "--json").stdout)["driver"]["alive"]
    (workdir / "go").touch()
    _, status = os.waitpid(pid, 0)
    log = (workdir / "omniopt/projects/seen/driver.log").read_text()
    assert os.waitstatus_to_exitcode(status) == 0, log
    assert "All 4 evaluations are done." in log
    assert "Best RESULT" in log


def test_ctrl_c_before_the_first_evaluation_leaves_no_workers_behind(run: Run, workdir: Path) -> None:
    paths = create(Home.in_workdir(workdir), run)
    with Signals() as signals:
        driver = Driver(Plan(run, paths, ThisMachine(), workdir, seed=1), signals)
        os.kill(os.getpid(), signal.SIGINT)
        end = driver.drive(Lines(1.0))
    assert end.over is Over.STOPPED
    assert not (workdir / "log").exists()


@pytest.mark.parametrize(
    "module", ["worker.cli", "argparse", "worker.cli.commands.start", "worker.search.searcher"]
)
def test_ctrl_c_while_the_program_is_loaded_is_answered_in_a_sentence(workdir: Path, module: str) -> None:
    (workdir / "config.toml").write_text(CONFIG)
    interrupting = f"""
import os, runpy, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

# Whoever runs the tests in the background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Finder())
sys.argv = ["omniopt", "start", "config.toml", "--local"]
runpy.run_module("worker", run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", interrupting],
        cwd=workdir,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 4
    assert done.stderr.strip() == "omniopt: Stopped by Ctrl-C."
    assert not (workdir / "log").exists()


def test_ctrl_c_after_everything_was_said_changes_nothing() -> None:
    late = """
import atexit, os, signal, sys, worker.__main__
atexit.register(os.kill, os.getpid(), signal.SIGINT)
sys.argv = ["omniopt", "status"]
sys.exit(worker.__main__.main())
"""
    done = subprocess.run([sys.executable, "-c", late], capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("words", [["status"], ["url", "config.toml"], ["start", "config.toml", "--show"]])
def test_output_that_has_no_room_is_said_in_a_sentence(workdir: Path, words: list[str]) -> None:
    (workdir / "config.toml").write_text(CONFIG)
    command = [sys.executable, "-I", "-m", "worker", *words]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command,
            cwd=workdir,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
        )
    assert done.returncode == 5
    assert done.stderr.splitlines()[-1] == (
        "omniopt: The output cannot be written: No space left on device. Free some space there, or send it "
        "elsewhere."
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_utf_8_gets_all_that_it_can_show(
    workdir: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    objective = 'objective = "echo größe… >&2; [ $OMNIOPT_TRIAL != 2 ] && echo RESULT: ($x)"'
    (workdir / "config.toml").write_text(re.sub("objective = .*", objective, CONFIG), encoding="utf-8")
    monkeypatch.setenv("PYTHONIOENCODING", encoding)

    def call(*words: str) -> str:
        command = [sys.executable, "-m", "worker", *words]
        done = subprocess.run(
            command, cwd=workdir, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.decode(encoding)

    started = call("start", "config.toml", "--local")
    assert "\\u2026" in started
    assert "Table of all evaluations" in started
    for command in ("errors", "best", "status", "follow"):
        assert call(command, "seen")


def ok(number: int, start: float, end: float) -> Trial:
    return Trial(number, {"x": 1.0}, Status.OK, loss=1.0, start=start, end=end)


def test_evaluations_that_end_together_do_not_look_fast() -> None:
    rate = Rate()
    for number in (1, 2):
        rate.note(ok(number, 1000, 1002))
    assert rate.per_second(1002) == 1.0


def test_a_pause_between_two_drivers_does_not_look_slow() -> None:
    rate = Rate()
    rate.note(ok(1, 1000, 1002))
    rate.since = 90_000
    assert rate.per_second(90_001) is None
    rate.note(ok(2, 90_000, 90_002))
    assert rate.per_second(90_002) == 0.5


def test_the_last_picture_has_no_forecast_and_no_hints(run: Run) -> None:
    from rich.console import Console

    from worker.progress.live_block import block

    rate = Rate()
    trial = ok(1, 1000, 1002)
    rate.note(trial)
    snapshot = Snapshot(run, Tally([trial]), {1: trial}, rate)
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(block(snapshot, ["Ctrl-C stops"]))
    assert "Ctrl-C stops" in console.export_text()
    console.print(block(snapshot, ["Ctrl-C stops"], last=True))
    text = console.export_text()
    assert "best RESULT 1.0" in text
    assert "Ctrl-C" not in text
    assert "left" not in text
