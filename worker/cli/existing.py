"""What to do where a run of that name exists: continue it, take a new name, or leave it alone; never overwrite it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from worker.driver.project import RunExistsError
from worker.report.source import read_run
from worker.spec.fields import FIELDS
from worker.spec.run import Run
from worker.spec.text import visible
from worker.store.paths import Home, RunPaths

CHOICES = ("continue", "new", "stop")
_ANSWERS = {
    "c": "continue",
    "continue": "continue",
    "n": "new",
    "new": "new",
    "s": "stop",
    "stop": "stop",
    "": "stop",
}
_NOT_COMPARED = ("run.name", "run.workdir", "run.dont_start")


def ask(question: str, answers: Mapping[str, str]) -> str:
    """Ask until one of `answers` is given (upper or lower case); the end of the input counts as "n" or "s"."""
    while True:
        try:
            answer = input(question).strip().lower()
        except EOFError:
            print()
            return answers.get("n", answers[""])
        if answer in answers:
            return answers[answer]


def decide(paths: RunPaths, choice: str | None) -> str:
    """One of CHOICES: the one given by an option, or the answer on a terminal. Raises RunExistsError without both."""
    if choice is not None:
        return choice
    if not sys.stdin.isatty():
        raise RunExistsError(
            f"The run {paths.name} exists already in {visible(str(paths.root))}, and is never overwritten. "
            "Say what to do with --existing continue, --existing new (under a new name) or --existing stop."
        )
    print(f"The run {paths.name} exists already in {visible(str(paths.root))}.")
    return ask("Continue it, start under a new name, or stop? [c/n/S] ", _ANSWERS)


def free_name(home: Home, name: str) -> str:
    """`name` with the first number behind it that no run has."""
    number = 2
    while home.run(f"{name}_{number}").root.exists():
        number += 1
    return f"{name}_{number}"


def recorded(paths: RunPaths, given: Run) -> Run:
    """The run as it was started; says what the config at hand has differently, which is not used."""
    run = read_run(paths)
    different = list(_differences(run, given))
    if different:
        print("The run goes on as it was started. What the config at hand has differently is not used:")
        print("\n".join(f"  {visible(line)}" for line in different))
        print(f"omniopt resume {run.name} --help tells what can be changed.")
    return run


def _differences(run: Run, given: Run) -> Iterator[str]:
    for field in FIELDS:
        if field.path not in _NOT_COMPARED and getattr(run, field.key) != getattr(given, field.key):
            yield f"{field.path}: {getattr(run, field.key)!r}, not {getattr(given, field.key)!r}"
    if run.parameters != given.parameters:
        yield "the parameters"
