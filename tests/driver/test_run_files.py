"""The files of a driver: its journal on a full disk, its mailboxes, its claim on the run."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from idle_launcher import IdleLauncher
from json_records import LOSSES, Json, plain_assign

from worker import processes
from worker.driver.agents import Agents
from worker.driver.assignments import Assignments
from worker.driver.mailboxes import Mailboxes
from worker.driver.recorder import Recorder
from worker.driver.restore import restore
from worker.launch.launcher import AgentReport, AgentState
from worker.progress.events import Events
from worker.progress.tally import Tally
from worker.store.appender import Appender
from worker.store.claim import SILENT_AFTER, Standing, claim, give_sign
from worker.store.inbox_messages import Ping, Quit
from worker.store.journal_records import Finished, Proposed
from worker.store.origin import origin
from worker.store.outbox_messages import Bye, Hello
from worker.store.paths import RunPaths
from worker.store.records import decode, encode
from worker.store.replay import Replayer
from worker.store.requests import CancelAll, Requests, WantWorkers, ask
from worker.store.tail import Tail, read_records
from worker.trial import Outcome, Status, Trial


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    one = RunPaths(tmp_path / "pear")
    one.journals.mkdir(parents=True)
    return one


def driver(paths: RunPaths, epoch: int = 1, **more: object) -> Appender:
    """A journal with the record of a driver that is this process."""
    journal = Appender(paths.journal(epoch))
    pid = os.getpid()
    record = {
        "kind": "driver",
        "epoch": epoch,
        "host": socket.gethostname(),
        "pid": pid,
        "pid_start": processes.birth(pid),
    }
    journal.append(encode({**record, "at": time.time(), "seed": 42, "where": "local", "cwd": "/w", **more}))
    return journal


def proposed(number: int) -> Json:
    return {"kind": "proposed", "trial": number, "values": {"x": number}, "at": 1.0}


def finished(number: int, status: str = "ok") -> Json:
    return {
        "kind": "finished",
        "trial": number,
        "attempt": 1,
        "agent": "a",
        "status": status,
        "loss": 1.0,
        "at": 2.0,
    }


FINISHED = Finished(
    epoch=1, trial=1, attempt=1, agent="a", status=Status.OK, outcome=Outcome(loss=1.0), at=2.0
)


def test_what_is_not_on_disk_does_not_count_yet(paths: RunPaths) -> None:
    journal = paths.journal(1)
    journal.symlink_to("/dev/full")
    recorder = Recorder(Appender(journal), Replayer(), Tally())
    assert recorder.commit([Proposed(epoch=1, trial=1, values={"x": 1}, at=1.0)], now=0.0) == []
    assert recorder.stalled
    assert "the disk or the quota is full" in recorder.trouble
    assert not recorder.state.trials
    journal.unlink()  # as if room had been made
    assert recorder.commit([FINISHED], now=1.0) == [], "a full disk is not asked again and again"
    changed = recorder.commit([], now=60.0)
    assert [trial.status for trial in changed] == [Status.OK]
    assert not recorder.stalled
    assert recorder.trouble == ""
    assert recorder.tally.ok == 1
    assert [record["kind"] for record in read_records(journal, decode) if record] == ["proposed", "finished"]
    recorder.close()


def test_messages_wait_for_room_on_the_disk(paths: RunPaths) -> None:
    inbox = paths.agent("a").inbox(1)
    inbox.parent.mkdir(parents=True)
    inbox.symlink_to("/dev/full")
    mail = Mailboxes(paths, 1, slowest=1.0, sync=False)
    mail.open("a", now=0.0)
    mail.send([("a", Quit(epoch=1))], now=0.0)
    assert "the disk or the quota is full" in mail.trouble
    inbox.unlink()
    mail.send([], now=60.0)
    assert mail.trouble == ""
    assert Tail(inbox, decode).read() == [{"kind": "quit", "again": False}]
    mail.close()


def test_outboxes_are_looked_into_less_often_the_longer_they_are_silent(paths: RunPaths) -> None:
    outbox = paths.agent("a").outbox
    outbox.parent.mkdir(parents=True)
    said = Appender(outbox)
    said.append(encode({"kind": "hello"}))
    mail = Mailboxes(paths, 1, slowest=0.5, sync=False)
    mail.open("a", now=0.0)
    assert [type(message) for _, message in mail.poll(0.0)] == [Hello]
    assert mail.due(0.0) <= 0.001
    assert list(mail.poll(100.0)) == []
    assert mail.due(100.0) == pytest.approx(0.5)
    said.append(encode({"kind": "bye"}))
    assert list(mail.poll(100.1)) == []
    assert [type(message) for message in mail.last_words("a") or ()] == [Bye]
    mail.send([("a", Quit(epoch=1))], now=101.0)
    mail.close()
    said.close()


def test_many_inboxes_need_few_open_files(paths: RunPaths) -> None:
    mail = Mailboxes(paths, 1, slowest=1.0, sync=False)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(300):
        mail.open(f"a{number}", now=0.0)
    for _ in range(2):
        mail.send([(f"a{number}", Ping(epoch=1)) for number in range(300)], now=0.0)
    assert len(list(Path("/proc/self/fd").iterdir())) - before <= 200
    assert len(Tail(paths.agent("a7").inbox(1), decode).read()) == 2
    mail.close()


MANY = """
import sys
from pathlib import Path
from worker.driver.mailboxes import Mailboxes
from worker.store.appender import Appender
from worker.store.paths import RunPaths
from worker.store.records import encode

