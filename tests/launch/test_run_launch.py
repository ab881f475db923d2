"""Agents as processes on this machine: started, found again, replaced, ended with everything that they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sysconfig
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_runs import Local, until

from worker import processes
from worker.launch.launcher import AgentState, ending
from worker.launch.local import LocalLauncher
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run
from worker.store.appender import Appender
from worker.store.journal import open_epoch
from worker.store.paths import Home
from worker.store.records import decode, encode
from worker.store.run_folder import RunExistsError, create
from worker.store.tail import Tail

Launch = Callable[[int], LocalLauncher]


@pytest.fixture
def run() -> Run:
    parameter = ParameterDraft("x", "hp.randint", {"max": 3})
    checked_run = check(Draft({"run.name": "pear", "run.objective": "echo ($x)"}, (parameter,))).run
    assert checked_run is not None
    return checked_run


@pytest.fixture
def local(workdir: Path, run: Run) -> Local:
    """A run's folder with its first epoch begun, and no driver."""
    open_epoch(create(Home.in_workdir(workdir), run))[1].close()
    return Local(workdir)


@pytest.fixture
def launch(local: Local) -> Iterator[Launch]:
    """`launch(epoch)` makes a launcher; all its agents end with the test."""
    made: list[LocalLauncher] = []

    def make(epoch: int) -> LocalLauncher:
        made.append(LocalLauncher(local.paths, epoch, local.workdir))
        return made[-1]

    yield make
    local.kill_everything()
    until(lambda: all(AgentState.RUNNING not in states(launcher).values() for launcher in made))


def states(launcher: LocalLauncher) -> dict[str, AgentState]:
    return {identity: report.state for identity, report in launcher.poll().items()}


def said(local: Local, identity: str) -> list[str]:
    return [str(record["kind"]) for record in Tail(local.paths.agent(identity).outbox, decode).read()]


def test_agents_start_and_leave(local: Local, launch: Launch) -> None:
    launcher = launch(1)
    assert launcher.start(2) == ["e1-1", "e1-2"]
    assert states(launcher) == {"e1-1": AgentState.RUNNING, "e1-2": AgentState.RUNNING}
    until(lambda: said(local, "e1-1") == ["hello"])
    with Appender(local.paths.agent("e1-1").inbox(1)) as inbox:
        inbox.append(encode({"kind": "quit"}))
    until(lambda: states(launcher) == {"e1-1": AgentState.GONE, "e1-2": AgentState.RUNNING})
    assert launcher.trouble == ""


def assign(local: Local, identity: str, command: str) -> None:
    with Appender(local.paths.agent(identity).inbox(1)) as inbox:
        inbox.append(
            encode(
                {
                    "kind": "assign",
                    "trial": 1,
                    "attempt": 1,
                    "values": {"x": 1},
                    "command": command,
                    "at": 0.0,
                }
            )
        )


def command_of(pid: str) -> bytes:
    """The command line of a process, b"" where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_stopping_an_agent_ends_everything_that_it_started(local: Local, launch: Launch) -> None:
    launcher = launch(1)
    launcher.start(1)
    # One child hides in a session of its own, and one without the run's environment.
    hidden = local.workdir / "hidden"
    command = f"setsid sleep 300 & env -i setsid sleep 300 & echo $! > '{hidden}'; trap '' TERM; sleep 300"
    assign(local, "e1-1", command)
    until(lambda: hidden.exists() and hidden.read_text())
    launcher.stop(["e1-1"])
    assert local.agents() == []
    assert local.left_behind() == []
    assert not command_of(hidden.read_text().strip())
    assert states(launcher) == {"e1-1": AgentState.GONE}


def test_what_a_killed_agent_left_is_ended_before_it_counts_as_gone(local: Local, launch: Launch) -> None:
    launcher = launch(1)
    launcher.start(1)
    assign(local, "e1-1", "touch begun; setsid sleep 300 & sleep 300")
    until(lambda: "started" in said(local, "e1-1"))
    local.kill_agents()
    until(lambda: states(launcher)["e1-1"] is AgentState.GONE)
    assert local.left_behind() == []
    assert "signal 9" in launcher.poll()["e1-1"].reason


def test_the_next_launcher_finds_the_agents(local: Local, launch: Launch) -> None:
    first = launch(1)
    first.start(2)
    until(lambda: said(local, "e1-1") == said(local, "e1-2") == ["hello"])
    first.close()
    second = launch(2)
    assert set(states(second)) == {"e1-1", "e1-2"}
    assert second.start(1) == ["e2-1"]
    pid = local.agents()[0]
    os.kill(pid, signal.SIGKILL)
    first.poll()  # it is the child of this process, which has to reap it
    until(lambda: list(states(second).values()).count(AgentState.GONE) == 1)


FORKS = """\
import os, sys, time
if os.fork() == 0:
    time.sleep(60)
