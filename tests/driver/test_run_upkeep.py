"""What a driver does now and then: signs of life, a look at who drives, room for the files of many agents."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
from idle_launcher import IdleLauncher
from json_records import LOSSES, plain_assign
from local_runs import X
from other_launcher import OtherLauncher

from worker.driver.agents import Agents
from worker.driver.assignments import Assignments
from worker.driver.mailboxes import Mailboxes
from worker.driver.plan import Phase, Plan
from worker.driver.publisher import Publisher
from worker.driver.recorder import Recorder
from worker.driver.tenure import Tenure
from worker.progress.tally import Over, Tally
from worker.spec.check import check
from worker.spec.run import Draft
from worker.store.appender import Appender
from worker.store.claim import SIGN_EVERY
from worker.store.journal import open_epoch
from worker.store.paths import RunPaths
from worker.store.replay import Replayer


@pytest.fixture
def paths(tmp_path: Path) -> RunPaths:
    return RunPaths(tmp_path / "pear")


def test_a_driver_gives_signs_of_life_all_the_time(paths: RunPaths) -> None:
    draft = Draft({"run.name": "pear", "run.objective": "./p ($x)", "search.max_evals": 9}, (X,))
    run = check(draft).run
    assert run is not None
    epoch, journal = open_epoch(paths)
    plan = Plan(run, paths, OtherLauncher(lambda *_: IdleLauncher()), paths.root, 1)
    publisher = Publisher(plan, epoch, Replayer().state, Tally(), lambda records: None)
    mail = Mailboxes(paths, epoch, slowest=1.0, sync=False)
    agents = Agents(paths, IdleLauncher(), Assignments(epoch, plain_assign, LOSSES), mail)
    signs = []
    for now in (1000.0, 1000.1, 1000.0 + SIGN_EVERY, 1000.1 + SIGN_EVERY):
        os.utime(paths.journal(epoch), (1.0, 1.0))
        publisher.update(agents, Phase.WORKING, "", now)
        signs.append(paths.journal(epoch).stat().st_mtime > 1.0)
    assert signs == [True, False, True, False]
    publisher.close(agents, last=False)
    mail.close()
    journal.close()


def tenure(paths: RunPaths) -> tuple[Tenure, Appender]:
    epoch, journal = open_epoch(paths)
    return Tenure(paths, epoch, Recorder(journal, Replayer(), Tally()), now=0.0), journal


def test_a_driver_leaves_once_another_has_begun(paths: RunPaths) -> None:
    mine, journal = tenure(paths)
    assert mine.lost(10.0) is None
    open_epoch(paths)[1].close()
    assert mine.superseded
    assert mine.lost(10.5) is None, "it looks now and then only"
    assert mine.lost(20.0) is Over.SUPERSEDED
    mine.close()
    journal.close()


def test_a_driver_leaves_once_its_folder_has_been_missing_for_some_time(paths: RunPaths) -> None:
    mine, journal = tenure(paths)
    away = paths.root.with_name("away")
    paths.root.rename(away)
    assert mine.lost(10.0) is None
    away.rename(paths.root)
    assert mine.lost(20.0) is None
    paths.root.rename(away)  # the time until it came back does not count
    assert mine.lost(30.0) is None
    assert mine.lost(60.0) is Over.MOVED
    mine.close()
    journal.close()


class Limit:
    """The system's limits of open files, and whether it lets them be changed."""

    def __init__(self, soft: int, hard: int, refuses: bool = False) -> None:
        self.limits, self.refuses = (soft, hard), refuses

    def get(self, _: int) -> tuple[int, int]:
        return self.limits

    def set(self, _: int, limits: tuple[int, int]) -> None:
        if self.refuses:
            raise ValueError("not allowed to raise maximum limit")
        assert limits[1] == self.limits[1]
        assert limits[1] == resource.RLIM_INFINITY or limits[0] <= limits[1]
        self.limits = limits


INFINITE = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("limit", "more", "kept_open"),
    [
        (Limit(100_000, 200_000), False, True),
        (Limit(INFINITE, INFINITE), False, True),
        (Limit(1024, INFINITE), True, True),
        (Limit(1024, 200_000), True, True),
        (Limit(1024, 1024), False, False),
        (Limit(1024, 200_000, refuses=True), False, False),
    ],
    ids=["enough", "unlimited", "any-may-be-asked-for", "more-may-be-asked-for", "no-more", "refused"],
)
def test_the_outboxes_of_many_agents_are_kept_open_where_the_system_allows_it(
    paths: RunPaths, monkeypatch: pytest.MonkeyPatch, limit: Limit, more: bool, kept_open: bool
) -> None:
    monkeypatch.setattr(resource, "getrlimit", limit.get)
    monkeypatch.setattr(resource, "setrlimit", limit.set)
    before, agents = limit.limits[0], 900
    mail = Mailboxes(paths, 1, slowest=1.0, sync=False)
    opened = len(list(Path("/proc/self/fd").iterdir()))
    names = [f"a{number}" for number in range(agents)]
    for name in names:
        mail.open(name, now=0.0)
    # Not for as many as there may be: programs that agents start may close each one that is allowed.
    assert limit.limits[0] == before or agents < limit.limits[0] < 4 * agents
    assert (limit.limits[0] > before) is more
    paths.agent("a0").root.parent.mkdir(parents=True)
    list(mail.poll(0.0))
    still = len(list(Path("/proc/self/fd").iterdir())) - opened
    assert still == (agents if kept_open else 0)
    mail.close()
