"""Command lines with a wrong word in them get one sentence and what to do, and every help fits on a terminal."""

from __future__ import annotations

from importlib import import_module

import pytest
from forked_commands import Omniopt

from worker.cli import COMMANDS, main
from worker.cli.parser import CommandParser

COLUMNS = 80


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "strat run.toml",
            'There is no command "strat". Did you mean "start"? For help: ',
        ),
        ("help", 'There is no command "help". For help: '),
        (
            "--verison",
            'There is no option "--verison". Did you mean "--version"? For help: ',
        ),
        (
            "start run.toml --lokal",
            'There is no option "--lokal". Did you mean "--local"? For help: ',
        ),
        ("best pear --jsonl=x", 'There is no option "--jsonl". Did you mean "--json"?'),
        ("best pear plum", '"plum" is one argument too many. For help: '),
        ("best", "RUN is missing. For help: "),
        ("start run.toml --workers", "--workers needs a value."),
        ("config run.toml --to yaml", "argument --to: invalid choice: 'yaml' (choose from"),
        ("stop \x1b[2J pear", '"pear" is one argument too many.'),
        ("stop pear -\x1b[2J", 'There is no option "-<U+001B>[2J".'),
    ],
)
def test_a_wrong_command_line_gets_one_sentence(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line.split(" ")) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("omniopt: ")
    assert said in shown.err
    assert shown.err.count("\n") == 1


def test_options_are_not_guessed_from_their_beginning(omniopt: Omniopt) -> None:
    # The installer, which looks for --workdir as well, would install elsewhere than the run would be.
    done = omniopt("start", "run.toml", "--workd", "elsewhere")
    assert done.returncode == 2
    assert 'There is no option "--workd". Did you mean "--workdir"?' in done.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_fits_on_a_terminal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    parser = CommandParser(prog=f"omniopt {name}", description=COMMANDS[name][1])
    import_module(f"worker.cli.commands.{COMMANDS[name][0]}").configure(parser)
    assert [line for line in parser.format_help().splitlines() if len(line) > COLUMNS] == []


def test_the_help_of_omniopt_fits_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help-me"]) == 2
    capsys.readouterr()
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    shown = capsys.readouterr().out
    assert [line for line in shown.splitlines() if len(line) > COLUMNS] == []
    assert main([]) == 0
    assert capsys.readouterr().out == shown
