"""Workdirs that others can change: neither the page's commands nor the menu run or believe anything there unasked."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from foreign import ME, OTHER, as_me, give, needs_root, run_as_me, strange_group
from terminals import on_terminal

from app import create_app
from app.environment import Settings
from worker.spec import command
from worker.store.paths import Home
from worker.store.run_folder import write_starters

pytestmark = needs_root
PYTHON = '#!/bin/sh\ncase $* in *"import worker"*) exit ;; esac\necho "it ran: $*"\n'


@pytest.fixture
def base() -> Iterator[Path]:
    """A folder that all users can enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def installer() -> str:
    return create_app(Settings()).test_client().get("/install.sh").get_data(as_text=True)


@pytest.fixture
def workdir(base: Path, installer: str) -> Path:
    """A workdir of ME with what passes for an installation of the page's version, and with the scripts beside the runs."""
    venv = base / "above" / "work dir" / "omniopt" / ".venv"
    packages = venv / "lib" / "python3" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "some.pth").touch()
    (venv / "bin").mkdir()
    (venv / "pyvenv.cfg").touch()
    python = venv / "bin" / "python3"
    python.write_text(PYTHON)
    python.chmod(0o755)
    (venv / "bin" / "python").symlink_to("python3")
    stamp = re.search(r"^wheel_sha256='(.*)'", installer, re.MULTILINE)
    assert stamp
    (venv / "installed-wheel").write_text(stamp[1])
    home = Home(venv.parent)
    write_starters(home)
    # This test's own Python lies where ME cannot go.
    for script in (home.evaluate_script, home.starter):
        script.write_text(script.read_text().replace(shlex.quote(sys.executable), f"'{venv}/bin/python'"))
    give(base / "above", ME)
    return home.root.parent


def ways(workdir: Path, installer: str) -> dict[str, list[str]]:
    """The command lines that could run something of a workdir."""
    return {
        "first": ["sh", "-c", installer, "omniopt", "TOKEN", "--workdir", str(workdir)],
        "installed": ["sh", "-c", command.installed("TOKEN", str(workdir))],
        "menu": ["sh", str(workdir / "omniopt" / "evaluate-run.sh")],
        "starter": ["sh", str(workdir / "omniopt" / "omniopt"), "status"],
    }


WAYS = ("first", "installed", "menu", "starter")


def owned(part: str, *, whole: bool = True) -> Callable[[Path], None]:
    return lambda workdir: give(workdir / part, OTHER, whole=whole)


def open_to(part: str, mode: int, group: bool = False) -> Callable[[Path], None]:
    def change(workdir: Path) -> None:
        path = workdir / part
        if group:
            os.chown(path, -1, strange_group())
        path.chmod(mode)

    return change


def linked(workdir: Path) -> None:
    """The workdir is a link of ME's into a folder of somebody else."""
    theirs = workdir.parent.parent / "theirs"
    workdir.rename(theirs)
    give(theirs, OTHER)
    workdir.symlink_to(theirs)


def linked_through(workdir: Path) -> None:
    """The way to ME's own workdir goes over a link that somebody else can turn elsewhere."""
    top = workdir.parent.parent
    theirs, mine = top / "theirs", top / "mine"
    theirs.mkdir()
    workdir.rename(mine)
    (theirs / "link").symlink_to(mine)
    workdir.symlink_to(theirs / "link")
    give(theirs, OTHER)


def linked_python(workdir: Path) -> None:
    theirs = workdir.parent.parent / "program"
    theirs.write_text(PYTHON)
    theirs.chmod(0o755)
    give(theirs, OTHER)
    python = workdir / "omniopt/.venv/bin/python"
    python.unlink()
    python.symlink_to(theirs)


