"""The commands for events in configs: a table of their own, and what earlier versions called the only one there was."""

from __future__ import annotations

import pytest

from worker.spec.check import check, check_read
from worker.spec.formats import toml, url
from worker.spec.run import Run

CONFIG = """
[run]
name = "pear"
objective = "./p ($x)"
{run}
[on]
{on}
[parameters.x]
type = "real"
min = 0
max = 1
"""


def run_of(run: str = "", on: str = "") -> Run:
    checked = check_read(toml.read(CONFIG.format(run=run, on=on)))
    assert checked.run is not None, checked.problems
    return checked.run


def test_each_event_has_a_command() -> None:
    run = run_of(
        on='ended = "a"\ninterrupted = "b"\nfirst_result = "c"\nnew_best = "d"\nwaiting = "e"\nwaiting_time = "30min"'
    )
    assert [run.on_ended, run.on_interrupted, run.on_first_result, run.on_new_best, run.on_waiting] == list(
        "abcde"
    )
    assert run.on_waiting_time == 1800
    draft = toml.draft_of(run)
    assert check(toml.read(toml.write(draft)).draft).run == run
    assert check(url.read(url.write(draft)).draft).run == run


def test_the_command_at_the_end_is_found_where_earlier_versions_had_it() -> None:
    run = run_of(run='on_end = "./mail-me"')
    assert run == run_of(on='ended = "./mail-me"')
    assert '[on]\nended = "./mail-me"' in toml.write(toml.draft_of(run))
    link = url.write(toml.draft_of(run))
    assert "on_end=./mail-me" in link.replace("%2F", "/")


def test_a_command_under_both_names_is_a_problem() -> None:
    problems = toml.read(CONFIG.format(run='on_end = "a"', on='ended = "b"')).problems
    assert [(problem.path, problem.message) for problem in problems] == [
        ("on.ended", "This is given twice, also as run.on_end.")
    ]


@pytest.mark.parametrize("key", ["on_ended", "end", "best"])
def test_an_event_that_there_is_not_is_a_problem(key: str) -> None:
    [problem] = toml.read(CONFIG.format(run="", on=f'{key} = "x"')).problems
    assert problem.path == f"on.{key}"
