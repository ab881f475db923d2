"""Packages for what a plain installation leaves out: what is missing of them, and having pip install them beside OmniOpt."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec

from worker.errors import OmnioptError
from worker.spec.extras import EXTRAS

# These settings would put the packages somewhere else than beside OmniOpt.
_ASTRAY = frozenset({"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_USER"})
_KEPT = ("hyperopt", "numpy", "scipy", "threadpoolctl", "rich")  # a run that goes on has loaded half of them


def group(text: str) -> str:
    """The name of a group, as an option has it. Raises ArgumentTypeError for another word."""
    if text not in EXTRAS:
        raise argparse.ArgumentTypeError(f"{text} is not one of {', '.join(EXTRAS)}")
    return text


def is_installed(name: str) -> bool:
    """Whether the packages of a group are here."""
    return find_spec(EXTRAS[name].module) is not None


def missing(groups: Sequence[str]) -> list[str]:
    """Those of the groups that are not installed."""
    return [name for name in groups if not is_installed(name)]


def install(groups: Sequence[str]) -> None:
    """Have pip install the groups that are missing, and say so; what is there stays as it is.

    Raises OmnioptError where pip cannot.
    """
    wanted = missing(groups)
    if not wanted:
        print(f"Everything for {' and '.join(groups)} is installed.")
        return
    packages = [package for name in wanted for package in EXTRAS[name].packages]
    print(f"Installing {', '.join(packages)} into {sys.prefix} ...", flush=True)
    environment = {name: value for name, value in os.environ.items() if name not in _ASTRAY}
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as kept:
        kept.writelines(f"{name}=={version}\n" for name, version in _versions())
        kept.flush()
        command = [sys.executable, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command += ["--no-input", "--prefer-binary", "--constraint", kept.name, *packages]
        code = subprocess.run(command, env={**environment, "PIP_USER": "0"}, check=False).returncode
    if code:
        raise OmnioptError(
            f"The packages for {' and '.join(wanted)} could not be installed; the lines above say why. Usually this machine has no "
            "access to the internet (a login node has), or the disk or your quota is full."
        )
    print(f"Installed what {' and '.join(wanted)} need{'s' if len(wanted) == 1 else ''}.")


def _versions() -> list[tuple[str, str]]:
    """The versions that OmniOpt itself runs with."""
    found = []
    for name in _KEPT:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return found
