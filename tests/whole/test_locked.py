"""What scripts/lock has written is in step: what pyproject.toml asks for, exact versions with checksums, and the lists in CycloneDX."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import pytest
from locked_versions import entries, versions
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from worker.spec import extras as other_packages

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS: Mapping[str, Sequence[str]] = PYPROJECT["project"]["optional-dependencies"]
EXTRAS = {path.stem: path for path in sorted((ROOT / "worker" / "extras").iterdir())}
PAGE, BUILD = ROOT / "app" / "requirements.txt", ROOT / "app" / "requirements-build.txt"
LISTS = [
    ("worker", ROOT / "worker" / "requirements.txt"),
    ("page", PAGE),
    ("page-build", BUILD),
    *EXTRAS.items(),
]
ASKED = [
    (PAGE, GROUPS["gui"]),
    (BUILD, PYPROJECT["build-system"]["requires"]),
    *((path, GROUPS[name]) for name, path in EXTRAS.items()),
]
PYTHONS = ("3.10", "3.12", "3.14")


@pytest.mark.parametrize(("locked", "wanted"), ASKED, ids=lambda value: getattr(value, "stem", ""))
@pytest.mark.parametrize("python", PYTHONS)
def test_what_is_asked_for_is_there_in_a_version_that_fits(
    locked: Path, wanted: Sequence[str], python: str
) -> None:
    found = versions(python, locked)
    for line in wanted:
        needed = Requirement(line)
        version = found.get(canonicalize_name(needed.name), "")
        assert version and needed.specifier.contains(version), f"{needed}: run scripts/lock"


def test_groups_have_exact_versions_and_leave_alone_what_a_run_needs() -> None:
    assert set(other_packages.EXTRAS) - set(EXTRAS) == {"optuna-gp"}  # which torch is right hangs on the GPUs
    for python in PYTHONS:
        run = versions(python)
        for path in EXTRAS.values():
            assert not versions(python, path).keys() & run.keys(), path


@pytest.mark.parametrize("locked", [PAGE, *EXTRAS.values()], ids=lambda locked: locked.stem)
def test_what_is_needed_in_turn_is_there_too(locked: Path) -> None:
    found = versions(locked=locked)
    if locked != PAGE:
        found = versions() | found
    for name in found:
        for line in metadata.requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert canonicalize_name(needed.name) in found, f"{name} needs {needed}"


@pytest.mark.parametrize("locked", [locked for locked, _ in ASKED], ids=lambda locked: locked.stem)
def test_each_has_checksums(locked: Path) -> None:
    for requirement, hashes in entries(locked):
        assert hashes, requirement
        assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in hashes), requirement


@pytest.mark.parametrize(("name", "locked"), LISTS)
def test_the_list_of_materials_is_that_of_the_lock(name: str, locked: Path) -> None:
    listed = json.loads((ROOT / "sbom" / f"{name}.cdx.json").read_text(encoding="utf-8"))
    assert (listed["bomFormat"], listed["metadata"]["component"]["name"]) == ("CycloneDX", "omniopt")
    found = {
        (
            canonicalize_name(one["name"]),
            one["version"],
            frozenset(
                checksum["content"]
                for reference in one["externalReferences"]
                for checksum in reference["hashes"]
            ),
        )
        for one in listed["components"]
    }
    wanted = set()
    for requirement, hashes in entries(locked):
        (pin,) = requirement.specifier
        wanted.add((canonicalize_name(requirement.name), pin.version, hashes))
    assert found == wanted
    assert {one["purl"].partition("@")[0] for one in listed["components"]} == {
        f"pkg:pypi/{name}" for name, _, _ in wanted
    }
