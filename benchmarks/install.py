"""Size and time of what the page's command installs: the worker and the exact libraries in a fresh virtual environment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from harness import machine, options, repeated, spread, table, workdir

from app.wheel import build_wheel

LIBRARIES = Path(__file__).parent.parent / "worker" / "requirements.txt"


def main() -> None:
    """Install it some times, downloads included, and print the table."""
    asked = options(__doc__, repeats=3).parse_args()
    print(machine())
    sizes: list[float] = []

    def install() -> float:
        with workdir() as folder:
            seconds = install_worker(folder)
            sizes.append(disk_use(folder / ".venv"))
        return seconds

    seconds = repeated(asked.repeats, install, "installation, seconds")
    table(
        [
            ("worker in a fresh environment, size on disk", spread(sizes, "MB", 0), "<= 350 MB"),
            ("worker in a fresh environment, time with downloads", spread(seconds, "s", 0), "<= 60 s"),
        ]
    )


def install_worker(folder: Path) -> float:
    """Seconds to make `folder`/.venv with the worker in it, without pip's cache."""
    wheel = build_wheel()
    (folder / wheel.name).write_bytes(wheel.content)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
    pip = [folder / ".venv" / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-cache-dir"]
    pip += ["--disable-pip-version-check", "--only-binary", ":all:"]
    subprocess.run([*pip, "--require-hashes", "--requirement", LIBRARIES], check=True)
    subprocess.run([*pip, "--no-deps", folder / wheel.name], check=True)
    return time.perf_counter() - start


def disk_use(folder: Path) -> float:
    """What a folder takes on the disk, in MB."""
    files = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return sum(path.lstat().st_blocks * 512 for path in files) / 1e6


if __name__ == "__main__":
    main()
