"""Sampling of GPUs through nvidia-smi, whatever that does, and the words of a broken one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from agent_desk import PATIENCE, Desk

from worker import processes
from worker.agent.gpu_sampler import COLUMNS, Sampler, broken, present, sample

A100 = "2026/01/02 03:04:05.678, 0, NVIDIA A100-SXM4-40GB, 35, 1024, 40960, 210.53"
# What real ones do; each gets its words from the test.
NVIDIA_SMI = f"""\
#!/bin/bash
echo "$*" >> "$0.words"
case "$BEHAVIOUR" in
  none) echo "No devices were found"; exit 6;;
  no-driver)
    echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."; exit 9;;
  lost) echo "Unable to determine the device handle for GPU 0000:3B:00.0: Unknown Error"; exit 15;;
  hangs) trap '' TERM INT HUP; while :; do read -r -t 100 < <(:); sleep 100; done;;
  wrapped) sleep 100 & echo "{A100}"; wait;;
  torn) printf '{A100[:30]}'; sleep 0.3; printf '{A100[30:]}\\n{A100[:20]}'; exit 1;;
  between) echo "Unable to determine the device handle for GPU 0000:3B:00.0: Unknown Error"; echo; echo "{A100}";;
  *) echo "{A100}"; exec sleep 100;;
esac
"""
Environment = dict[str, str]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An environment in which a program called nvidia-smi is found."""
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text(NVIDIA_SMI)
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "CUDA_VISIBLE_DEVICES": "0"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the samples go."""
    return tmp_path / "gpu.csv"


def words_of(environment: Environment) -> str:
    """What nvidia-smi was called with."""
    file = Path(environment["PATH"].partition(":")[0]) / "nvidia-smi.words"
    wait_until(file.exists)
    return file.read_text()


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for what must come."""
    ends_at = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends_at, "it did not come to that"
        time.sleep(0.01)


def lines_of(path: Path) -> list[str]:
    """The lines of the file with the samples."""
    return path.read_text().splitlines() if path.exists() else []


def wait_for_lines(sampler: Sampler, path: Path, count: int) -> None:
    """Let it take samples until the file has so many lines."""

    def enough() -> bool:
        sampler.take()
        return len(lines_of(path)) >= count

    wait_until(enough)


def test_every_sample_is_a_line_below_one_header(path: Path, environment: Environment) -> None:
    for times in (1, 2):  # an agent that is started again goes on in the same file
        sampler = Sampler(path, environment)
        assert len(sampler.helpers) == 1
        wait_for_lines(sampler, path, 1 + times)
        sampler.close()
        assert list(sampler.helpers) == []
    header, *lines = lines_of(path)
    assert header == ",".join(COLUMNS)
    assert lines == [A100.replace(", ", ",")] * 2
    assert "--loop=10 --id=0" in words_of(environment)


@pytest.mark.parametrize(
    "change",
    [
        {"CUDA_VISIBLE_DEVICES": ""},
        {"CUDA_VISIBLE_DEVICES": "NoDevFiles"},
        {"PATH": "/nowhere"},
        {"CUDA_VISIBLE_DEVICES": None, "SLURM_JOB_ID": "7"},  # the GPUs of the node are others'
    ],
)
def test_without_a_gpu_nothing_is_sampled(
    path: Path, environment: Environment, change: dict[str, str | None]
) -> None:
    changed = {key: value for key, value in {**environment, **change}.items() if value is not None}
    sampler = Sampler(path, changed)
    assert sampler.helpers == ()
    sampler.take()
    sampler.close()
    assert not path.exists()


@pytest.mark.parametrize("behaviour", ["none", "no-driver", "lost"])
def test_what_is_no_sample_makes_no_file(path: Path, environment: Environment, behaviour: str) -> None:
    sampler = Sampler(path, {**environment, "BEHAVIOUR": behaviour})

    def over() -> bool:
        sampler.take()
        return not sampler.helpers

    wait_until(over)
    assert not path.exists()


@pytest.mark.parametrize("behaviour", ["torn", "between"])
def test_samples_among_other_words_are_kept_whole(
    path: Path, environment: Environment, behaviour: str
) -> None:
    sampler = Sampler(path, {**environment, "BEHAVIOUR": behaviour})
    wait_for_lines(sampler, path, 2)
    sampler.close()
    assert lines_of(path)[1:] == [A100.replace(", ", ",")]