paths = RunPaths(Path(sys.argv[1]))
mail = Mailboxes(paths, 1, slowest=1.0, sync=False)
for number in range(400):
    paths.agent(f"a{number}").root.mkdir(parents=True)
    with Appender(paths.agent(f"a{number}").outbox) as outbox:
        outbox.append(encode({"kind": "hello"}), sync=False)
    mail.open(f"a{number}", now=0.0)
print(len(list(mail.poll(1.0))))
"""


def test_agents_are_heard_where_the_system_allows_few_open_files(paths: RunPaths) -> None:
    command = [
        "bash",
        "-c",
        'ulimit -n 350 && exec "$@"',
        "bash",
        sys.executable,
        "-c",
        MANY,
        str(paths.root),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "400\n", done.stderr


def test_events_wait_for_room_on_the_disk(paths: RunPaths) -> None:
    events = Events(paths)
    events.add("before")
    events.flush()
    kept = paths.events.rename(paths.root / "kept")
    events.close()
    paths.events.symlink_to("/dev/full")
    events.add("while it is full")
    events.flush()
    paths.events.unlink()
    kept.rename(paths.events)
    events.add("after")
    events.close()
    lines = paths.events.read_text().splitlines()
    assert [line.partition("  ")[2] for line in lines] == ["before", "while it is full", "after"]


class Gone(IdleLauncher):
    """A launcher whose only agent has ended."""

    def __init__(self) -> None:
        self.asked = 0

    def start(self, count: int) -> Sequence[str]:
        self.asked += count
        return []

    def poll(self) -> Mapping[str, AgentReport]:
        return {"a": AgentReport("a", AgentState.GONE, reason="It was cancelled.")}


def test_nothing_is_given_out_again_before_the_last_words_about_it_are_read(paths: RunPaths) -> None:
    assignments, mail = Assignments(1, plain_assign, LOSSES), Mailboxes(paths, 1, slowest=1.0, sync=False)
    agents = Agents(paths, Gone(), assignments, mail)
    running = Trial(1, {"x": 1.0}, Status.RUNNING, attempt=1, agent="a")
    assignments.restore([running], {})
    mail.open("a", now=0.0)
    outbox, away = paths.agent("a").outbox, paths.root / "away"
    outbox.parent.mkdir(parents=True)
    Appender(away).append(encode({**finished(1), "values": {"x": 1.0}}))
    outbox.mkdir()  # as if the file server had a bad moment: it is there, and cannot be read
    for now in (1.0, 2.0):
        agents.look(now, now, lambda who, record: assignments.hear(who, record, 2.0))
        assert assignments.waiting == []
        assert "The last messages of worker a, which has ended, cannot be read" in agents.trouble
        assert str(outbox) in agents.trouble
    outbox.rmdir()
    away.rename(outbox)
    agents.look(3.0, 3.0, lambda who, record: assignments.hear(who, record, 3.0))
    assert agents.trouble == ""
    assert (assignments.done, assignments.waiting, assignments.open) == (1, [], {})


def test_a_driver_whose_place_is_taken_asks_for_no_workers(paths: RunPaths) -> None:
    taken = [False]
    launcher, mail = Gone(), Mailboxes(paths, 1, slowest=1.0, sync=False)
    agents = Agents(paths, launcher, Assignments(1, plain_assign, LOSSES), mail, lambda: taken[0])
    agents.fill(2, now=1.0, at=1.0)
    assert launcher.asked == 2
    taken[0] = True
    agents.fill(2, now=2.0, at=2.0)
    assert launcher.asked == 2


def test_who_is_ended_by_force_is_not_waited_for(paths: RunPaths) -> None:
    assignments, mail = Assignments(1, plain_assign, LOSSES), Mailboxes(paths, 1, slowest=1.0, sync=False)
    agents = Agents(paths, Gone(), assignments, mail)
    assignments.add("a")
    mail.open("a", now=0.0)
    paths.agent("a").outbox.mkdir(parents=True)
    agents.kill(1.0, lambda *_: None)
    assert not assignments.members


def test_requests_from_before_are_not_read(paths: RunPaths) -> None:
    ask(paths, CancelAll(at=1.0))
    requests = Requests(paths)
    ask(paths, WantWorkers(value="+2", at=2.0))
    found = requests.read(time.monotonic() + 1)
    assert found == [WantWorkers(value="+2", at=2.0)]
    requests.close()


def test_a_claim(paths: RunPaths) -> None:
    assert claim(paths).standing is Standing.NEVER
    journal = driver(paths)
    assert claim(paths).standing is Standing.ALIVE
    assert claim(paths).held
    journal.append(encode({"kind": "leaving", "at": 1.0}))
    assert claim(paths).standing is Standing.LEFT
    driver(paths, epoch=2).append(encode({"kind": "ended", "reason": "", "exit_code": 0, "at": 1.0}))
    assert claim(paths).standing is Standing.OVER
    assert not claim(paths).held


def test_a_claim_of_a_process_that_has_gone(paths: RunPaths) -> None:
    gone = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    born = processes.birth(gone.pid)
    gone.communicate()
    driver(paths, pid=gone.pid, pid_start=born)
    assert claim(paths).standing is Standing.DEAD


def test_a_number_that_another_process_has_now_is_no_claim(paths: RunPaths) -> None:
    driver(paths, pid_start="another-time")
    assert claim(paths).standing is Standing.DEAD


def test_a_claim_from_another_machine_holds_while_it_gives_signs_of_life(paths: RunPaths) -> None:
    driver(paths, host="elsewhere")
    assert claim(paths).standing is Standing.SILENT
    long_ago = time.time() - SILENT_AFTER - 10
    os.utime(paths.journal(1), (long_ago, long_ago))
    assert claim(paths).standing is Standing.DEAD
    give_sign(paths, 1)
    assert claim(paths).standing is Standing.SILENT


def test_a_torn_end_of_the_journal_is_no_word(paths: RunPaths) -> None:
    driver(paths, pid_start="another-time").append(
        encode({"kind": "ended", "reason": "", "exit_code": 0, "at": 1.0})
    )
    whole = paths.journal(1).read_bytes()
    paths.journal(1).write_bytes(whole[:-5])
    assert claim(paths).standing is Standing.DEAD


def test_what_a_driver_takes_over(paths: RunPaths) -> None:
    journal = driver(paths, at=100.0)
    journal.append(encode(proposed(1)), encode(finished(1, "failed")), encode(proposed(2)))
    journal.append(
        encode({"kind": "requeued", "trial": 2, "attempt": 1, "agent": "a", "strikes": 4, "at": 130.0})
    )
    restored = restore(paths, before=2)
    assert (restored.failures, restored.first, restored.next_number) == (0, 1, 3)
    assert restored.seconds == 30.0
    assert restored.strikes == {2: 4}
    journal.append(encode({"kind": "ended", "reason": "", "exit_code": 0, "at": 140.0}))
    requeued: Json = {"kind": "requeued", "trial": 2, "attempt": 1, "agent": "a", "at": 1005.0}
    ahead = 1_000_000.0  # the clock of a node, which may be wrong
    driver(paths, epoch=2, at=1000.0).append(
        encode(requeued), encode({**finished(2), "at": ahead, "end": ahead})
    )
    restored = restore(paths, before=3)
    assert (restored.failures, restored.first) == (1, 3)
    assert restored.seconds == 5.0
    assert restored.tally.ok == 1
    assert restored.replayer.state.seed == 42
    assert (origin(paths).cwd, origin(paths).where) == ("/w", "local")
