"""The page about other schedulers names all that one has to have, as the interfaces have it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest
import queue_scheduler

from worker.launch.launcher import Launcher
from worker.launch.scheduler import DriverJob, DriverJobs, Scheduler
from worker.launch.slurm.scheduler import Slurm, SlurmDriverJobs
from worker.launch.this_machine import ThisMachine

PAGE = Path(__file__).parents[2] / "docs" / "other-schedulers.md"


def members(interface: type) -> list[str]:
    """What an interface asks for, methods with the names of their arguments."""
    return [
        name
        if isinstance(value, property)
        else f"{name}({', '.join(list(inspect.signature(value).parameters)[1:])})"
        for name, value in vars(interface).items()
        if not name.startswith("_")
    ]


def described(title: str) -> list[str]:
    """The first column of the table below a heading of the page."""
    section = re.split(rf"^#+ {title}$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1]
    return re.findall(r"^\| `([^`]+)` \|", re.split(r"^#", section, flags=re.MULTILINE)[0], re.MULTILINE)


@pytest.mark.parametrize("interface", [Scheduler, Launcher, DriverJobs, DriverJob])
def test_the_page_names_every_member(interface: type) -> None:
    assert described(interface.__name__) == members(interface)


@pytest.mark.parametrize(
    ("interface", "scheduler"),
    [
        (Scheduler, Slurm),
        (Scheduler, ThisMachine),
        (Scheduler, queue_scheduler.Queue),
        (DriverJobs, SlurmDriverJobs),
    ],
)
def test_every_scheduler_has_exactly_these(interface: type, scheduler: type) -> None:
    names = {member.partition("(")[0] for member in members(interface)}
    assert {name for name in vars(scheduler) if not name.startswith("_")} == names
