"""Starting from what the page gives: a token that is longer than any file's name."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from worker.spec import token
from worker.spec.run import Draft, ParameterDraft

Omniopt = Callable[..., subprocess.CompletedProcess[str]]


def a_long_token() -> str:
    """A token of more than 255 letters, which no file name can have."""
    parameters = tuple(
        ParameterDraft(f"p{number}-{number**9}", "hp.uniform", {"min": number, "max": number + 1.0 / 7})
        for number in range(20)
    )
    objective = "echo RESULT: 1 # " + " ".join(f"($x_{number})" for number in range(20))
    values = {"run.name": "long", "run.objective": objective, "search.max_evals": 2, "run.workers": 1}
    return token.encode(Draft(values, parameters))


def test_a_long_token_starts_a_run(omniopt: Omniopt, workdir: Path) -> None:
    given = a_long_token()
    assert len(given) > 255
    done = omniopt("start", given, "--local", "--yes")
    assert done.returncode == 0, done.stderr
    assert (workdir / "omniopt/projects/long/csv/long.csv").read_text().count("\n") == 3


def test_a_token_is_shown_and_not_started_without_a_yes(omniopt: Omniopt, workdir: Path) -> None:
    done = omniopt("start", a_long_token(), "--local")
    assert done.returncode == 2
    assert "echo RESULT: 1" in done.stdout
    assert "--yes" in done.stderr
    assert not (workdir / "omniopt" / "projects").exists()
