"""Which interpreter and which file a command names, and where nobody can tell."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.agent.program_parts import Parts, parts_of


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """A folder with programs, and a search path with a python3 and an Rscript in bin."""
    for name, text in {
        "train.py": "print()",
        "own.py": "#!/usr/bin/env python3\n",
        "fixed.py": f"#!{sys.executable}\n",
        "run.sh": "#!/bin/bash\n",
        "none": "echo",
        "src/go.py": "",
        "package/__main__.py": "",
        "bin/python3": "#!/bin/sh\n",
        "bin/Rscript": "#!/bin/sh\n",
        "venv/pyvenv.cfg": "",
        "venv/bin/activate": "",
        "venv/bin/python3": "#!/bin/sh\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("command", "file", "interpreter", "language"),
    [
        ("python3 train.py --lr 0.1", "train.py", "bin/python3", "python"),
        ("python3 -u -W ignore train.py", "train.py", "bin/python3", "python"),
        ("nice -n 5 srun -n 1 python3 train.py", "train.py", "bin/python3", "python"),
        ("cd src && python3 go.py", "src/go.py", "bin/python3", "python"),
        ("X=1 python3 -m package 3", "package", "bin/python3", "python"),
        ("./own.py 3", "own.py", "bin/python3", "python"),
        ("./fixed.py 3", "fixed.py", sys.executable, "python"),
        ("Rscript train.py", "train.py", "bin/Rscript", "Rscript"),
        ("bash run.sh 3", "run.sh", "", "sh"),
        ("./run.sh 3", "run.sh", "", "sh"),
        ("./none", "none", "", ""),
        # Which Python these find, only the shell knows.
        ("source env/bin/activate && python3 train.py", "train.py", "", "python"),
        ("module load X; python3 train.py", "train.py", "", "python"),
        ("PATH=/other python3 train.py", "train.py", "", "python"),
        ("conda run -n x python3 train.py", "train.py", "", "python"),
        ("source venv/bin/activate && python3 train.py", "train.py", "venv/bin/python3", "python"),
        ("cd src; . ../venv/bin/activate; python3 go.py", "src/go.py", "src/../venv/bin/python3", "python"),
        ("apptainer exec x.sif python3 train.py", "", "", ""),
        ("python3 -c 'print(1)'", "", "bin/python3", "python"),
        ("python3 missing.py", "", "bin/python3", "python"),
        ("$PROGRAM train.py", "", "", ""),
        ("echo RESULT: 3", "", "", ""),
        ("echo 'open", "", "", ""),
    ],
)
def test_the_program_of_a_command(
    cwd: Path, command: str, file: str, interpreter: str, language: str
) -> None:
    found = parts_of(command, cwd, str(cwd / "bin"))
    assert found.file == (cwd / file if file else None)
    assert found.interpreter == (str(cwd / interpreter) if interpreter else "")
    assert found.language == language


def test_the_image_of_a_container_and_what_has_no_interpreter(cwd: Path) -> None:
    def parts(command: str) -> Parts:
        return parts_of(command, cwd, f"{cwd}/bin:/bin:/usr/bin")

    assert parts("srun apptainer exec --nv -B /data image.sif python3 train.py").image == str(
        cwd / "image.sif"
    )
    assert parts("singularity run docker://python:3.12 x").image == "docker://python:3.12"
    assert parts("apptainer pull image.sif").image == ""
    assert parts("echo RESULT: 3").plain and parts("sort x").plain
    for command in ("./own.py", "bash run.sh", "$PROGRAM", "module load X; python3 train.py", "echo 'open"):
        assert not parts(command).plain


@given(st.text(max_size=60))
def test_no_command_is_too_strange(command: str) -> None:
    assert isinstance(parts_of(command, Path("/nowhere"), "/nowhere"), Parts)
