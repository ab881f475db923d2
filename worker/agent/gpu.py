"""The GPUs of an agent: how busy they are, sampled while it works, and the words by which a broken one is known."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

INTERVAL = 10  # seconds between two samples
COLUMNS = ("time", "gpu", "name", "utilization [%]", "memory used [MB]", "memory total [MB]", "power [W]")
_QUERY = "timestamp,index,name,utilization.gpu,memory.used,memory.total,power.draw"
_NONE = frozenset({"", "-1", "NoDevFiles", "none", "void"})
# What drivers and CUDA say when the hardware is at fault; nothing that a program's own mistake can bring about.
_BROKEN = re.compile(
    rb"uncorrectable ECC error|ECC_UNCORRECTABLE|ECCUncorrectable|GPU is lost|fallen off the bus"
    rb"|Unable to determine the device handle for GPU|CUDA_ERROR_SYSTEM_NOT_READY|ErrorSystemNotReady"
    rb"|CUDA-capable device\(s\) is/are busy or unavailable|CUDA_ERROR_HARDWARE_STACK_ERROR|NVLink error",
    re.IGNORECASE,
)


class Sampler:
    """`nvidia-smi` as a child that adds a line a GPU to a csv file every ten seconds; nothing where there is none.

    Only the GPUs that the agent has are sampled (CUDA_VISIBLE_DEVICES of `environment`).
    """

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        program = shutil.which("nvidia-smi", path=environment.get("PATH"))
        visible = environment.get("CUDA_VISIBLE_DEVICES")
        if program is None or visible in _NONE:
            return
        chosen = [f"--id={visible}"] if visible else []
        with suppress(OSError), path.open("ab") as file:
            if file.tell() == 0:
                file.write((",".join(COLUMNS) + "\n").encode())
                file.flush()
            self._process = subprocess.Popen(
                [
                    program,
                    f"--query-gpu={_QUERY}",
                    "--format=csv,noheader,nounits",
                    f"--loop={INTERVAL}",
                    *chosen,
                ],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )

    @property
    def helpers(self) -> tuple[int, ...]:
        """The process ids that belong to the sampler and to no evaluation."""
        return (self._process.pid,) if self._process is not None else ()

    def close(self) -> None:
        """End the sampling."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def broken(output: bytes) -> str:
    """The words in a program's output that show a broken GPU, "" where there are none."""
    match = _BROKEN.search(output)
    return match[0].decode() if match else ""
