"""The scripts of the project say in plain words what is missing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
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
