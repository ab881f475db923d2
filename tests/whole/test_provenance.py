"""What a run writes down of its code and its machines: checked against what git and Python say themselves."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from forked_commands import Omniopt
from shells import needs

from worker.driver.code_version import git_state
from worker.store import provenance
from worker.store.paths import Home

CONFIG = """
[run]
name = "r"
objective = "{objective}"
workers = 2
[search]
algorithm = "hyperopt.rand.suggest"
max_evals = 3
[parameters.x]
type = "real"
min = 0
max = 1
"""


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=n@example.org"]
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(workdir: Path) -> Path:
    """A repository with a program, in which the run is started."""
    program = workdir / "train.py"
    program.write_text("import sys\nprint('RESULT:', sys.argv[1])\n")
    (workdir / ".gitignore").write_text("omniopt/\n")
    git(workdir, "init", "--quiet", "--initial-branch=trunk")
    git(workdir, "add", ".")
    git(workdir, "commit", "--quiet", "--message=x")
    return workdir


def started(omniopt: Omniopt, workdir: Path, objective: str) -> provenance.Provenance:
    """What is known of a run of the program."""
    (workdir / "c.toml").write_text(CONFIG.format(objective=objective))
    done = omniopt("start", "c.toml", "--local", "--yes")
    assert done.returncode == 0, done.stderr
    return provenance.read(Home.in_workdir(workdir).run("r"))


@needs("git")
def test_commit_environment_and_machine_are_those_that_the_tools_tell(
    repository: Path, omniopt: Omniopt
) -> None:
    known = started(omniopt, repository, f"{sys.executable} train.py ($x)")
    (driver,) = known.drivers
    commit = git(repository, "rev-parse", "HEAD")
    expected = {"commit": commit, "folder": str(repository), "branch": "trunk", "dirty": False}
    assert driver["git"] == expected
    assert driver["program"] == str(repository / "train.py")
    assert driver["sha256"] == hashlib.sha256((repository / "train.py").read_bytes()).hexdigest()
    (program,) = known.programs
    question = "import json, platform, sys; print(json.dumps([platform.python_version(), sys.executable]))"
    answer = subprocess.run([sys.executable, "-c", question], check=True, capture_output=True, text=True)
    assert [program["python"], program["executable"]] == json.loads(answer.stdout)
    packages = program["packages"]
    assert isinstance(packages, dict)
    assert "numpy" in packages
    (host,) = known.hosts
    assert host["cores"] == os.cpu_count()
    done = omniopt("report", "r", "--no-importance")
    report = Path(done.stdout.strip()).read_text()
    assert f"{commit[:12]} on trunk, nothing changed" in report
    done = omniopt("export", "r", "--json")
    assert json.loads(Path(done.stdout.strip()).read_text())["provenance"] == known.as_json()


def test_a_folder_without_git_and_a_program_of_the_shell_have_less(workdir: Path, omniopt: Omniopt) -> None:
    known = started(omniopt, workdir, "echo RESULT: ($x)")
    assert "git" not in known.drivers[0]
    assert "program" not in known.drivers[0]
    assert set(known.programs[0]) == {"host"} | set(known.programs[0]).intersection(
        ("conda", "venv", "modules")
    )


def test_an_interpreter_that_does_not_answer_holds_nobody_up(workdir: Path, omniopt: Omniopt) -> None:
    python = workdir / "python3"
    python.write_text('#!/bin/sh\n[ "$1" != -c ] || sleep 1000\necho RESULT: 1\n')
    python.chmod(0o755)
    (workdir / "train.py").touch()
    known = started(omniopt, workdir, "./python3 train.py ($x)")
    (program,) = known.programs
    assert program["interpreter"] == str(workdir / "python3")
    assert "packages" not in program
    assert program["unknown"] == "it did not answer before the worker left"


def test_the_interpreter_in_a_script_is_found_while_that_runs(workdir: Path, omniopt: Omniopt) -> None:
    programs = workdir / "env" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    # An environment with one package, which that of the tests need not have.
    (workdir / "env" / "pyvenv.cfg").write_text(
        f"home = {Path(sys.executable).resolve().parent}\ninclude-system-site-packages = false\n"
    )
    library = Path(sysconfig.get_path("purelib", vars={"base": str(workdir / "env")}))
    (library / "oak-1.2.dist-info").mkdir(parents=True)
    (library / "oak-1.2.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: oak\nVersion: 1.2\n"
    )
    (workdir / "run.sh").write_text(
        f"export VIRTUAL_ENV='{workdir}/env'\nPATH='{programs}':$PATH\nsleep 1\npython train.py\n"
    )
    # It ends when it has been asked, which is to be seen in the run's folder.
    (workdir / "train.py").write_text(
        "import glob, time\n"
        "until = time.monotonic() + 20\n"
        "while time.monotonic() < until and 'packages' not in ''.join(\n"
        "    open(name).read() for name in glob.glob('omniopt/projects/r/provenance/program.*')\n"
        "):\n"
        "    time.sleep(0.05)\n"
        "print('RESULT:', 1)\n"
    )
    known = started(omniopt, workdir, "bash run.sh ($x)")
    (program,) = known.programs
    assert program["interpreter"] == str(programs / "python")
    assert program["venv"] == str(workdir / "env")
    assert "unknown" not in program
    assert program["packages"] == {"oak": "1.2"}


def test_a_container_is_known_by_its_image(workdir: Path, omniopt: Omniopt) -> None:
    (workdir / "apptainer").write_text("#!/bin/sh\nsleep 0.3; echo RESULT: 1\n")
    (workdir / "apptainer").chmod(0o755)
    (workdir / "x.sif").write_bytes(b"image")
    known = started(omniopt, workdir, "./apptainer exec x.sif python3 train.py ($x)")
    (program,) = known.programs
    assert program["container"] == str(workdir / "x.sif")
    assert program["unknown"] == "it runs in a container, where nothing was asked"
    assert program["container_sha256"] == hashlib.sha256(b"image").hexdigest()
    done = omniopt("report", "r", "--no-importance")
    assert f"container {workdir}/x.sif, SHA-256 " in Path(done.stdout.strip()).read_text()


@needs("git")
def test_changes_are_seen_and_settings_of_a_repository_run_nothing(repository: Path) -> None:
    (repository / "new.txt").touch()
    assert git_state(repository)["dirty"] is False  # what git does not follow is no change of the code
    git(repository, "config", "core.fsmonitor", "touch seen; false")
    (repository / "train.py").write_text("changed")
    assert git_state(repository)["dirty"] is True
    assert not (repository / "seen").exists()
