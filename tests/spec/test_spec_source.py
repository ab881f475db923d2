"""Any text that holds a config is taken for what it is."""

from __future__ import annotations

import pytest

from worker.spec import command
from worker.spec.formats import any_config, token
from worker.spec.problem import UnreadableError
from worker.spec.run import Draft


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
    assert any_config.read_any(text).draft.values == values


@pytest.mark.parametrize("workdir", ["", "/scratch/ws/me", "/a b/c?d", "~/x"])
def test_the_commands_of_the_page_are_recognised(workdir: str) -> None:
    installer = command.Installer("https://example.org/?/install.sh", "0" * 64)
    packed = token.encode(Draft({"run.name": "a"}))
    lines = [
        command.first_time(installer, packed, workdir),
        command.first_time(installer, packed, workdir, ("--local",)),
        command.thorough(installer, packed, workdir),
        command.installed(packed, workdir),
        f"  omniopt start {packed} --yes\n",
    ]
    for line in lines:
        assert any_config.read_any(line).draft.values == {"run.name": "a"}
    with pytest.raises(UnreadableError, match="Give the config file that it names"):
        any_config.read_any(command.first_time(installer, "config.toml", workdir))


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\ufeff", "hello", "https://example.org/", "<html>", "name: a"]
)
def test_what_is_no_config(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        any_config.read_any(text)
    assert caught.value.problems[0].hint
