"""What is wrong with the program that a command names, as far as its file shows without running it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
_INTERPRETER = re.compile(r"(ba|da|z|k)?sh|python[0-9.]*|Rscript|perl|ruby|julia|node|octave")
_SHELL = re.compile(r"(ba|da|z|k)?sh")
_SHELL_WORDS = (
    ". : [ [[ alias bg bind break builtin caller case cd command compgen complete continue coproc declare dirs disown "
    "do echo enable esac eval exec exit export false fc fg for function getopts hash help history if jobs kill let "
    "local logout mapfile popd printf pushd pwd read readarray readonly return select set shift shopt source suspend "
    "test time times trap true type typeset ulimit umask unalias unset until wait while { ! ("
)
_NO_FIRST_LINE = "has no #! line"


def complaints(command: str, cwd: str, search_path: str | None = None) -> list[str]:
    """Sentences on why `command`, run by bash in `cwd`, cannot work; [] where nothing is seen.

    Looks at the first command only, and only where it is a simple one. search_path: in place of PATH.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return ["The objective program has a quotation mark without its partner; close it."]
    while words and _ASSIGNMENT.fullmatch(words[0]):
        del words[0]
    return list(_complaints(words, Path(cwd), search_path)) if words else []


def without_first_line(complaint: str) -> bool:
    """Whether a complaint is only that a script has no #! line, which a shell script can do without."""
    return _NO_FIRST_LINE in complaint


def _complaints(words: list[str], cwd: Path, search_path: str | None) -> Iterator[str]:
    program = words[0]
    if any(letter in program for letter in "$`;&|<>()*?~"):
        return
    if "/" in program:
        yield from _file_complaints(program, cwd / program)
    elif program not in _SHELL_WORDS.split() and not shutil.which(program, path=search_path):
        yield (
            f"The program {program} is not found here; give its full path, or load its module or environment "
            "before (a wrapper script is a good place)."
        )
    if _INTERPRETER.fullmatch(Path(program).name) and len(words) > 1 and not words[1].startswith("-"):
        script = words[1]
        if any(letter in script for letter in "$`;&|<>()*?~"):
            return
        if not (cwd / script).exists():
            yield f"The script {script} does not exist in {cwd}; give its full path, or correct its name."
        elif _SHELL.fullmatch(Path(program).name) and b"\r\n" in _beginning(cwd / script):
            yield _crlf(script)


def _file_complaints(program: str, path: Path) -> Iterator[str]:
    if not path.exists():
        yield f"The program {program} does not exist; correct its path, which counts from {path.parent}."
    elif path.is_dir():
        yield f"{program} is a folder and no program; name the program in it."
    elif not os.access(path, os.X_OK):
        yield f"{program} may not be executed, since its execute bit is not set; run chmod +x {program}."
    else:
        yield from _first_line_complaints(program, _beginning(path))


def _first_line_complaints(program: str, beginning: bytes) -> Iterator[str]:
    first = beginning.partition(b"\n")[0]
    if beginning.startswith(b"#!"):
        interpreter = os.fsdecode(first[2:].split()[0]) if first[2:].split() else ""
        if first.endswith(b"\r"):
            yield _crlf(program)
        elif not Path(interpreter).exists():
            yield (
                f"The first line of {program} names the interpreter {interpreter or 'nothing'}, which does not exist "
                "here; correct it, for example #!/usr/bin/env python3."
            )
    elif b"\0" not in beginning:
        yield (
            f"{program} {_NO_FIRST_LINE}, so bash runs it as a shell script; begin it with the line that its language "
            "needs, for example #!/usr/bin/env python3."
        )


def _crlf(script: str) -> str:
    return (
        f"{script} has Windows line ends (CRLF), which shells and the system take for part of the words; "
        f"convert it with sed -i 's/\\r$//' {script}."
    )


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return b"\0"  # unreadable: nothing to complain about from here
