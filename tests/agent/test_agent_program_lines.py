"""How much a fault of one command means for a line of several, and what is looked at beside programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.agent.program import CommandContext, Weight, faults

SCRIPT = "print('RESULT: 1')\n"


@pytest.fixture
def folder(workdir: Path) -> Path:
    """A folder with a program, scripts and data."""
    for name in ("prog", "data"):
        (workdir / name).mkdir()
    (workdir / "train.py").write_text(SCRIPT)
    (workdir / "data" / "train.csv").write_text("1\n")
    (workdir / "good.sh").write_text("#!/bin/sh\necho RESULT: 1\n")
    (workdir / "good.sh").chmod(0o755)
    return workdir


def weighed_sentences(command: str, folder: Path) -> list[tuple[Weight, str]]:
    return [
        (fault.weight, fault.sentence.split(". ")[0].rstrip(".") + ".")
        for fault in faults(command, CommandContext(folder))
    ]


def heaviest(command: str, folder: Path) -> Weight:
    """The heaviest that is said of a command."""
    return max(weight for weight, _ in weighed_sentences(command, folder))


@pytest.mark.parametrize(
    ("command", "weight"),
    [
        ("./god.sh", Weight.CERTAIN),
        ("true || ./god.sh", Weight.LIKELY),
        ("./god.sh || true", Weight.LIKELY),
        ("true || true && ./god.sh", Weight.CERTAIN),
        ("true && false || ./god.sh", Weight.LIKELY),
        ("./god.sh; true", Weight.LIKELY),
        ("./god.sh && true", Weight.CERTAIN),
        ("./god.sh &", Weight.LIKELY),
        ("./god.sh | cat", Weight.CERTAIN),
        ("./god.sh | ./good.sh", Weight.LIKELY),
    ],
)
def test_a_fault_is_certain_only_where_no_result_can_come_without_the_command(
    folder: Path, command: str, weight: Weight
) -> None:
    assert heaviest(command, folder) is weight


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("cd train.py && ./x", "The command changes to train.py, which is not a folder."),
        ("cd prgo && ./x", "The command changes to the folder prgo, which does not exist."),
        ("pushd train.py", "The command changes to train.py, which is not a folder."),
    ],
)
def test_a_folder_to_change_to_has_to_be_one(folder: Path, command: str, sentence: str) -> None:
    assert sentence in [said for _, said in weighed_sentences(command, folder)]


@pytest.mark.parametrize("command", ["cd", "cd -", "cd $X", "cd a b", "cd prog", "cd -P prog"])
def test_of_other_changes_of_folder_nothing_is_said(folder: Path, command: str) -> None:
    assert weighed_sentences(command, folder) == []


@pytest.mark.parametrize("variable", ["BASH_ENV", "BASH_FUNC_train%%"])
def test_a_name_may_be_a_function_that_the_shell_gets_from_its_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("BASH_ENV", raising=False)
    assert weighed_sentences("train", folder) != []
    monkeypatch.setenv(variable, "() { :; }")
    assert weighed_sentences("train", folder) == []


@pytest.mark.parametrize(
    ("command", "weight", "words"),
    [
        ("./good.sh < dat/train.csv", Weight.DOUBT, "The input file dat/train.csv does not exist."),
        ("./good.sh > new/log", Weight.LIKELY, "The folder of the output file new/log does not exist."),
        ("./good.sh &> new/log", Weight.LIKELY, "The folder of the output file new/log does not exist."),
    ],
)
def test_files_of_redirections_are_looked_at(folder: Path, command: str, weight: Weight, words: str) -> None:
    assert (weight, words) in weighed_sentences(command, folder)


@pytest.mark.parametrize(
    "command",
    [
        "./good.sh < data/train.csv",
        "./good.sh > log",
        "./good.sh > data/log",
        "./good.sh 2>&1",
        "./good.sh < $X",
    ],
)
def test_of_redirections_that_work_nothing_is_said(folder: Path, command: str) -> None:
    assert weighed_sentences(command, folder) == []


@pytest.mark.parametrize(
    "command",
    ["bash -", "bash /dev/stdin", "bash $X", "bash", "cd $X; bash x.sh", "source good", "python3 prog_"],
)
def test_scripts_that_cannot_be_known_are_not_called_certainly_missing(folder: Path, command: str) -> None:
    (folder / "prog_").mkdir()
    (folder / "prog_" / "__main__.py").write_text(SCRIPT)
    assert weighed_sentences(command, folder) == []
