"""What this machine is, as its own files tell: no program is run for it."""

from __future__ import annotations

import os
import platform
import re
from contextlib import suppress
from pathlib import Path

_BEGINNING = 4096  # bytes of what says the same of each processor
_MODEL = re.compile(r"^(?:model name|cpu|Model)\s*:\s*(.+)$", re.MULTILINE)
_GPU = re.compile(r"^Model:\s*(.+?)\s*$", re.MULTILINE)
_AMD = "0x1002"  # the number of that vendor
_DRIVER = re.compile(r"\bKernel Module\b.*?\s(\d+(?:\.\d+)+)\s")


def machine(host: str, proc: Path = Path("/proc"), system: Path = Path("/sys")) -> dict[str, object]:
    """System, processors, memory and GPUs of this machine, which is called `host`; what is not known is left out."""
    facts: dict[str, object] = {
        "host": host,
        "system": platform.system(),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "cpu": _first(_MODEL, _beginning(proc / "cpuinfo")),
        "cores": os.cpu_count(),
        "memory_mb": _memory(proc),
        "gpus": [*_gpus(proc / "driver" / "nvidia" / "gpus"), *_amd_gpus(system / "class")],
        "gpu_driver": _first(_DRIVER, _beginning(proc / "driver" / "nvidia" / "version"))
        or _beginning(system / "module" / "amdgpu" / "version").strip(),
    }
    return {key: fact for key, fact in facts.items() if fact}


def _memory(proc: Path) -> int:
    found = _first(re.compile(r"^MemTotal:\s*(\d+) kB", re.MULTILINE), _beginning(proc / "meminfo"))
    return int(found) // 1024 if found else 0


def _gpus(folder: Path) -> list[str]:
    """The models, one for each card, in the order of their places."""
    with suppress(OSError):
        cards = sorted(folder.iterdir())
        return [model for card in cards if (model := _first(_GPU, _beginning(card / "information")))]
    return []


def _amd_gpus(classes: Path) -> list[str]:
    """The same of AMD: the names that the cards have for sale, or else those that the driver gives the ones that can compute."""
    cards = _sorted(classes / "drm", "card*[0-9]")
    amd = [card / "device" for card in cards if _beginning(card / "device" / "vendor").strip() == _AMD]
    sold = [_beginning(device / "product_name").strip() for device in amd]
    nodes = _sorted(classes / "kfd" / "kfd" / "topology" / "nodes", "*")
    named = [_beginning(node / "name").strip() for node in nodes]
    return [f"AMD {name.removeprefix('AMD ')}" for name in (sold if all(sold) and sold else named) if name]


def _sorted(folder: Path, names: str) -> list[Path]:
    with suppress(OSError):
        return sorted(path for path in folder.glob(names) if "-" not in path.name)  # card0-DP-1 is a socket
    return []


def _beginning(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        return file.read(_BEGINNING).decode(errors="replace")
    return ""


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1].strip() if match else ""
