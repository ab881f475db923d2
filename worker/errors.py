"""The errors that a user reads; every one says what is wrong, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from worker.spec.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path  # which takes time to import

EXIT_DONE = 0
EXIT_NO_SUCCESS = 1  # the run ended without any successful evaluation
EXIT_USAGE = 2  # wrong usage or config
EXIT_RUNNING = 3  # the run is being driven already, or exists and was left alone
EXIT_INTERRUPTED = 4  # stopped by the user before its end; can be resumed
EXIT_SYSTEM = 5  # Slurm, the disk or the machine did not do its part


class OmnioptError(Exception):
    """An error for the user; its text is the whole message, `exit_code` what the command exits with."""

    exit_code = EXIT_SYSTEM


class UsageError(OmnioptError):
    """Wrong usage: an unknown run, a config that does not fit, options that exclude each other."""

    exit_code = EXIT_USAGE


class ConfigError(UsageError):
    """A config with errors; lists every problem, under the name of the file where it is that of a run."""

    def __init__(self, problems: Iterable[Problem], file: Path | None = None) -> None:
        self.problems = tuple(problems)
        lines = [f"{problem.severity}: {problem}" for problem in self.problems]
        if file is not None:
            lines.insert(
                0,
                f"{file} cannot be used; correct it. All results are safe in the run's journal.",
            )
        super().__init__("\n".join(lines))
