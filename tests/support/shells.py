"""The shells that users paste into, as a parameter of tests; what this machine lacks is skipped."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

import pytest
from _pytest.mark import ParameterSet

# Shell -> the options with which it is interactive and reads nobody's settings.
INTERACTIVE: Mapping[str, Sequence[str]] = {"bash": ("--norc", "-i"), "dash": ("-i",), "zsh": ("-f", "-i")}


def needs(program: str) -> pytest.MarkDecorator:
    """Skips a test where this machine lacks a program."""
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not here")


def on(shell: str, *values: object) -> ParameterSet:
    """The values of a test's parameters of which `shell` is the first."""
    return pytest.param(shell, *values, marks=needs(shell))


in_shells = pytest.mark.parametrize("shell", [on(name) for name in INTERACTIVE])
