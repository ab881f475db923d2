"""The exact versions that the page's command installs: what they promise, and the way round them where they are not to be had."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from urllib.request import urlopen

import pytest
from locked_versions import entries, versions
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from page_server import running_page

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.10", "3.11", "3.12", "3.13", "3.14")  # those that the installer looks for by name
OTHERS = {
    "hyperopt": "0.3.999",
    "numpy": "1.26.999",
    "scipy": "1.11.999",
    "threadpoolctl": "999",
    "rich": "999",
    "tomli": "999",
}
WAY_OUT = "omniopt: export OMNIOPT_ANY_VERSIONS=1\n"


def test_the_pythons_here_are_those_that_the_installer_looks_for() -> None:
    installer = (ROOT / "templates" / "install.sh").read_text(encoding="utf-8")
    assert set(re.findall(r"python(3\.\d+)\b", installer)) == set(PYTHONS)


@pytest.mark.parametrize("python", PYTHONS)
def test_a_run_gets_what_it_needs_in_a_version_that_fits(python: str) -> None:
    locked = versions(python)
    environment = {"python_version": python, "python_full_version": f"{python}.0", "extra": ""}
    for line in metadata.requires("omniopt") or ():
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate(environment):
            assert needed.specifier.contains(locked[canonicalize_name(needed.name)]), needed


def test_what_those_need_in_turn_is_there_too() -> None:
    locked = versions()
    for name in locked:
        for line in metadata.requires(name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert canonicalize_name(needed.name) in locked, f"{name} needs {needed}"


def test_each_has_checksums() -> None:
    for requirement, hashes in entries():
        assert hashes, requirement
        assert all(re.fullmatch("[0-9a-f]{64}", checksum) for checksum in hashes), requirement


def fake_packages(folder: Path, wanted: Mapping[str, str]) -> dict[str, str]:
    """Empty wheels, and the settings with which pip finds nothing else."""
    folder.mkdir()
    for name, version in wanted.items():
        stem = f"{name.replace('-', '_')}-{version}"
        with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
            info = f"{stem}.dist-info"
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def install(script: Path, workdir: Path, settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The installer as the page's command runs it, up to the help of `omniopt start`; there is an older version, if any."""
    for stamp in workdir.glob("omniopt/.venv/installed-wheel"):
        stamp.write_text("another\n")
    return subprocess.run(
        ["sh", str(script), "--workdir", str(workdir), "--help"],
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    path = tmp_path_factory.mktemp("installer") / "install.sh"
    with running_page() as address:
        with urlopen(f"{address}/install.sh") as answer:
            path.write_bytes(answer.read())
        yield path


@pytest.fixture(scope="module")
def workdir(script: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workdir with an installation that has other versions than those that are tested with."""
    folder = tmp_path_factory.mktemp("installed")
    settings = {**fake_packages(folder / "wheels", OTHERS), "OMNIOPT_ANY_VERSIONS": "1"}
    done = install(script, folder / "it's mine", settings)
    assert (done.returncode, "usage: omniopt start" in done.stdout) == (0, True), done
    return folder / "it's mine"


def packages(workdir: Path) -> set[str]:
    """What is installed, as name-version."""
    return {path.stem for path in workdir.glob("omniopt/.venv/lib/*/site-packages/*.dist-info")}


def test_other_versions_are_taken_on_request(workdir: Path) -> None:
    assert {"hyperopt-0.3.999", "numpy-1.26.999", "rich-999"} <= packages(workdir)


def test_other_versions_are_not_taken_unasked(script: Path, workdir: Path, tmp_path: Path) -> None:
    before = packages(workdir)
    done = install(script, workdir, fake_packages(tmp_path / "wheels", OTHERS))
    assert done.returncode == 5, done
    assert "No matching distribution found" in done.stderr
    assert WAY_OUT in done.stderr
    assert packages(workdir) == before


def test_a_package_with_another_checksum_is_not_installed(
    script: Path, workdir: Path, tmp_path: Path
) -> None:
    before = packages(workdir)
    done = install(script, workdir, fake_packages(tmp_path / "wheels", versions()))
    assert done.returncode == 5, done
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert "the exact files that OmniOpt was tested with are not to be had here" in done.stderr
    assert WAY_OUT in done.stderr
    assert packages(workdir) == before
    left = {path.name for path in (workdir / "omniopt" / ".venv").iterdir() if path.is_file()}
    assert left == {"pyvenv.cfg", "installed-wheel"}


def test_who_takes_any_versions_is_not_told_to(script: Path, workdir: Path, tmp_path: Path) -> None:
    settings = {
        **fake_packages(tmp_path / "wheels", {}),
        "OMNIOPT_ANY_VERSIONS": "1",
        "PIP_FORCE_REINSTALL": "1",
    }
    done = install(script, workdir, settings)
    assert done.returncode == 5, done
    assert "The packages could not be installed; the lines above say why." in done.stderr
    assert WAY_OUT not in done.stderr
