"""The scripts of the project say in plain words what is missing."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OLD_PYTHON = "#!/bin/sh\nexit 1\n"
# Says that it is new enough, but fails to make an environment, as Debian's does without python3-venv.
BARE_PYTHON = '#!/bin/sh\ncase "$1" in -c) exit 0;; --version) echo Python 3.11.2;; *) exit 1;; esac\n'


@pytest.fixture
def clone(workdir: Path) -> Path:
    """A folder with no more of the project than scripts/venv needs."""
    (workdir / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "venv", workdir / "scripts")
    shutil.copy(ROOT / "pyproject.toml", workdir)
    return workdir


@pytest.mark.parametrize(
    ("python", "said"),
    [(OLD_PYTHON, "there is no Python 3.10 or newer"), (BARE_PYTHON, "apt-get install python3-venv")],
)
def test_venv_without_a_usable_python(clone: Path, python: str, said: str) -> None:
    fake = clone / "python"
    fake.write_text(python, encoding="utf-8")
    fake.chmod(0o755)
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": str(fake)}
    done = subprocess.run(
        ["scripts/venv", "gui"], cwd=clone, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def gui(workdir: Path) -> Path:
    """scripts/gui with an environment that is there already, so that nothing is installed."""
    (workdir / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "gui", workdir / "scripts")
    (workdir / "scripts" / "venv").symlink_to("/bin/true")
    (workdir / ".venv" / "bin").mkdir(parents=True)
    (workdir / ".venv" / "bin" / "python").symlink_to(sys.executable)
    return workdir / "scripts" / "gui"


@pytest.mark.parametrize("port", ["http", "65536", "-1", ""])
def test_gui_with_a_port_that_there_is_not(gui: Path, port: str) -> None:
    done = subprocess.run([gui, "--port", port], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f'there is no port "{port}"' in done.stderr
    assert "usage: scripts/gui [--port N]" in done.stderr


def test_gui_with_a_port_that_is_taken(gui: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run([gui, "--port", str(port)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"port {port} cannot be used (Address already in use)" in done.stderr
    assert "scripts/gui --port 0" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "user", "programs", "said"),
    [
        ([], "0", [], "name a folder"),
        (["systems"], "1000", ["debootstrap"], "this needs root"),
        (["systems"], "0", [], "Install it: apt-get install debootstrap"),
    ],
)
def test_slurm_versions_says_what_it_needs(
    workdir: Path, arguments: list[str], user: str, programs: list[str], said: str
) -> None:
    (workdir / "id").write_text(f"#!/bin/sh\necho {user}\n")
    (workdir / "id").chmod(0o755)
    for program in programs:
        (workdir / program).symlink_to("/bin/true")
    for program in ("bash", "dirname", "env"):
        (workdir / program).symlink_to(str(shutil.which(program)))
    done = subprocess.run(
        ["bash", ROOT / "scripts" / "slurm-versions", *arguments],
        cwd=workdir, env={"PATH": str(workdir)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr
