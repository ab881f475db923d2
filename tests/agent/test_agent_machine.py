"""What a machine is, read from its files."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from worker.agent.machine import machine


def test_processors_memory_and_gpus_are_those_of_the_machine(tmp_path: Path) -> None:
    card = "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 12\n"
    for name, text in {
        "cpuinfo": "processor\t: 0\ncpu family\t: 25\nmodel name\t: AMD EPYC 7763\n\nprocessor\t: 1\n",
        "meminfo": "MemTotal:       16384000 kB\nMemFree: 1 kB\n",
        "driver/nvidia/gpus/0000:41:00.0/information": card,
        "driver/nvidia/gpus/0000:c1:00.0/information": card,
        "driver/nvidia/version": "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = machine("n1", tmp_path)
    assert found["cpu"] == "AMD EPYC 7763"
    assert found["memory_mb"] == 16000
    assert found["gpus"] == ["NVIDIA H100 80GB HBM3"] * 2
    assert found["gpu_driver"] == "550.54.15"
    assert (found["host"], found["kernel"], found["cores"]) == ("n1", platform.release(), os.cpu_count())


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    assert {"cpu", "memory_mb", "gpus", "gpu_driver"}.isdisjoint(machine("n1", tmp_path))
