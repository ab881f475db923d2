"""Questions at a terminal: only what is typed in answer to them counts, and the last one says what will run."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config
from shells import INTERACTIVE, on
from terminals import on_terminal

from worker.spec.formats import token, toml

OMNIOPT = [sys.executable, "-I", "-m", "worker"]
AHEAD = "\n\ny\nyes\n\n"
PASTED = "\n\ny\n\n"  # lines that the shell may take for commands, so without "yes", which is one


@pytest.fixture
def local(workdir: Path) -> Local:
    """The run in the workdir."""
    return Local(workdir)


def the_token(local: Local, **values: object) -> str:
    return token.encode(toml.read(config(local.workdir, **values).read_text()).draft)


def test_what_was_typed_before_the_question_does_not_start_a_run(local: Local) -> None:
    code, shown = on_terminal(local.workdir, [*OMNIOPT, "start", the_token(local)], "n", ahead=AHEAD)
    assert code == 2, shown
    assert shown.count("[y/N]") == 1
    assert "Nothing was started." in shown
    assert not (local.workdir / "omniopt").exists()


PLAIN, BRACKETED = "{}", "\x1b[200~{}\x1b[201~\n"


# dash has no line editing, so terminals do not frame what is pasted into it.
@pytest.mark.parametrize(
    ("shell", "frame"),
    [on("bash", PLAIN), on("bash", BRACKETED), on("dash", PLAIN), on("zsh", PLAIN), on("zsh", BRACKETED)],
)
def test_lines_pasted_behind_the_command_do_not_start_a_run(shell: str, frame: str, local: Local) -> None:
    line = " ".join([*OMNIOPT, "start", the_token(local), "; echo over-$?"])
    words = [shell, *INTERACTIVE[shell]]
    # Typed at once, the next line is for the shell again.
    _code, shown = on_terminal(
        local.workdir, words, "n\nexit", ahead=frame.format(f"{line}\n{PASTED}"), PS1="$ "
    )
    assert "over-2" in shown, shown
    assert "Nothing was started." in shown
    assert not (local.workdir / "omniopt").exists()


def test_what_was_typed_before_does_not_continue_a_run(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir)
    assert omniopt("start", path).returncode == 0
    code, shown = on_terminal(local.workdir, [*OMNIOPT, "start", str(path)], "s", ahead="n\nc\n")
    assert code == 3, shown
    assert not (local.workdir / "omniopt" / "projects" / "pear_2").exists()


def test_what_was_typed_before_chooses_nothing_in_the_menu(omniopt: Omniopt, local: Local) -> None:
    assert omniopt("start", config(local.workdir)).returncode == 0
    local.paths.report.unlink(missing_ok=True)
    words = [*OMNIOPT, "evaluate", "pear"]
    _, shown = on_terminal(local.workdir, words, "q", ahead="report\n\n", asks=MENU)
    assert "Item: q" in shown
    assert not local.paths.report.exists()


MENU = re.compile(r"Item: $")


def last_lines(shown: str) -> str:
    return shown.partition("This would be started:")[2].partition("Start this run?")[0]


def test_the_question_says_last_what_will_run_and_where(omniopt: Omniopt, local: Local) -> None:
    (local.workdir / "train.py").write_text("print('RESULT: 1')\n")
    objective = f"python3 ./train.py {'--flag ' * 60} --lr=($x) --end"
    word = the_token(
        local, objective=objective, on_ended="notify-me --done", on_new_best="page-me", workers=7
    )
    done = omniopt("start", word)
    said = last_lines(done.stdout + "Start this run?")
    assert "python3 ./train.py" in said
    assert "--lr=($x) --end" in said
    assert " ... " in said
    assert "7 workers" in said
    assert "on this machine" in said
    assert "on        ended: notify-me --done\n" in said
    assert "          new-best: page-me\n" in said
    assert str(local.paths.root) in said
    assert max(map(len, said.splitlines())) <= 200
    assert "ended:" not in last_lines(omniopt("start", the_token(local)).stdout)


def test_every_setup_line_is_named_or_counted(omniopt: Omniopt, local: Local) -> None:
    for count in (1, 5, 8):
        text = config(local.workdir).read_text()
        lines = ", ".join(f'"module load m{number}"' for number in range(count))
        draft = toml.read(f"{text}\n[slurm]\nsetup = [{lines}]\n").draft
        said = last_lines(omniopt("start", token.encode(draft)).stdout)
        named = said.count("module load m")
        assert named == min(count, 5)
        assert (f"and {count - named} more lines" in said) == (count > named)