print("forked", flush=True)
time.sleep(60)
"""


def test_a_program_that_an_agent_is_about_to_start_is_no_agent(
    local: Local, launch: Launch, tmp_path: Path
) -> None:
    # Between the fork and the program, it has the agent's command line; here it stays so.
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "venv")}))
    (packages / "worker").mkdir()
    (packages / "worker" / "__main__.py").write_text(FORKS)
    command = [str(python), "-I", "-m", "worker", "agent", str(local.paths.root), "--id", "e1-1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as agent:
        assert agent.stdout is not None
        assert agent.stdout.readline() == b"forked\n"
        local.paths.agent("e1-1").root.mkdir(parents=True)
        hello = {"kind": "hello", "pid": agent.pid, "pid_start": processes.birth(agent.pid)}
        Appender(local.paths.agent("e1-1").outbox).append(encode(hello))
        both = [agent.pid, *processes.descendants(agent.pid)]
        assert len(both) == 2
        try:
            assert states(launch(2)) == {"e1-1": AgentState.RUNNING}
            assert [agent.pid, *processes.descendants(agent.pid)] == both
        finally:
            processes.send(both, signal.SIGKILL)


def test_agents_that_never_get_to_work_are_given_up(local: Local, launch: Launch) -> None:
    launcher = launch(1)
    for number in (1, 2, 3):
        local.paths.agent(f"e1-{number}").outbox.mkdir(parents=True)  # nothing can be written there
    for _ in range(3):
        launcher.start(1)
        until(lambda: AgentState.RUNNING not in states(launcher).values())
    assert launcher.hopeless is not None
    assert "3 workers in a row ended before they could do anything" in launcher.trouble
    assert "IsADirectoryError" in launcher.trouble
    assert launcher.start(1) == []


def test_agents_that_are_ended_before_they_get_to_work_are_nobodys_fault(launch: Launch) -> None:
    launcher = launch(1)
    identities = launcher.start(4)
    launcher.stop(identities)
    until(lambda: AgentState.RUNNING not in states(launcher).values())
    assert (launcher.trouble, launcher.hopeless) == ("", None)
    assert {report.reason for report in launcher.poll().values()} == {"The driver ended it."}
    assert launcher.start(1) == ["e1-5"]
    launcher.stop(["e1-5"])


def test_the_folder_of_a_run_is_made_once(workdir: Path, run: Run) -> None:
    home = Home.in_workdir(workdir)
    paths = create(home, run)
    before = paths.config.read_text()
    with pytest.raises(RunExistsError):
        create(home, run)
    assert paths.config.read_text() == before
    assert [entry.name for entry in paths.root.iterdir() if entry.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("exit_code", "words"),
    [
        (137, "ended by signal 9 (SIGKILL)"),
        (-11, "ended by signal 11 (SIGSEGV)"),
        (-1, "ended by signal 1 (SIGHUP)"),
        (129, "ended by signal 1 (SIGHUP)"),
        (1, "ended with exit code 1"),
        (0, "ended with exit code 0"),
        (255, "ended with exit code 255"),
    ],
)
def test_how_a_worker_has_ended_is_said_by_the_name_of_the_signal(exit_code: int, words: str) -> None:
    assert ending(exit_code).endswith(f"{words}.")
