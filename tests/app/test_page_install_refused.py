"""What keeps the page's command from installing anything, each said plainly."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from page_installs import install, stamp, tools, write_program


def test_packages_that_cannot_be_had_are_said_plainly(script: Path, tmp_path: Path) -> None:
    done = install(script, "--workdir", str(tmp_path), "--help", PIP_NO_DEPS="0", PIP_FIND_LINKS="")
    assert done.returncode == 5
    assert "The packages could not be installed; the lines above say why." in done.stderr
    assert not stamp(tmp_path).exists()
    assert not (tmp_path / "omniopt" / ".installing").exists()


def test_a_script_that_was_cut_off_does_nothing(script: Path, tmp_path: Path) -> None:
    whole = script.read_text()
    cut = tmp_path / "cut.sh"
    end = len(whole.rstrip())
    for length in {*range(0, end, 311), *range(end - 20, end)}:
        cut.write_text(whole[:length])
        install(cut, "TOKEN", cwd=tmp_path, shell="dash")
        assert list(tmp_path.iterdir()) == [cut], f"cut off after {length} characters"


def test_no_python_is_said_plainly(script: Path, tmp_path: Path) -> None:
    done = install(script, "--workdir", str(tmp_path / "w"), PATH=tools(tmp_path / "bin"))
    assert done.returncode == 5
    assert done.stderr.startswith(
        "omniopt: There is no Python 3.10 or newer here, and OmniOpt is written in it.\n"
    )
    assert "module load Python" in done.stderr
    assert list((tmp_path / "w").iterdir()) == []


def test_the_output_of_an_installation_ends_with_it(script: Path, tmp_path: Path) -> None:
    """Whoever reads it waits for its end, and waits for the process only then."""
    deaf = 'kill() { [ "$1" != -0 ] || command kill "$@"; }; . "$0"'
    done = install(Path("-c"), deaf, str(script), PATH=tools(tmp_path / "bin"), cwd=tmp_path)
    assert done.returncode == 5


def test_the_output_of_an_installation_that_was_killed_ends_with_it(script: Path, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin")
    write_program(
        tmp_path / "bin" / "python3", "case $* in *--clear*) kill -9 $PPID ;; *print*) echo 3.12 ;; esac"
    )
    done = install(script, "--workdir", str(tmp_path / "w"), PATH=path)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    "answers",
    [
        "case $* in *print*) echo 3.6 ;; *) exit 1 ;; esac",
        "case $* in *-I*) echo Unknown option: -I >&2; exit 2 ;; *print*) echo 3.6 ;; esac",
    ],
    ids=["Python 3", "one without -I"],
)
def test_an_old_python_is_named(answers: str, script: Path, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin")
    write_program(tmp_path / "bin" / "python3", answers)
    done = install(script, "--workdir", str(tmp_path / "w"), PATH=path)
    assert done.returncode == 5
    assert "OmniOpt is written in it. Found: python3 is 3.6.\n" in done.stderr
    assert "Unknown option" not in done.stderr


def test_a_python_without_venv_is_told_from_none(script: Path, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin")
    real = Path(sys.executable).resolve()
    write_program(tmp_path / "bin" / "python3", f'case $3 in *ensurepip*) exit 1 ;; esac; exec {real} "$@"')
    done = install(script, "--workdir", str(tmp_path / "w"), PATH=path)
    assert done.returncode == 5
    assert "The Python here (python3) cannot create virtual environments" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def test_a_python_can_be_named(script: Path, tmp_path: Path) -> None:
    path = tools(tmp_path / "bin")
    done = install(
        script,
        "--workdir",
        str(tmp_path / "w"),
        "--help",
        PATH=path,
        OMNIOPT_PYTHON=str(Path(sys.executable).resolve()),
    )
    assert done.returncode == 0, done


def test_a_workdir_that_cannot_be_made_is_said_plainly(script: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = install(script, "--workdir", str(tmp_path / "file"))
    assert done.returncode == 5
    assert "cannot be created" in done.stderr
    assert "Choose another workdir" in done.stderr
    done = install(script, "--workdir", cwd=tmp_path)
    assert "--workdir needs a folder." in done.stderr


def test_a_folder_of_another_make_in_the_place_of_ours_is_left_alone(script: Path, tmp_path: Path) -> None:
    kept = tmp_path / "omniopt" / ".venv" / "bin" / "activate"
    kept.parent.mkdir(parents=True)
    kept.write_text("old")
    done = install(script, "--help", "--workdir", str(tmp_path))
    assert done.returncode == 5
    assert f"The folder {kept.parents[1]} already exists, but OmniOpt did not create it" in done.stderr
    assert kept.read_text() == "old"
