"""Setup lines that failed in the jobs of a run: job scripts write them down, and people read of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from worker.spec.text import counted, together
from worker.store.log_text import plain
from worker.store.paths import RunPaths

MARK = "omniopt: setup line failed"  # what a job prints right behind what the line itself has printed
_ONLY_IN_LOGIN_SHELLS = (
    "On many clusters only login shells have that command, and job scripts are not login shells: make source "
    "/etc/profile.d/modules.sh the first setup line, or begin a wrapper script with #!/bin/bash -l."
)
_MOST_RECORDS = 1000  # of that many jobs at most; a thousand workers fail for the same reason
_MOST_READ = 1 << 16  # bytes of what one job printed


@dataclass(frozen=True)
class SetupFailure:
    """One setup line that failed. jobs: in how many jobs it did. message: the last that it printed there, or nothing."""

    line: str
    exit_code: int
    jobs: int
    message: str

    @property
    def sentence(self) -> str:
        """What happened, and what may be done about it."""
        jobs = counted(self.jobs, "job")
        of_login = "command not found" in self.message and self.line.split()[:1] in (["module"], ["ml"])
        return together(
            f"The setup line {self.line!r} failed in {jobs} (exit code {self.exit_code}).",
            f'It printed "{self.message}".' if self.message else "",
            _ONLY_IN_LOGIN_SHELLS if of_login else "",
        )


def setup_failures(paths: RunPaths, setup: Sequence[str]) -> list[SetupFailure]:
    """The lines of `setup` that failed in any job of the run, in their order; those of an earlier config do not count."""
    by_line: dict[str, SetupFailure] = {}
    wanted = {line.strip() for line in setup}
    for record in _records(paths):
        job, _, element = record.stem.rpartition(".")
        script = _lines(paths.job_script(job if element.isdigit() else record.stem))
        failed: set[str] = set()
        for number, exit_code in _pairs(record):
            line = script[number - 1].strip() if 0 < number <= len(script) else ""
            if line not in wanted or line in failed:
                continue
            failed.add(line)
            earlier = by_line.get(line)
            message = earlier.message if earlier else _message(paths, record, number)
            by_line[line] = SetupFailure(line, exit_code, 1 + (earlier.jobs if earlier else 0), message)
    return [by_line[line] for line in dict.fromkeys(map(str.strip, setup)) if line in by_line]


def _records(paths: RunPaths) -> list[Path]:
    with suppress(OSError):
        return sorted(paths.slurm.glob("*.setup"))[-_MOST_RECORDS:]
    return []


def _pairs(record: Path) -> Iterator[tuple[int, int]]:
    """The numbers of the failed lines of a job's script, each with the exit code."""
    for line in _lines(record):
        number, _, code = line.partition(" ")
        if number.isdecimal() and code.isdecimal():
            yield int(number), int(code)


def _message(paths: RunPaths, record: Path, number: int) -> str:
    """What the job printed right before it said that the line had failed; "" where that was nothing."""
    output = record.with_suffix(".out")
    before = ""
    for line in _lines(output if output.exists() else paths.driver_log):
        if line.startswith(f"{MARK}: line {number} "):
            return before
        before = "" if line.startswith(MARK) else plain(line.encode()).strip()[:300] or before
    return ""


def _lines(path: Path) -> list[str]:
    with suppress(OSError), path.open("rb") as file:
        return file.read(_MOST_READ).decode(errors="replace").splitlines()
    return []