VENV = "omniopt/.venv"
FOREIGN: dict[str, tuple[str, Callable[[Path], None]]] = {
    "workdir and all": (OTHER, owned("")),
    "workdir alone": (OTHER, owned("", whole=False)),
    "folder above": (OTHER, owned("..", whole=False)),
    "omniopt": (OTHER, owned("omniopt", whole=False)),
    "venv": (OTHER, owned(VENV, whole=False)),
    "bin": (OTHER, owned(f"{VENV}/bin", whole=False)),
    "python": (OTHER, owned(f"{VENV}/bin/python3")),
    "python elsewhere": (OTHER, linked_python),
    "package": (OTHER, owned(f"{VENV}/lib/python3/site-packages/some.pth")),
    "link": (OTHER, linked),
    "link on the way": (OTHER, linked_through),
    "everybody above": ("everybody", open_to("..", 0o777)),
    "everybody in the workdir": ("everybody", open_to("", 0o757)),
    "everybody in packages": ("everybody", open_to(f"{VENV}/lib/python3/site-packages", 0o777)),
    "group": ("group", open_to("", 0o775, group=True)),
    "setgid": ("group", open_to("..", 0o2770 | 0o5, group=True)),
    "group of python": ("group", open_to(f"{VENV}/bin/python3", 0o775, group=True)),
    "group of packages": ("group", open_to(f"{VENV}/lib/python3/site-packages", 0o775, group=True)),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", FOREIGN)
def test_nothing_that_others_can_change_is_run_unasked(
    kind: str, way: str, workdir: Path, installer: str
) -> None:
    who, change = FOREIGN[kind]
    change(workdir)
    done = run_as_me(ways(workdir, installer)[way], workdir.parent)
    assert done.returncode == 5, done
    assert "it ran" not in done.stdout + done.stderr
    if way != "installed":
        assert who in done.stderr
        assert "nothing was run" in done.stderr
        assert "export OMNIOPT_TRUST=" in done.stderr
    else:
        assert "others can change what is listed above" in done.stderr
        assert who not in (OTHER,) or f" {OTHER} " in done.stderr


def nothing(workdir: Path) -> None:
    """As it is."""


def of_root(workdir: Path) -> None:
    give(workdir, "root")


def private(workdir: Path) -> None:
    """With the umask 002, where each user has a group of their own."""
    for path in (workdir.parent, *workdir.parent.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o020)


def sticky(workdir: Path) -> None:
    give(workdir.parent, "root", whole=False)
    workdir.parent.chmod(0o1777)


QUIET = {"own": nothing, "root's": of_root, "private group": private, "sticky": sticky}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", QUIET)
def test_what_is_ones_own_or_roots_is_run_without_a_word(
    kind: str, way: str, workdir: Path, installer: str
) -> None:
    QUIET[kind](workdir)
    done = run_as_me(ways(workdir, installer)[way], workdir.parent)
    assert (done.returncode, done.stderr) == (0, ""), done
    assert "it ran: -I -m worker" in done.stdout


@pytest.mark.parametrize("folder", ["", "omniopt"])
def test_folders_with_the_sticky_bit_can_be_added_to(folder: str, workdir: Path, installer: str) -> None:
    """On the way that does no harm; in the folder itself, a menu or a run could be put there."""
    (workdir / folder).chmod(0o1777)
    done = run_as_me(ways(workdir, installer)["first"], workdir.parent)
    assert ("it ran" in done.stdout) == (folder == "")


@pytest.mark.parametrize("way", ["first", "menu", "starter"])
def test_it_is_asked_and_only_yes_is_a_yes(way: str, workdir: Path, installer: str) -> None:
    owned("", whole=False)(workdir)
    command_line = as_me("env", "HOME=/", *ways(workdir, installer)[way])
    for answer in ("", "n", "what"):
        code, shown = on_terminal(workdir.parent, command_line, answer)
        assert code == 5, shown
        assert f"{workdir} belongs to the user {OTHER}." in shown
        assert "it ran" not in shown
    code, shown = on_terminal(workdir.parent, command_line, "y")
    assert code == 0, shown
    assert "it ran" in shown
    assert shown.count("[y/N]") == 1


def test_an_answer_that_was_typed_before_the_question_does_not_count(workdir: Path, installer: str) -> None:
    owned("")(workdir)
    command_line = as_me(*ways(workdir, installer)["first"])
    code, shown = on_terminal(workdir.parent, command_line, "n", ahead="y\ny\nyes\n\ny")
    assert code == 5, shown
    assert "it ran" not in shown


@pytest.mark.parametrize("way", ["first", "menu", "starter"])
def test_those_who_are_trusted_are_not_asked_about(way: str, workdir: Path, installer: str) -> None:
    owned("")(workdir)
    command_line = ways(workdir, installer)[way]
    done = run_as_me(command_line, workdir.parent, OMNIOPT_TRUST=f"/nowhere:{workdir.parent}")
    assert (done.returncode, done.stderr) == (0, ""), done
    done = run_as_me(command_line, workdir.parent, OMNIOPT_TRUST=f"{workdir}/omniopt")
    assert done.returncode == 5  # not for what lies above


@pytest.mark.parametrize("user", [OTHER, ME])
def test_nothing_is_made_in_a_foreign_folder_before_the_question(
    user: str, base: Path, installer: str
) -> None:
    folder = base / "theirs"
    folder.mkdir()
    give(folder, user)
    folder.chmod(0o777)
    done = run_as_me(["sh", "-c", installer, "omniopt", "TOKEN", f"--workdir={folder}/new"], base)
    assert done.returncode == 5, done
    assert (OTHER if user == OTHER else "everybody") in done.stderr
    assert list(folder.iterdir()) == []


def test_names_of_others_cannot_control_the_terminal(workdir: Path, installer: str) -> None:
    owned("")(workdir)
    bad = workdir.with_name("a\x1b[31mb")
    workdir.rename(bad)
    done = run_as_me(["sh", "-c", installer, "omniopt", "TOKEN", "--workdir", str(bad)], base_of(bad))
    assert done.returncode == 5
    assert "\x1b" not in done.stderr


def base_of(workdir: Path) -> Path:
    return workdir.parent.parent


def test_the_short_command_says_where_there_is_nothing_yet(base: Path) -> None:
    done = run_as_me(["sh", "-c", command.installed("TOKEN", str(base))], base)
    assert done.returncode == 5
    assert "or it is missing; the first-time command" in done.stderr


@pytest.mark.parametrize("missing", ["namei", "find"])
def test_the_short_command_runs_nothing_where_it_cannot_look(missing: str, workdir: Path, base: Path) -> None:
    tools = base / "tools"
    tools.mkdir()
    for name in {"sh", "id", "namei", "find", "grep"} - {missing}:
        (tools / name).symlink_to(str(shutil.which(name)))
    done = run_as_me(["/bin/sh", "-c", command.installed("TOKEN", str(workdir))], base, PATH=str(tools))
    assert (done.returncode, done.stdout) == (5, "")
