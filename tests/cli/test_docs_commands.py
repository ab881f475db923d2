"""Every option of every command is documented, in the words of its own help."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from worker.cli import COMMANDS
from worker.spec.fields import FIELDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
FLAGS = {flag for field in FIELDS for flag in field.flags}  # documented with the config
SHARED = ("--workdir", "--out")  # documented once


def options(name: str) -> Iterator[str]:
    """What the page should say about each option of a command."""
    parser = argparse.ArgumentParser()
    import_module(f"worker.cli.commands.{COMMANDS[name][0]}").configure(parser)
    for action in parser._actions:
        option = next(iter(action.option_strings[-1:]), "")
        if option in ("", "--help", *(SHARED if name not in ("start", "check") else ())) or (
            option in FLAGS and name in ("start", "resume", "extend", "check")
        ):
            continue
        assert action.help, f"omniopt {name} {option} has no help"
        text = parser._get_formatter()._expand_help(action)
        value = (
            "" if action.nargs == 0 else f" {action.metavar or '|'.join(map(str, action.choices or ['N']))}"
        )
        yield f"- `{option}{value}`: {text}"


def section(name: str) -> str:
    """What stands below the heading of a command."""
    text = PAGE.read_text(encoding="utf-8")
    match = re.search(rf"^### {re.escape(name)}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    return match[1] if match else ""


@pytest.mark.parametrize("name", COMMANDS)
def test_options_are_documented_in_their_own_words(name: str) -> None:
    wanted = list(options(name))
    documented = [line for line in section(name).splitlines() if line.startswith("- `--")]
    assert documented == wanted, f"below ### {name}, docs/commands.md should have\n" + "\n".join(wanted)


def test_options_of_all_commands_are_documented_once() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for option in SHARED:
        assert text.count(f"`{option} DIR`") == 1
