"""What is said of a program that failed: by its exit code, its last words and its files."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.agent.advice import advise


@pytest.mark.parametrize(
    ("exit_code", "tail", "advice"),
    [
        (127, b"", "A command in it was not found"),
        (127, b"x: line 1: pear: command not found\n", "The command pear was not found"),
        (126, b"", "It printed nothing"),
        (1, b"", "It printed nothing"),
        (None, b"", "It printed nothing"),
        (1, b"first\nlast words\n\n", "last words"),
        (1, b"MemoryError\nlast words\n", "Memory could not be allocated"),
    ],
)
def test_a_failure_is_explained_by_the_last_that_is_known(
    tmp_path: Path, exit_code: int | None, tail: bytes, advice: str
) -> None:
    assert advice in advise("true", str(tmp_path), exit_code, tail)


@pytest.mark.parametrize(
    ("exit_code", "named"), [(2, True), (126, True), (127, True), (1, False), (None, False)]
)
def test_a_file_that_is_only_perhaps_needed_is_named_where_a_program_did_not_begin(
    tmp_path: Path, exit_code: int | None, named: bool
) -> None:
    said = advise("cat < no-such-file", str(tmp_path), exit_code, b"last words\n")
    assert ("no-such-file" in said) is named
