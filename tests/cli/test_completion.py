"""Completion in real shells, and the manual page: both know every command and option."""

from __future__ import annotations

import argparse
import re
import subprocess
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from shells import needs, on

from worker.cli import COMMANDS
from worker.cli.completions import SHELLS
from worker.cli.described import described
from worker.cli.man_page import EXITS, man_page

COMMAND_PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
ALL = described()
IN_BASH = (
    'source "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2)); _omniopt; printf "%s\\n" "${COMPREPLY[@]}"'
)
# A shell at a terminal of its own, in which Tab is pressed; what is offered is written to a file instead of a menu.
IN_ZSH = """
zmodload zsh/zpty
zpty shell "zsh -f -i"
read_until() { local text all= ; while [[ $all != *$1* ]]; do zpty -r shell text || return; all+=$text; done }
zpty -w shell "PS1=; autoload -U compinit; compinit -u -D; source $1; \\
compadd() { local -a offered; \\
  if [[ \\$@ == *-[AOD]* ]]; then builtin compadd \\"\\$@\\"; return; fi; \\
  builtin compadd -A offered \\"\\$@\\"; print -l -- \\$offered >>$2; builtin compadd \\"\\$@\\" }; \\
  pressed() { zle expand-or-complete; print offe''red }; zle -N pressed; bindkey '^I' pressed; print rea''dy"
read_until ready
zpty -w -n shell "$3"$'\\t'
read_until offered
zpty -d shell
"""
Complete = Callable[[str, str], set[str]]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A workdir with two runs, a folder that is none, and one whose name would run something."""
    for name in ("digits", "my_run", "$(touch evil)"):
        folder = tmp_path / "omniopt" / "projects" / name
        folder.mkdir(parents=True)
        (folder / "config.toml").touch()
    (tmp_path / "omniopt" / "projects" / "old").mkdir()
    return tmp_path


@pytest.fixture
def complete(here: Path) -> Complete:
    """`complete(shell, line)`: what the Tab key offers at the end of a line, in the workdir."""

    def offered(shell: str, line: str) -> set[str]:
        script, out = here / f"completion.{shell}", here / "offered"
        script.write_text(SHELLS[shell](ALL), encoding="utf-8")
        out.write_text("")
        if shell == "bash":
            command = ["bash", "--norc", "-c", IN_BASH, "bash", str(script), *line.split(" ")]
        elif shell == "zsh":
            command = ["zsh", "-f", "-c", IN_ZSH, "zsh", str(script), str(out), line]
        else:
            command = ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"]
        done = subprocess.run(command, cwd=here, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        text = out.read_text() if shell == "zsh" else done.stdout
        return {word.partition("\t")[0] for word in text.splitlines() if word}

    return offered


SHELLS_HERE = pytest.mark.parametrize("shell", [on(name) for name in SHELLS])


@SHELLS_HERE
def test_commands_are_completed(shell: str, complete: Complete) -> None:
    assert complete(shell, "omniopt/omniopt st") == {"start", "status", "stop"}
    assert complete(shell, "omniopt debug") == {"debug-zip"}


@SHELLS_HERE
def test_options_and_their_values_are_completed(shell: str, complete: Complete) -> None:
    assert complete(shell, "omniopt logs my_run --fa") == {"--failed"}
    assert complete(shell, "omniopt config --to ") == {"toml", "ini", "json"}
    assert complete(shell, "omniopt completion ") >= {"bash", "zsh", "fish"}


@SHELLS_HERE
def test_names_of_runs_are_completed_and_nothing_in_them_is_run(
    shell: str, complete: Complete, here: Path
) -> None:
    found = complete(shell, "omniopt/omniopt status ")
    assert {"digits", "my_run"} <= found
    assert "old" not in found
    assert complete(shell, "omniopt status my") == {"my_run"}
    assert not (here / "evil").exists()


@SHELLS_HERE
def test_every_command_and_option_is_known(shell: str) -> None:
    script = SHELLS[shell](ALL)
    for name, (module, _) in COMMANDS.items():
        parser = argparse.ArgumentParser()
        import_module(f"worker.cli.commands.{module}").configure(parser)
        assert name in script
        for option in re.findall(r"(?<!\S)--([a-z][\w-]*)", parser.format_usage()):
            assert re.search(rf"(?:--|-l ){re.escape(option)}\b", script), f"{name} --{option}"


def test_the_command_prints_the_script(omniopt: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = omniopt("completion", "bash")
    assert (done.returncode, done.stdout) == (0, SHELLS["bash"](ALL))
    assert omniopt("completion", "tcsh").returncode == 2


@needs("man")
def test_man_reads_the_page_without_complaint(
    omniopt: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    page = tmp_path / "omniopt.1"
    page.write_text(omniopt("man").stdout, encoding="utf-8")
    shown = subprocess.run(
        ["man", "--warnings", "-l", str(page)],
        env={"PATH": "/usr/bin:/bin", "MANWIDTH": "200", "LC_ALL": "C.UTF-8", "MANROFFOPT": "-ww"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (shown.returncode, shown.stderr) == (0, "")
    for command in ALL:
        assert f"   {command.name}" in shown.stdout
        for flag in command.flags:
            assert flag in shown.stdout


def test_the_page_says_what_the_documentation_says_of_exit_codes() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", COMMAND_PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    plain = {int(code): re.sub(r"`(?:omniopt/)?omniopt ([^`]*)`", r"\1", text) for code, text in rows}
    assert plain == EXITS
    assert all(rf"\fB{code}\fR" in man_page(ALL) for code in EXITS)