@pytest.mark.parametrize("behaviour", ["hangs", "wrapped"])
def test_nothing_of_it_stays(path: Path, environment: Environment, behaviour: str) -> None:
    sampler = Sampler(path, {**environment, "BEHAVIOUR": behaviour})
    words_of(environment)
    sampler.take()
    [pid] = sampler.helpers
    family = [pid, *processes.descendants(pid)]
    sampler.close()
    wait_until(lambda: all(processes.name(member) == "?" for member in family))


def test_a_part_of_a_gpu_is_sampled_with_the_whole_one(path: Path, environment: Environment) -> None:
    sampler = Sampler(
        path, {**environment, "CUDA_VISIBLE_DEVICES": "MIG-5c89852c-d268-c3f3-1b07-005d5ae1dc3f"}
    )
    assert "--id" not in words_of(environment)
    sampler.close()


@pytest.mark.parametrize("nothing", ["[N/A]", "[Not Supported]", "[Unknown Error]", "N/A", "ERR!"])
def test_what_is_no_number_is_left_empty(nothing: str) -> None:
    line = f"2026/01/02 03:04:05.678, 0, NVIDIA A100, {nothing}, 1024, 40960, {nothing}"
    assert sample(line.encode()) == "2026/01/02 03:04:05.678,0,NVIDIA A100,,1024,40960,"


@pytest.mark.parametrize(
    "line", [b"", b"\xff", b"timestamp, index, name, a, b, c, d", b"1, 2, 3, 4, 5, 6, 7"]
)
def test_what_is_no_sample(line: bytes) -> None:
    assert sample(line) == ""


@pytest.mark.parametrize("behaviour", ["hangs", "none", "wrapped"])
def test_no_evaluation_is_disturbed(desk: Desk, environment: Environment, behaviour: str) -> None:
    desk.hire(**{**environment, "BEHAVIOUR": behaviour})
    words_of(environment)
    record = desk.evaluate("sleep 0.2; echo RESULT: $CUDA_VISIBLE_DEVICES")
    assert (record["status"], record["loss"], record["reason"], record["gpus"]) == ("ok", 0, "", "0")
    if behaviour == "wrapped":
        wait_until(lambda: len(lines_of(desk.box.gpu_usage)) == 2)
    desk.tell("quit")
    assert desk.leave() == 0
    assert str(desk.paths.root.parent / "bin").encode() not in b"".join(command_lines())


def command_lines() -> Iterator[bytes]:
    """Of everything that runs on this machine."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            yield entry.read_bytes()


def test_only_broken_hardware_counts_as_a_broken_gpu() -> None:
    assert (
        broken(b"RuntimeError: CUDA error: uncorrectable ECC error encountered") == "uncorrectable ECC error"
    )
    assert broken(b"torch.AcceleratorError: CUDA-capable device(s) is/are busy or unavailable")
    assert broken(b"Unable to determine the device handle for GPU0000:3B:00.0: GPU is lost.")
    assert not broken(b"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB")
    assert not broken(b"RuntimeError: No CUDA GPUs are available")


@pytest.mark.parametrize(
    ("told", "count"),
    [(None, 3), ("0", 1), ("0,1", 2), ("GPU-1a,MIG-2b,", 2), ("", 0), ("-1", 0), ("NoDevFiles", 0)],
)
def test_gpus_are_those_that_are_told_or_all(tmp_path: Path, told: str | None, count: int) -> None:
    for name in ("nvidia0", "nvidia1", "nvidia10", "nvidiactl", "nvidia-uvm", "null"):
        (tmp_path / name).touch()
    assert present({} if told is None else {"CUDA_VISIBLE_DEVICES": told}, tmp_path) == count


def test_gpus_of_other_makers_are_counted_by_their_nodes(tmp_path: Path) -> None:
    (tmp_path / "dri").mkdir()
    for name in ("renderD128", "renderD129", "card0"):
        (tmp_path / "dri" / name).touch()
    assert present({}, tmp_path) == 0  # a plain display adapter
    (tmp_path / "kfd").touch()
    assert present({}, tmp_path) == 2
