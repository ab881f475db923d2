"""Every command that a message names can be pasted as it stands: into a fresh shell, wherever the runs and OmniOpt are."""

from __future__ import annotations

import ast
import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config, until
from shells import in_shells

from worker.cli import COMMANDS
from worker.spec.check import check_read
from worker.spec.formats.toml import read
from worker.store.paths import Home
from worker.store.run_folder import create, write_starters
from worker.store.starter import HOME_VARIABLE, command, run_command

WORKER = Path(__file__).resolve().parents[2] / "worker"
BARE = re.compile(rf"\bomniopt ({'|'.join(map(re.escape, COMMANDS))}|\{{)")
# The parser's name for itself, and the mark by which scripts of our making are known.
NO_LINES = ("omniopt {}", "Made by omniopt start.")
FRESH = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts in a module that are no docstrings; what an f-string fills in is {}."""
    inside = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            inside.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            inside.update(part for part in node.values if isinstance(part, ast.Constant))
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            yield node.lineno, node.value


def test_no_message_spells_a_command_by_itself() -> None:
    found = [
        f"{path.relative_to(WORKER.parent)}:{line}: {text.strip()}"
        for path in sorted(WORKER.rglob("*.py"))
        for line, text in texts(ast.parse(path.read_text(encoding="utf-8")))
        if BARE.search(text) and text not in NO_LINES
    ]
    assert found == []


def pasted(line: str, cwd: Path, shell: str = "sh") -> subprocess.CompletedProcess[str]:
    """Run a line in a shell that knows of nothing."""
    return subprocess.run(
        [shell, "-c", line], cwd=cwd, env=FRESH, capture_output=True, text=True, check=False, timeout=60
    )


def commands_in(text: str) -> list[str]:
    """The command lines that a text names: alone in a line, or behind a colon."""
    program = r"(?:omniopt|evaluate-run\.sh|python)"
    return re.findall(rf"(?:^ +|: )((?:'[^'\n]*/{program}'|[^\s']*/{program})(?: .*)?)$", text, re.MULTILINE)


@in_shells
def test_the_end_of_a_run_names_commands_that_work_elsewhere(
    omniopt: Omniopt, local: Local, tmp_path: Path, shell: str
) -> None:
    done = omniopt("start", config(local.workdir, max_evals=2))
    lines = commands_in(done.stdout)
    assert [shlex.split(line)[1:] for line in lines] == [[], ["report", "pear"], ["status", "pear"]]
    menu, report, status = lines
    assert "Runs in" in pasted(menu, tmp_path, shell).stdout
    assert pasted(report, tmp_path, shell).returncode == 0
    assert local.paths.report.exists()
    assert pasted(status, tmp_path, shell).stdout.startswith("pear: ended.")


def test_what_status_says_of_a_dead_driver_goes_on(omniopt: Omniopt, local: Local, tmp_path: Path) -> None:
    objective = "[ -e go ] || { touch begun; sleep 600; }; echo RESULT: ($x)"
    process = local.spawn("start", config(local.workdir, objective=objective, max_evals=2, workers=1))
    until((local.workdir / "begun").exists)
    process.kill()
    process.wait()
    local.kill_agents()
    (local.workdir / "go").touch()
    (line,) = commands_in(omniopt("status", "pear").stdout)
    assert "All 2 evaluations are done." in pasted(line, tmp_path).stdout


def on_a_terminal(words: list[str], cwd: Path, environment: dict[str, str]) -> str:
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        words, cwd=cwd, env={**environment, "TERM": "dumb"}, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    printed = b""
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:
            break
        if not some:
            break
        printed += some
    os.close(ours)
    process.wait()
    return printed.decode().replace("\r\n", "\n")


PYTHON = [sys.executable, "-I", "-m", "worker"]


def test_on_a_terminal_the_line_is_short_and_works_in_that_folder(omniopt: Omniopt, local: Local) -> None:
    omniopt("start", config(local.workdir, max_evals=2))
    said = on_a_terminal([*PYTHON, "resume", "pear"], local.workdir, FRESH)
    lines = commands_in(said)
    assert "./omniopt/omniopt status pear" in lines
    for line in lines:
        assert pasted(line, local.workdir).returncode == 0, line


def test_who_has_omniopt_in_path_sees_that_and_the_run_is_found(
    omniopt: Omniopt, local: Local, tmp_path: Path
) -> None:
    omniopt("start", config(local.workdir, max_evals=2))
    environment = {**FRESH, "PATH": f"{Path(sys.executable).parent}:{FRESH['PATH']}"}
    near = on_a_terminal(["omniopt", "resume", "pear"], local.workdir, environment)
    assert "Report on one page: omniopt report pear\n" in near
    # From another folder, the name alone would lead nowhere, or to another run of that name.
    away = on_a_terminal(["omniopt", "resume", str(local.paths.root)], tmp_path, environment)
    assert f"Report on one page: omniopt report {shlex.quote(str(local.paths.root))}\n" in away


def test_the_starter_finds_its_own_runs_before_those_of_the_present_folder(
    omniopt: Omniopt, local: Local, tmp_path: Path
) -> None:
    omniopt("start", config(local.workdir, max_evals=2))
    other = tmp_path / "other"
    other.mkdir()
    omniopt("start", config(other, max_evals=3), cwd=other)
    said = pasted(f"{shlex.quote(str(local.workdir))}/omniopt/omniopt status pear", other).stdout
    assert str(local.paths.root) in said


def test_the_starter_works_by_a_link_and_after_its_folder_was_moved(
    omniopt: Omniopt, local: Local, tmp_path: Path
) -> None:
    omniopt("start", config(local.workdir, max_evals=2))
    moved = local.workdir.rename(tmp_path / 'moved it\'s "here"')
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "oo").symlink_to(os.path.relpath(moved / "omniopt" / "omniopt", tmp_path / "bin"))
    done = pasted("bin/oo status", tmp_path)
    assert done.stdout.startswith("pear  ended"), done.stderr
    assert "pear" in pasted("./omniopt/evaluate-run.sh", moved).stdout


def test_an_installation_inside_the_folder_moves_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "work" / "omniopt")
    python = home.venv / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$0 $*"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    write_starters(home)
    moved = (tmp_path / "work").rename(tmp_path / "there")
    said = pasted("./omniopt/omniopt best x", moved).stdout
    assert said == f"{moved}/omniopt/.venv/bin/python -I -m worker best x\n"


def test_a_file_of_somebody_else_is_no_starter(tmp_path: Path) -> None:
    home = Home(tmp_path / "omniopt")
    home.root.mkdir()
    home.starter.write_text("#!/bin/sh\necho mine\n")
    home.evaluate_script.write_bytes(b"\xff\xfe")
    write_starters(home)
    assert home.starter.read_text() == "#!/bin/sh\necho mine\n"
    assert home.evaluate_script.read_bytes() == b"\xff\xfe"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A folder with a run that was never begun, seen from outside."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    text = (
        '[run]\nname="plum"\nobjective="echo RESULT: ($x)"\n[parameters.x]\ntype="hp.uniform"\nmin=0\nmax=1\n'
    )
    checked = check_read(read(text))
    assert checked.run is not None, checked.problems
    return create(Home.in_workdir(tmp_path), checked.run).home


def test_a_starter_that_others_may_write_is_in_no_message(made: Home) -> None:
    assert run_command("status", made.run("plum")) == f"{made.starter} status plum"
    made.starter.chmod(0o777)
    line = run_command("status", made.run("plum"))
    assert shlex.split(line) == [*PYTHON, "status", str(made.run("plum").root)]
    assert pasted(line, Path("/")).returncode == 0


def test_before_there_is_a_starter_the_line_calls_python(made: Home) -> None:
    shutil.rmtree(made.root)
    line = command("start", "--help")
    assert shlex.split(line)[:4] == PYTHON
    assert "usage:" in pasted(line, Path("/")).stdout
