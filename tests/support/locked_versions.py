"""The exact versions that scripts/lock has chosen; above all those that the page's command installs on a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKED = Path(__file__).parents[2] / "worker" / "requirements.txt"


def entries(locked: Path = LOCKED) -> Iterator[tuple[Requirement, frozenset[str]]]:
    """Each requirement of a file, with its checksums."""
    for line in locked.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if not line.startswith("#"):
            requirement, *hashes = re.split(r"\s+--hash=sha256:", line.strip())
            yield Requirement(requirement), frozenset(hashes)


def versions(python: str = "", locked: Path = LOCKED) -> dict[str, str]:
    """Name and version of what a file installs on Linux for a Python (`3.12`); without one, for the present one."""
    environment = {"sys_platform": "linux"}  # the rest is that of the present one
    if python:
        environment |= {"python_version": python, "python_full_version": f"{python}.0"}
    found: dict[str, str] = {}
    for requirement, _ in entries(locked):
        if requirement.marker is None or requirement.marker.evaluate(environment):
            (pin,) = requirement.specifier
            name = canonicalize_name(requirement.name)
            assert pin.operator == "==" and name not in found, requirement
            found[name] = pin.version
    return found
