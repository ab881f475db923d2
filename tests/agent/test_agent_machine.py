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
    found = machine("n1", tmp_path, tmp_path)
    assert found["cpu"] == "AMD EPYC 7763"
    assert found["memory_mb"] == 16000
    assert found["gpus"] == ["NVIDIA H100 80GB HBM3"] * 2
    assert found["gpu_driver"] == "550.54.15"
    assert (found["host"], found["kernel"], found["cores"]) == ("n1", platform.release(), os.cpu_count())


def test_what_is_not_known_is_left_out(tmp_path: Path) -> None:
    assert {"cpu", "memory_mb", "gpus", "gpu_driver"}.isdisjoint(machine("n1", tmp_path, tmp_path))


def test_gpus_of_amd_have_the_name_they_are_sold_under_or_that_of_the_driver(tmp_path: Path) -> None:
    nodes = "class/kfd/kfd/topology/nodes"
    files = {
        f"{nodes}/0/name": "\n",  # a processor
        f"{nodes}/1/name": "gfx90a\n",
        f"{nodes}/2/name": "gfx90a\n",
        "class/drm/card0/device/vendor": "0x1a03\n",  # what draws the console of a server
        "class/drm/card1/device/vendor": "0x1002\n",
        "class/drm/card2/device/vendor": "0x1002\n",
        "class/drm/card1-DP-1/device/vendor": "0x1002\n",
        "module/amdgpu/version": "6.7.0\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    found = machine("n1", tmp_path, tmp_path)
    assert (found["gpus"], found["gpu_driver"]) == (["AMD gfx90a"] * 2, "6.7.0")
    for card in (1, 2):
        (tmp_path / f"class/drm/card{card}/device/product_name").write_text("AMD Instinct MI210\n")
    assert machine("n1", tmp_path, tmp_path)["gpus"] == ["AMD Instinct MI210"] * 2
