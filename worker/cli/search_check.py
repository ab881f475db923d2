"""Whether what an algorithm needs beyond a plain installation is installed, before a run begins that could not search."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from worker.spec.algorithms import ALGORITHMS
from worker.spec.problem import Problem
from worker.spec.run import Run


def _is_installed(package: str) -> bool:
    return find_spec(package) is not None


def problems(run: Run, is_installed: Callable[[str], bool] = _is_installed) -> Iterator[Problem]:
    """An error with the line that installs what is missing. The driver runs in the environment of this command."""
    missing = [package for package in ALGORITHMS[run.algorithm].needs if not is_installed(package)]
    if missing:
        names = " and ".join(missing)
        yield Problem(
            "search.algorithm",
            f"{run.algorithm} needs {names}, which {'are' if len(missing) > 1 else 'is'} not installed here.",
            f"Install it with {shlex.quote(sys.executable)} -m pip install {' '.join(missing)}, or choose auto.",
        )
