"""`start --try`: one evaluation first, what it shows, and that the run starts only when somebody wants it then."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config
from terminals import on_terminal

from worker.spec.formats import token
from worker.spec.run import Draft, ParameterDraft

PRINTS = "echo working on it; echo RESULT: ($x)"


@pytest.fixture
def local(workdir: Path) -> Local:
    """The run in the workdir."""
    return Local(workdir)


def at_terminal(workdir: Path, word: str | Path, *answers: str, ahead: str = "") -> tuple[int, str]:
    command = [sys.executable, "-I", "-m", "worker", "start", "--try", "--local", str(word)]
    return on_terminal(workdir, command, *answers, ahead=ahead)


def projects(workdir: Path) -> list[str]:
    folder = workdir / "omniopt" / "projects"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_what_the_program_printed_used_and_suggests_is_said_and_the_run_starts(
    workdir: Path, local: Local
) -> None:
    path = config(workdir, objective=PRINTS, max_evals=3, runtime=2)
    code, shown = at_terminal(workdir, path, "y")
    assert code == 0, shown
    before, asked, after = shown.partition("Start the run now? [y/N]")
    assert asked
    assert "working on it" in before
    assert "with exit code 0. It ran on " in before
    assert "MB of memory" in before
    assert "all 3 evaluations take about" in before
    assert "--time-limit 0:01:00" in before
    assert "All 3 evaluations are done." in after
    assert local.count("ok") == 3
    assert projects(workdir) == ["pear"]


@pytest.mark.parametrize("answer", ["n", ""])
def test_without_a_yes_nothing_is_left(workdir: Path, answer: str) -> None:
    code, shown = at_terminal(workdir, config(workdir, objective=PRINTS), answer)
    assert code == 0
    assert "The run was not started." in shown
    assert projects(workdir) == []


def test_what_was_typed_meanwhile_does_not_start_it(workdir: Path) -> None:
    code, shown = at_terminal(workdir, config(workdir, objective=f"sleep 1; {PRINTS}"), "n", ahead="y\n\n")
    assert code == 0
    assert "The run was not started." in shown
    assert projects(workdir) == []


def test_a_program_that_fails_is_shown_with_what_it_said(workdir: Path, omniopt: Omniopt) -> None:
    path = config(workdir, objective="echo ($x); echo no such data >&2; exit 7")
    code, shown = at_terminal(workdir, path, "")
    assert code == 1
    assert "failed, exit code 7" in shown
    assert "  | no such data" in shown
    assert "Start the run all the same? [y/N]" in shown
    done = omniopt("start", path, "--try", "--local", "--yes")
    assert (done.returncode, projects(workdir)) == (1, [])
    assert "The run was not started." in done.stdout


def test_a_token_is_shown_before_its_program_runs_once(workdir: Path, omniopt: Omniopt) -> None:
    values = {"run.name": "pear", "run.objective": f"touch ran; {PRINTS}", "search.max_evals": 2}
    word = token.encode(Draft(values, (ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1}),)))
    code, shown = at_terminal(workdir, word, "n")
    assert (code, "Evaluate this once now, as a test? [y/N]" in shown) == (2, True)
    assert not (workdir / "ran").exists()
    code, shown = at_terminal(workdir, word, "y", "n")
    assert (code, "The run was not started." in shown) == (0, True)
    assert (workdir / "ran").exists()
    assert projects(workdir) == []
    done = omniopt("start", word, "--try", "--local")
    assert done.returncode == 2
    assert "--yes" in done.stderr


def test_with_nobody_to_ask_it_starts_only_with_a_yes(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir, objective=PRINTS, max_evals=2)
    done = omniopt("start", path, "--try", "--local")
    assert done.returncode == 0
    assert "There is no terminal to ask" in done.stdout
    assert projects(local.workdir) == []
    assert omniopt("start", path, "--try", "--local", "--yes").returncode == 0
    assert local.count("ok") == 2


def test_the_values_are_plausible_and_hooks_and_repeats_are_left_out(local: Local, omniopt: Omniopt) -> None:
    path = config(local.workdir, objective="echo ($x) >>values; echo RESULT: ($x)", max_evals=2)
    options = ("--repeats", "3", "--on-ended", "touch hooked", "--trust-program")
    assert omniopt("start", path, "--try", "--local", *options).returncode == 0
    assert (local.workdir / "values").read_text().count("\n") == 1
    assert not (local.workdir / "hooked").exists()
