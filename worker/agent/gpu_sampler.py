"""The GPUs of an agent: how busy they are, sampled while it works, and the words by which a broken one is known."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from worker.launch import registry

INTERVAL = 10  # seconds between two samples
COLUMNS = ("time", "gpu", "name", "utilization [%]", "memory used [MB]", "memory total [MB]", "power [W]")
_QUERY = "timestamp,index,name,utilization.gpu,memory.used,memory.total,power.draw"
_MOMENT = re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PORTION = 1 << 16  # bytes
_PATIENCE = 2.0  # seconds
_NONE = frozenset({"", "-1", "NoDevFiles", "none", "void"})
# What drivers and CUDA say when the hardware is at fault; nothing that a program's own mistake can bring about.
_BROKEN = re.compile(
    rb"uncorrectable ECC error|ECC_UNCORRECTABLE|ECCUncorrectable|GPU is lost|fallen off the bus"
    rb"|Unable to determine the device handle for GPU|CUDA_ERROR_SYSTEM_NOT_READY|ErrorSystemNotReady"
    rb"|CUDA-capable device\(s\) is/are busy or unavailable|CUDA_ERROR_HARDWARE_STACK_ERROR|NVLink error",
    re.IGNORECASE,
)


def present(environment: Mapping[str, str], devices: Path = Path("/dev")) -> int:
    """How many GPUs a process with this environment has: those that it is told, or all that the machine shows it."""
    visible_devices = environment.get("CUDA_VISIBLE_DEVICES")
    if visible_devices is not None:
        return (
            0
            if visible_devices.strip() in _NONE
            else len([word for word in visible_devices.split(",") if word.strip()])
        )
    cards = [path for path in devices.glob("nvidia*") if path.name.removeprefix("nvidia").isdigit()]
    return len(cards) or (len(list(devices.glob("dri/renderD*"))) if (devices / "kfd").exists() else 0)


class Sampler:
    """`nvidia-smi` as a child that tells how busy the GPUs are every ten seconds; nothing where there is none.

    Only the GPUs that the agent has are sampled (CUDA_VISIBLE_DEVICES of `environment`). Whatever else it says, or
    that it says nothing at all, is nobody's concern: the file has samples only, and appears with the first one.
    """

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""
        command = _command(environment)
        if command:
            with suppress(OSError):
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                    start_new_session=True,
                )

    @property
    def helpers(self) -> tuple[int, ...]:
        """The process ids that belong to the sampler and to no evaluation."""
        return (self._process.pid,) if self._process is not None else ()

    def take(self) -> None:
        """Write down what has been sampled since the last call; never waits for it."""
        pipe = self._process and self._process.stdout
        if not pipe or not select.select([pipe], [], [], 0)[0]:
            return
        data = os.read(pipe.fileno(), _PORTION)
        *lines, incomplete = (self._rest + data).split(b"\n")
        self._rest = incomplete[:_PORTION]
        if samples := [text for line in lines if (text := sample(line))]:
            self._write(samples)
        if not data:
            self.close()

    def close(self) -> None:
        """End the sampling; where the driver of a GPU hangs, its program cannot be ended, and is left alone."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
        if process.stdout:
            process.stdout.close()

    def _write(self, samples: Sequence[str]) -> None:
        with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
            head = [] if file.tell() else [",".join(COLUMNS)]
            file.write("\n".join([*head, *samples, ""]))


def _command(environment: Mapping[str, str]) -> list[str]:
    """The program that samples the GPUs of an agent; [] where it has none."""
    program = shutil.which("nvidia-smi", path=environment.get("PATH"))
    visible = environment.get("CUDA_VISIBLE_DEVICES")
    # A job that is told of none has none: those of the machine are others'.
    none = registry.current_job(environment) is not None if visible is None else visible in _NONE
    if program is None or none:
        return []
    # It does not know parts of a GPU by their names; a job that has one sees the GPU that it is part of.
    chosen = [f"--id={visible}"] if visible and "MIG" not in visible else []
    return [program, f"--query-gpu={_QUERY}", "--format=csv,noheader,nounits", f"--loop={INTERVAL}", *chosen]


def sample(line: bytes) -> str:
    """A line of nvidia-smi as a line of the file, without what is no number ("[N/A]"); "" if it is no sample."""
    cells = [cell.strip() for cell in line.decode("utf-8", "replace").split(",")]
    if len(cells) != len(COLUMNS) or not _MOMENT.fullmatch(cells[0]) or not cells[1].isdecimal():
        return ""
    return ",".join([*cells[:3], *(cell if _NUMBER.fullmatch(cell) else "" for cell in cells[3:])])


def broken(output: bytes) -> str:
    """The words in a program's output that show a broken GPU, "" where there are none."""
    match = _BROKEN.search(output)
    return match[0].decode() if match else ""
