"""Whether what an algorithm needs beyond a plain installation is installed, before a run begins that could not search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

from worker.spec.algorithms import ALGORITHMS
from worker.spec.extras import groups_with
from worker.spec.problem import Problem
from worker.spec.run import Run
from worker.store.starter import command


def _is_installed(package: str) -> bool:
    return find_spec(package) is not None


def problems(run: Run, is_installed: Callable[[str], bool] = _is_installed) -> Iterator[Problem]:
    """An error with the line that installs what is missing. The driver runs in the environment of this command."""
    missing = tuple(package for package in ALGORITHMS[run.algorithm].needs if not is_installed(package))
    if missing:
        names = " and ".join(missing)
        yield Problem(
            "search.algorithm",
            f"{run.algorithm} needs {names}, which {'are' if len(missing) > 1 else 'is'} not installed here.",
            f"Install what it needs with {command('install', *groups_with(missing))}, or choose auto.",
        )
