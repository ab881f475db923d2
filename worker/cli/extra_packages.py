"""Packages for what a plain installation leaves out: what is missing of them, and having pip install them beside OmniOpt."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import worker
from worker.errors import OmnioptError
from worker.spec.extras import EXTRAS
from worker.spec.text import together, visible

# These settings would put the packages somewhere else than beside OmniOpt.
_ASTRAY = frozenset({"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_USER"})
_KEPT = ("hyperopt", "numpy", "scipy", "threadpoolctl", "rich")  # a run that goes on has loaded half of them
_ANY_VERSIONS = "OMNIOPT_ANY_VERSIONS"  # as the page's installer has it
_LOCKED = Path(worker.__file__).parent / "extras"  # a file for each group, made by scripts/lock
_BY_THE_PAGE = "installed-wheel"  # what its installer leaves in the environment that it has made
_UV_LOCK = ".lock"  # which uv leaves in an environment, and lets everybody write to it
_NOT_EXACT = (
    "Where they speak of versions or hashes, the exact files that OmniOpt was tested with are not to be had here; to take "
    f"what there is instead: export {_ANY_VERSIONS}=1."
)
_NO_WAY = (
    "Usually this machine has no access to the internet (a login node has), or the disk or your quota is full. Where packages are in "
    "a folder, they are taken from there: export PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER."
)


def group(text: str) -> str:
    """The name of a group, as an option has it. Raises ArgumentTypeError for another word."""
    if text not in EXTRAS:
        raise argparse.ArgumentTypeError(f"{text} is not one of {', '.join(EXTRAS)}")
    return text


def is_installed(name: str) -> bool:
    """Whether the packages of a group are here."""
    return all(find_spec(module) is not None for module in EXTRAS[name].modules)


def missing(groups: Sequence[str]) -> list[str]:
    """Those of the groups that are not installed."""
    return [name for name in groups if not is_installed(name)]


def install(groups: Sequence[str]) -> None:
    """Have pip install the groups that are missing, and say so; what is there stays as it is.

    Raises OmnioptError where that is not possible: an installation of somebody else, no pip, no way to the packages.
    """
    wanted = missing(groups)
    if not wanted:
        print(f"Everything for {' and '.join(groups)} is installed.")
        return
    _check_writable(Path(sysconfig.get_path("purelib")))
    for name in wanted:
        packages = ", ".join(EXTRAS[name].packages)
        print(f"Installing {packages} into {sys.prefix} (up to a minute) ...", flush=True)
        locked = _lock(name, os.environ)
        if _run(name, locked):
            failed = f"The packages for {name} could not be installed; the lines above say why."
            raise OmnioptError(together(failed, _NOT_EXACT if locked else "", _NO_WAY))
    print(f"Installed what {' and '.join(wanted)} need{'s' if len(wanted) == 1 else ''}.")


def _check_writable(folder: Path) -> None:
    """Raises OmnioptError where packages cannot be added to an installation, such as one that a group shares."""
    if folder.is_dir() and not os.access(folder, os.W_OK):
        raise OmnioptError(
            f"You cannot write to {visible(str(folder))}, which belongs to {visible(_owner(folder))}: packages are installed there by "
            "them, or beside a run by the page's command, which makes an installation of its own in another workdir."
        )


def _owner(folder: Path) -> str:
    try:
        return folder.owner()
    except (KeyError, OSError):
        return "somebody without a name here"


def _lock(name: str, environment: Mapping[str, str]) -> Path | None:
    """The exact versions of a group, where the page's command has installed OmniOpt with exact ones, too."""
    path = _LOCKED / f"{name}.txt"
    by_the_page = Path(sys.prefix, _BY_THE_PAGE).is_file()
    return path if by_the_page and path.is_file() and not environment.get(_ANY_VERSIONS) else None


def _run(name: str, locked: Path | None) -> int:
    """Have the packages of a group installed; the exit code. Raises OmnioptError where there is nothing to do it with."""
    environment = {name: value for name, value in os.environ.items() if name not in _ASTRAY}
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as kept:
        kept.writelines(f"{package}=={version}\n" for package, version in _versions())
        kept.flush()
        command = [*_installer(), "--quiet"]
        if locked:
            # What is in none of these files is what OmniOpt itself needs, and is there.
            exact = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
            command += [*exact, "--requirement", str(locked)]
        else:
            command += ["--constraint", kept.name, *EXTRAS[name].packages]
        code = subprocess.run(command, env={**environment, "PIP_USER": "0"}, check=False).returncode
    with suppress(OSError):  # or what others can change here would be asked about before each command
        Path(sys.prefix, _UV_LOCK).chmod(0o644)
    return code


def _installer() -> list[str]:
    """The beginning of a command that installs into the environment of this one: pip's, or else uv's, which makes environments without pip."""
    if find_spec("pip") is not None:
        own = [sys.executable, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        return [*own, "--prefer-binary"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", sys.executable]
    raise OmnioptError(
        f"The environment {visible(sys.prefix)} has no pip, and there is no uv here that would do without. Add pip to it: "
        f"{visible(sys.executable)} -m ensurepip"
    )


def _versions() -> list[tuple[str, str]]:
    """The versions that OmniOpt itself runs with."""
    found = []
    for name in _KEPT:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            continue
    return found
