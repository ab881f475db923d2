"""Any text that holds a config is taken for what it is."""

from __future__ import annotations

import pytest

from worker.spec import source
from worker.spec.problem import UnreadableError


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('run.name = "a"', {"run.name": "a"}),
        ('# [DATA]\n[run]\nname = "projectname=b"\n', {"run.name": "projectname=b"}),
        ("\n  [ Data ]\nprojectname = a\n", {"run.name": "a"}),
        ('  {"data": {"projectname": "a"}}', {"run.name": "a"}),
        ("projectname=a", {"run.name": "a"}),
        ("maxevalserror=5&projectname=a", {"run.name": "a"}),
        ("?projectname=a", {"run.name": "a"}),
        ("/?projectname=a", {"run.name": "a"}),
        ("HTTPS://example.org/omniopt/?projectname=a#top\n", {"run.name": "a"}),
        ("https://example.org/?objective_program=a%3Fb%23c?d", {"run.objective": "a?b#c?d"}),
        ("\ufeff?projectname=a", {"run.name": "a"}),
    ],
)
def test_formats_are_recognised(text: str, values: dict[str, str]) -> None:
    assert source.read_any(text).draft.values == values


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\ufeff", "hello", "https://example.org/", "<html>", "name: a"]
)
def test_what_is_no_config(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        source.read_any(text)
    assert caught.value.problems[0].hint
