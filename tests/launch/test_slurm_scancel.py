"""Jobs are ended by asking until Slurm has taken it, one question at a time; a program stands in for scancel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.launch.slurm.background import Background
from worker.launch.slurm.client import Client
from worker.launch.slurm.scancel import Cancels, cancel


class Bench:
    """Something to cancel with, and what scancel was given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client = Client({"PATH": f"{folder}:/usr/bin:/bin"})
        self.background = Background()
        self.cancels = Cancels(self.client, self.background)
        self.answer("", 0)

    def answer(self, err: str, code: int) -> None:
        """What scancel says from now on."""
        program = self.folder / "scancel"
        program.write_text(f"#!/bin/sh\necho \"$*\" >> {self.folder}/calls\necho '{err}' >&2\nexit {code}\n")
        program.chmod(0o755)

    def calls(self) -> list[str]:
        """What scancel was asked so far, without what is the same each time."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.split()[-1] for line in lines]

    def send(self, now: float) -> None:
        """Ask if it is time to, and take in the answer."""
        answered: list[None] = []
        self.cancels.send_due(now)
        self.background.do(lambda: None, answered.append)
        while not answered:
            self.background.harvest()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A cluster that ends every job."""
    made = Bench(tmp_path)
    yield made
    made.background.close()


def test_nothing_is_asked_where_nothing_is_to_be_ended(bench: Bench) -> None:
    assert bench.cancels.done
    bench.send(0.0)
    assert bench.calls() == []


@pytest.mark.parametrize(
    ("numbers", "names", "call"), [(["7_0"], [], "7_0"), ([], ["pear.1"], "--name=pear.1")]
)
def test_what_slurm_has_taken_is_not_asked_again(
    bench: Bench, numbers: list[str], names: list[str], call: str
) -> None:
    bench.cancels.add(numbers, names)
    assert not bench.cancels.done
    bench.send(0.0)
    assert bench.cancels.done
    bench.send(100.0)
    assert bench.calls() == [call]


def test_what_slurm_has_not_taken_is_asked_again_after_a_while(bench: Bench) -> None:
    bench.answer("scancel: error: Unable to contact slurm controller", 1)
    bench.cancels.add(["7_0"])
    bench.send(0.0)
    bench.send(Cancels.RETRY - 0.1)
    assert bench.calls() == ["7_0"]
    bench.answer("", 0)
    bench.send(Cancels.RETRY)
    assert bench.calls() == ["7_0", "7_0"]
    assert bench.cancels.done


def test_what_comes_to_it_is_asked_at_once(bench: Bench) -> None:
    bench.answer("scancel: error: Unable to contact slurm controller", 1)
    bench.cancels.add(["7_0"])
    bench.send(0.0)
    bench.cancels.add(["7_1"])
    bench.send(0.1)
    assert bench.calls() == ["7_0", "7_1"]


def test_a_second_question_waits_for_the_answer_to_the_first(bench: Bench) -> None:
    bench.cancels.add(["7_0"])
    bench.cancels.send_due(0.0)
    bench.cancels.add([], ["pear.1"])
    bench.cancels.send_due(100.0)
    bench.background.close()
    assert bench.calls() == ["7_0"]
    assert not bench.cancels.done, "the other one is still to be asked for"


@pytest.mark.parametrize(
    ("err", "taken"),
    [
        ("scancel: error: Kill job error on job id 7: Invalid job id specified", True),
        ("scancel: error: invalid job id 7", True),
        ("scancel: error: Kill job error on job id 7: Job/step already completing or completed", True),
        ("scancel: error: Kill job error on job id 7: Access/permission denied", False),
    ],
)
def test_jobs_that_have_ended_do_not_have_to_be_ended(bench: Bench, err: str, taken: bool) -> None:
    bench.answer(err, 1)
    assert cancel(bench.client, ["7"]) is taken


def test_many_jobs_are_ended_by_several_calls_of_which_none_may_fail(bench: Bench) -> None:
    jobs = [f"7_{index}" for index in range(201)]
    assert cancel(bench.client, jobs)
    assert bench.calls() == ["7_199", "7_200"]
    program = bench.folder / "scancel"
    program.write_text('#!/bin/sh\ncase "$*" in *7_0*) exit 1;; esac\n')
    assert not cancel(bench.client, jobs)
