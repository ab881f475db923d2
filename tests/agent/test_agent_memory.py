"""Programs that the kernel ends for their memory: the agent is a real one, the kernel's counters are files of the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from agent_desk import Desk

AGENT = """\
import sys
from pathlib import Path
from worker.agent import memory
counter = Path(sys.argv.pop(1))
memory.group_files = lambda membership: [counter]
from worker.__main__ import main
sys.exit(main())
"""
MB = 1 << 20


@dataclass
class Kernel:
    """The control group of an agent, in which a program kills as the kernel does."""

    desk: Desk
    group: Path

    def kill(self, times: int, peak: float) -> str:
        """Words for bash that note so many kills, and the most MB that the group has had."""
        return (
            f"echo 'oom_kill {times}' > '{self.group}/memory.events'; "
            f"echo {int(peak * MB)} > '{self.group}/memory.peak'"
        )


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    """An agent in a control group of its own, which has never had more than 30 MB."""
    group = tmp_path / "group"
    group.mkdir()
    (group / "memory.events").write_text("oom_kill 0\n")
    (group / "memory.peak").write_text(f"{30 * MB}\n")
    desk = Desk(tmp_path)
    desk.program = ["-I", "-c", AGENT, str(group / "memory.events")]
    desk.hire()
    yield Kernel(desk, group)
    desk.dismiss()


def test_without_a_limit_the_kernel_alone_ends_a_program(kernel: Kernel) -> None:
    record = kernel.desk.evaluate(f"{kernel.kill(1, peak=3990)}; exit 1", memory=0)
    assert record["status"] == "out-of-memory"
    assert " MB when the memory of its job or machine ran out; ask for more" in record["reason"]


def test_what_many_processes_used_together_is_what_the_kernel_has_counted(kernel: Kernel) -> None:
    record = kernel.desk.evaluate(f"{kernel.kill(1, peak=3990)}; exit 1", memory=4000)
    assert record["status"] == "out-of-memory"
    assert record["reason"].startswith(
        "It used 3990 MB of 4000 MB and was ended because of that; ask for more"
    )
    assert record["peak_memory"] < 1000


def test_a_group_that_others_are_in_says_nothing_about_this_program(kernel: Kernel) -> None:
    record = kernel.desk.evaluate(f"{kernel.kill(1, peak=64000)}; exit 1", memory=4000)
    assert record["status"] == "out-of-memory"
    assert " MB of 4000 MB when the machine's memory ran out; run fewer workers" in record["reason"]
    assert "64000" not in record["reason"]


def test_a_kill_that_one_program_has_survived_is_not_the_next_ones(kernel: Kernel) -> None:
    survived = kernel.desk.evaluate(f"{kernel.kill(1, peak=3990)}; echo RESULT: 1", memory=4000)
    assert survived["status"] == "ok"
    failed = kernel.desk.evaluate("exit 1", memory=4000)
    assert failed["status"] == "failed"
    assert failed["reason"].startswith("It ended with exit code 1.")
