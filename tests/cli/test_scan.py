"""`omniopt scan`: a program is asked for its help, a file is only read, and what is proposed can be started as it is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from forked_commands import Omniopt

from worker.cli.commands import scan
from worker.errors import UsageError

PROGRAM = """import argparse
p = argparse.ArgumentParser()
p.add_argument("--lr", type=float, default=0.01, help="%(default)s")
p.add_argument("--layers", type=int, default=2)
p.add_argument("--amp", action="store_true")
args = p.parse_args()
print("RESULT:", (args.lr - 0.03) ** 2 + args.layers)
"""


def test_what_is_proposed_for_a_program_runs(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "my train.py").write_text(PROGRAM)
    done = omniopt("scan", "python3 'my train.py'")
    assert done.returncode == 0, done.stderr
    assert "objective = \"python3 'my train.py' --lr=($lr) --layers=($layers)\"" in done.stdout
    assert 'name = "my_train"' in done.stdout
    assert "Left as they are (switches): --amp." in done.stderr
    (workdir / "config.toml").write_text(done.stdout)
    run = omniopt("start", "config.toml", "--local", "--yes", "--max-evals", "2", "--workers", "1")
    assert run.returncode == 0, run.stdout


def test_a_source_is_read_and_not_run(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "train.py").write_text(PROGRAM + f"open({str(workdir / 'ran')!r}, 'w')\n")
    done = omniopt("scan", "train.py")
    assert done.returncode == 0, done.stderr
    assert 'objective = "python3 train.py --lr=($lr) --layers=($layers)"' in done.stdout
    assert not (workdir / "ran").exists()


def test_a_file_that_cannot_be_read_is_said_to_be_so_and_why(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "folder.py").mkdir()
    for word, why in [("nowhere.py", "No such file or directory"), ("folder.py", "Is a directory")]:
        done = omniopt("scan", word)
        assert done.returncode == 2
        assert f'"{word}" cannot be read: {why}.' in done.stderr
    assert "cannot be started: No such file" in omniopt("scan", "nowhere.py --fast").stderr


def test_a_file_of_somebody_else_is_named_as_one_that_cannot_be_read(
    workdir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (workdir / "train.py").write_text(PROGRAM)

    def refuse(_: Path) -> bytes:  # root, as whom tests may run, reads everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.chdir(workdir)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        scan._scanned("train.py")


def test_where_the_help_says_nothing_the_source_does(omniopt: Omniopt, workdir: Path) -> None:
    (workdir / "train.py").write_text(
        "import sys\nif len(sys.argv) > 1: sys.exit('no library here')\n" + PROGRAM
    )
    done = omniopt("scan", "python3 train.py")
    assert done.returncode == 0, done.stderr
    assert 'objective = "python3 train.py --lr=($lr) --layers=($layers)"' in done.stdout


def test_a_help_text_is_read_from_standard_input(omniopt: Omniopt) -> None:
    done = omniopt("scan", "-", input="usage: a.py [--lr LR]\n")
    assert 'objective = "python3 a.py --lr=($lr)"' in done.stdout


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("", "There is no program."),
        ("python3 'a", 'A quotation mark of "python3 \'a" does not end.'),
        ("no-such-program", '"no-such-program" cannot be started: No such file or directory.'),
        ("echo nothing of use", "prints no list of options"),
        ("note.txt", "neither the help of a program nor the source"),
    ],
)
def test_what_cannot_be_scanned_is_said_so(omniopt: Omniopt, workdir: Path, word: str, words: str) -> None:
    (workdir / "note.txt").write_text("buy milk\n")
    done = omniopt("scan", word)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_that_does_not_know_help_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "_PATIENCE", 0.5)
    begun = time.monotonic()
    with pytest.raises(UsageError, match="has not ended after"):
        scan._of_command("sh -c 'sleep 100'")
    assert time.monotonic() - begun < 50
