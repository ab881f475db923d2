"""The commands for events: each is started once, also where several drivers follow one another, and nothing waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from documents import FENCE, PAGES
from idle_launcher import IdleLauncher
from other_launcher import OtherLauncher
from report_runs import a_run, a_trial

from worker.driver.hooks import Hooks
from worker.driver.plan import Plan
from worker.progress.tally import Over, Tally
from worker.spec.formats import toml
from worker.store.journal_records import JOURNAL, Hook, Record
from worker.store.paths import RunPaths
from worker.store.replay import Replayed
from worker.trial import IMPORTED, Status, Trial

EVENTS = ("ended", "interrupted", "first_result", "new_best", "waiting")
ECHO = 'echo "$OMNIOPT_EVENT $OMNIOPT_TRIAL $OMNIOPT_BEST $OMNIOPT_REASON" >> said'


class Bench:
    """A run whose commands write down what they were started for, and its drivers."""

    def __init__(self, folder: Path, **commands: str) -> None:
        self.folder = folder
        given = commands or dict.fromkeys(EVENTS, ECHO)
        fields = {f"on__{event}": command for event, command in given.items()}
        scheduler = OtherLauncher(lambda *_: IdleLauncher())
        self.plan = Plan(a_run(**fields), RunPaths(folder), scheduler, folder, 1)
        self.state, self.tally, self.events = Replayed(), Tally(), list[str]()
        self.at = 1_000_000.0
        self.hooks = self.driver()

    def write(self, records: Sequence[Record]) -> None:
        for record in records:
            assert isinstance(record, Hook)
            again = JOURNAL.decode(JOURNAL.encode(record), record.epoch)
            assert again == record
            self.state.hooks[record.event] = record

    def driver(self) -> Hooks:
        """The next driver, who knows what the journal says."""
        return Hooks(self.plan, 1, self.state, self.tally, self.write, self.events.append, self.at)

    def trial(self, number: int, loss: float | None, status: Status = Status.OK, **more: object) -> None:
        trial = a_trial(number, {"lr": 0.1, "kind": "a"}, loss, status, None, **{"end": self.at, **more})
        self.state.trials[number] = trial
        self.tally.note(trial)

    def results(self, *losses: float) -> None:
        """The first trials end with these, some seconds after one another."""
        for number, loss in enumerate(losses, 1):
            self.trial(number, loss)
            self.look(5)

    def look(self, seconds: float = 0.0, working: bool = True) -> None:
        """Look, some time later, and wait for the commands that were started."""
        self.at += seconds
        self.hooks.look(self.at, working)
        self.wait()
        self.hooks.look(self.at, working)

    def wait(self) -> None:
        until = time.monotonic() + 60
        while any(process.poll() is None for process in self.hooks._running.values()):
            assert time.monotonic() < until
            time.sleep(0.01)

    @property
    def said(self) -> list[str]:
        path = self.folder / "said"
        return [line.strip() for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield Bench(tmp_path)


def test_the_first_result_is_told_once(bench: Bench) -> None:
    bench.trial(1, None, Status.FAILED)
    bench.look()
    assert bench.said == []
    bench.trial(2, 0.5)
    bench.look()
    bench.look()
    assert bench.said == ["first-result 2 0.5"]
    bench.hooks = bench.driver()
    bench.look(1000)
    assert bench.said == ["first-result 2 0.5"]


def test_the_last_best_is_told_when_the_run_ends_however_soon_that_is(bench: Bench) -> None:
    bench.results(0.5, 0.4, 0.3)
    bench.hooks.closing(Over.LEFT, bench.at)
    bench.wait()
    assert bench.said[1:] == ["new-best 2 0.4"], "the next driver goes on"
    bench.hooks.closing(Over.BUDGET, bench.at)
    bench.wait()
    assert bench.said[1:] == ["new-best 2 0.4", "new-best 3 0.3"]


def test_a_new_best_is_told_at_most_every_minute_and_the_newest_wins(bench: Bench) -> None:
    bench.results(0.5, 0.4, 0.3, 0.2)
    assert bench.said[1:] == ["new-best 2 0.4"]
    bench.look(45)
    bench.look(1000)
    assert bench.said[1:] == ["new-best 2 0.4", "new-best 4 0.2"]
    bench.trial(5, 0.25)
    bench.look(1000)
    assert len(bench.said) == 3


def test_the_next_driver_tells_of_a_best_that_nobody_has_told_and_of_no_other(bench: Bench) -> None:
    bench.results(0.5, 0.4, 0.3)
    bench.hooks = bench.driver()
    bench.look(5)
    assert bench.said[1:] == ["new-best 2 0.4"]
    bench.look(60)
    assert bench.said[1:] == ["new-best 2 0.4", "new-best 3 0.3"]
    bench.hooks = bench.driver()
    bench.look(1000)
    assert len(bench.said) == 3


def test_what_was_imported_is_no_result_of_the_run(bench: Bench) -> None:
    bench.trial(1, 0.1, agent=IMPORTED)
    bench.look()
    assert bench.said == []


def test_waiting_is_told_once_each_time(bench: Bench) -> None:
    bench.look(7199)
    assert bench.said == []
    bench.look(1)
    bench.look(9000)
    assert bench.said == ["waiting   No evaluation has run for 2:00:00."]
    bench.hooks = bench.driver()
    bench.look(9000)
    assert len(bench.said) == 1, "the next driver has told of the same again"
    bench.trial(1, None, Status.RUNNING, end=None)
    bench.look(9000)
    bench.trial(1, None, Status.FAILED)
    bench.look(1)
    bench.look(7200, working=False)
    assert len(bench.said) == 1
    bench.look(1)
    assert len(bench.said) == 2


@pytest.mark.parametrize(
    ("over", "event"),
    [
        (Over.BUDGET, "ended"), (Over.HOURS, "ended"), (Over.STOPPED, "interrupted"),
        (Over.CANCELLED, "interrupted"), (Over.NO_AGENTS, "interrupted"), (Over.LEFT, ""), (Over.MOVED, ""),
        (Over.SUPERSEDED, ""),
    ],
)  # fmt: skip
def test_an_end_is_told_once_whatever_it_is(bench: Bench, over: Over, event: str) -> None:
    bench.trial(1, 0.5)
    bench.look()
    records = bench.hooks.closing(over, bench.at)
    assert [record.event for record in records if isinstance(record, Hook)] == ([event] if event else [])
    bench.hooks.close(over, "It is over.", lambda line: None)
    assert bench.said[1:] == ([f"{event} 1 0.5 It is over."] if event else [])


def test_a_run_that_is_stopped_has_its_end_told_where_nothing_else_is(tmp_path: Path) -> None:
    bench = Bench(tmp_path, ended=ECHO)
    bench.hooks.close(Over.STOPPED, "It was stopped.", lambda line: None)
    assert bench.said == ["ended   It was stopped."]


def test_a_command_that_fails_is_told_once_and_its_output_is_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path, new_best="echo oh no; exit 3")
    for number, loss in enumerate((0.5, 0.4, 0.3), 1):
        bench.trial(number, loss)
        bench.look(100)
    failures = [event for event in bench.events if "exit code 3" in event]
    assert len(failures) == 1
    assert str(bench.plan.paths.hooks_log) in failures[0]
    log = bench.plan.paths.hooks_log.read_text()
    assert log.count("new-best: echo oh no; exit 3\noh no\n") == 2


def test_a_command_that_hangs_holds_nothing_up(tmp_path: Path) -> None:
    bench = Bench(tmp_path, new_best="sleep 60", first_result=ECHO)
    bench.trial(1, 0.5)
    bench.look()
    bench.trial(2, 0.4)
    bench.hooks.look(bench.at, True)
    [process] = bench.hooks._running.values()
    bench.trial(3, 0.3)
    bench.hooks.look(bench.at + 1000, True)  # it is still busy with the last one
    assert list(bench.hooks._running.values()) == [process]
    process.kill()
    process.wait()


def test_a_command_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "gone", first_result=ECHO)
    bench.trial(1, 0.5)
    bench.look()
    assert bench.events == ["the command for first-result could not be started (No such file or directory)"]


def test_a_trial_that_was_taken_back_is_no_best_that_is_known(bench: Bench) -> None:
    bench.trial(1, 0.5)
    bench.look()
    bench.trial(2, 0.1)
    bench.look(100)
    bench.state.trials[2] = Trial(2, {"lr": 0.1, "kind": "a"})
    bench.tally.note(bench.state.trials[2])
    bench.hooks = bench.driver()
    bench.trial(3, 0.4)
    bench.look(100)
    assert bench.said == ["first-result 1 0.5", "new-best 2 0.1", "new-best 3 0.4"]


EXAMPLES = [
    (page.stem, block)
    for page in PAGES
    for language, _, block in FENCE.findall(page.read_text(encoding="utf-8"))
    if language == "toml" and "[on]" in block
]


def test_several_pages_have_examples() -> None:
    assert {name for name, _ in EXAMPLES} >= {"configuration", "results"}


@pytest.mark.parametrize("block", [block for _, block in EXAMPLES], ids=[name for name, _ in EXAMPLES])
def test_the_examples_of_the_documentation_do_what_they_say(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mails and notices are those of programs that write down what they are given."""
    programs, home = tmp_path / "programs", tmp_path / "home"
    programs.mkdir()
    home.mkdir()
    for name in ("mail", "notify-send"):
        (programs / name).write_text(
            f"""#!/bin/sh\nprintf '%s|' {name} "$@" >>"$HOME/told"\n[ {name} = mail ] && cat >>"$HOME/told"\necho >>"$HOME/told"\n"""
        )
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(home))
    values = toml.read(block).draft.values
    commands = {
        path.partition(".")[2]: str(value) for path, value in values.items() if path.startswith("on.")
    }
    bench = Bench(tmp_path / "a run", **commands)
    bench.folder.mkdir()
    bench.plan.paths.events.write_text("a line of events.log\n")  # which every run has, unlike driver.log
    bench.at += 1e6
    bench.hooks.look(bench.at, True)
    bench.results(0.5, 0.4)
    bench.hooks.close(Over.BUDGET, "All evaluations are done.", bench.events.append)
    assert [event for event in bench.events if "exit code" in event] == []
    told = (home / "told").read_text() if (home / "told").exists() else ""
    assert ("mail|-s|" in told) == ("mail -s" in block)
    assert ("notify-send|OmniOpt|new best: 0.4|" in told) == ("notify-send" in block)
    if "events.log" in block:
        assert "mail|-s|All evaluations are done.|me@example.org|a line of events.log" in told
    if "best.txt" in block:
        assert (home / "best.txt").read_text() == "0.4\n"
