"""What a worker gets of each node and in all, and how a number of GPUs is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.spec.gpu_amounts import gpu_count, gpu_type, gpus
from worker.spec.raw_values import ConversionError
from worker.spec.shares import Shares

TYPES = st.from_regex(r"[A-Za-z0-9_.-]{1,12}", fullmatch=True)


def shares(**changed: object) -> Shares:
    """A worker of 2 nodes and 3 tasks with 4 CPUs each, 500 MB and 3 GPUs."""
    values = {
        "nodes": 2, "tasks": 3, "cpus": 4, "memory": 500, "memory_per": "node", "enable_gpus": True, "gpus": "3",
        "gpu_option": "gres", **changed,
    }  # fmt: skip
    return Shares(**values)  # type: ignore[arg-type]


def test_a_node_has_the_memory_or_that_of_its_cpus() -> None:
    assert shares().cpus_per_node == 8, "of the node with two of the three tasks"
    assert shares().memory_per_node == 500
    assert shares(memory_per="cpu").memory_per_node == 4000
    assert shares(memory_per="cpu", memory=0).memory_per_node == 0


@pytest.mark.parametrize(
    ("option", "per_node", "in_all"),
    [("gres", 3, 6), ("gpus-per-node", 3, 6), ("gpus-per-task", 6, 9), ("gpus", 2, 3)],
)
def test_gpus_are_counted_as_sbatch_counts_them(option: str, per_node: int, in_all: int) -> None:
    for text in ("3", "a100:3"):
        asked = shares(gpu_option=option, gpus=text)
        assert (asked.gpus_per_node, asked.all_gpus) == (per_node, in_all)
    off = shares(gpu_option=option, enable_gpus=False)
    assert (off.gpus_per_node, off.all_gpus) == (0, 0)


@given(TYPES, st.integers(0, 64))
def test_a_type_and_a_number_are_read_back(kind: str, count: int) -> None:
    text = gpus(f" {kind}:{count:02} ")
    assert (gpu_type(text), gpu_count(text)) == (kind, count)
    assert gpus(text) == text


@pytest.mark.parametrize(("raw", "text"), [(2, "2"), ("2", "2"), (2.0, "2"), ("2e0", "2"), ("02", "2")])
def test_a_number_alone_is_one_without_a_type(raw: object, text: str) -> None:
    assert gpus(raw) == text
    assert (gpu_type(text), gpu_count(text)) == ("", 2)


@pytest.mark.parametrize(
    ("raw", "hint"),
    [
        ("a100", "such as a100:1."), ("gpu:a100:1", "such as a100:2."), ("a100:", "such as a100:2."), ("", "such as 2,"),
        ("a 100:1", "such as 2,"), ("1.5", "such as 2,"), ("a100:1,v100:1", "such as 2,"), ("a100:-1", "such as 2,"),
    ],
)  # fmt: skip
def test_what_is_no_number_of_gpus(raw: object, hint: str) -> None:
    with pytest.raises(ConversionError, match="is not a number of GPUs") as caught:
        gpus(raw)
    assert hint in caught.value.hint
