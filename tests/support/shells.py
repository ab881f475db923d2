"""The shells that users paste into, as a parameter of tests; one that this machine lacks is skipped."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

import pytest

# Shell -> the options with which it is interactive and reads nobody's settings.
INTERACTIVE: Mapping[str, Sequence[str]] = {"bash": ("--norc", "-i"), "dash": ("-i",), "zsh": ("-f", "-i")}

in_shells = pytest.mark.parametrize(
    "shell",
    [
        pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"{name} is not here"))
        for name in INTERACTIVE
    ],
)
