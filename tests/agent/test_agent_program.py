"""What is said of a program before it runs, held against what bash really makes of it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from forked_commands import Omniopt
from hypothesis import given, settings
from hypothesis import strategies as st
from local_runs import config

from worker.agent.program import CommandContext, Programs, Weight, faults
from worker.agent.shell import HOLE, parse
from worker.cli.objective_check import OPTION
from worker.spec.formats import token
from worker.spec.formats.toml import read
from worker.spec.placeholders import with_holes

SCRIPT = "print('RESULT: 1')\n"


@pytest.fixture
def folder(workdir: Path) -> Path:
    """A folder as people have them, with programs that work and programs that do not."""
    files = {
        "train.py": SCRIPT,
        "prog/train.py": SCRIPT,
        "pkg/__init__.py": "",
        "pkg/train.py": SCRIPT,
        "no_line.py": SCRIPT,
        "good.py": f"#!{sys.executable}\n{SCRIPT}",
        "good.sh": "#!/bin/sh\necho RESULT: 1\n",
        "crlf.sh": "#!/bin/bash\r\necho RESULT: 1\r\n",
        "misspelt": f"#!/usr/bin/env pyhton3\n{SCRIPT}",
        "gone": f"#!/opt/no/python3\n{SCRIPT}",
        "not_executable.sh": "#!/bin/sh\necho RESULT: 1\n",
        "data/train.csv": "1\n",
    }
    for name, text in files.items():
        path = workdir / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())
        path.chmod(0o644 if name.startswith(("train", "prog", "pkg", "not_", "data")) else 0o755)
    (workdir / "venv").mkdir()
    (workdir / "venv" / "python").symlink_to("/no/such/python3")
    return workdir


def weighed_sentences(command: str, folder: Path, **context: object) -> list[tuple[Weight, str]]:
    masked = with_holes(command, HOLE)
    return [
        (fault.weight, fault.sentence)
        for fault in faults(masked, CommandContext(folder, **context))  # type: ignore[arg-type]
    ]


def result(command: str, folder: Path) -> bool:
    """Whether bash gets a result from it, as a worker would."""
    done = subprocess.run(
        ["bash", "-c", command.replace("($x)", "1")],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode == 0 and "RESULT: 1\n" in done.stdout


CANNOT_RUN = [
    ("python3 trian.py ($x)", 'Did you mean "train.py"?'),
    ("python3 -u trian.py", 'Did you mean "train.py"?'),
    ("python3 -W ignore trian.py", 'Did you mean "train.py"?'),
    ("python3 prgo/train.py", 'Did you mean "prog/train.py"?'),
    ("python3 nowhere/to/be.py", "There is no nowhere in"),
    ("pyhton3 train.py ($x)", 'Did you mean "python3"?'),
    ("bash -c 'pyhton3 train.py'", 'Did you mean "python3"?'),
    ("train.py ($x)", 'Did you mean "./train.py"?'),
    ("./train.py ($x)", "Run chmod +x ./train.py"),
    ("./not_executable.sh", "Run chmod +x"),
    ("./no_line.py", "Begin it with the line"),
    ("./crlf.sh", "Windows line endings"),
    ("./misspelt", 'Did you mean "python3"?'),
    ("./gone", "/opt/no/python3, which does not exist"),
    ("./god.py", 'Did you mean "./good.py"?'),
    ("./prog", "is a folder"),
    ("python3 prog", "is a folder"),
    ("bash god.sh ($x)", 'Did you mean "good.sh"?'),
    ("venv/python train.py", "is a link to /no/such/python3"),
    (".venv/bin/python train.py", "There is no .venv in"),
    ("env A=1 python3 trian.py", "trian.py does not exist"),
    ("A=1 B='c d' python3 trian.py", "trian.py does not exist"),
    ("timeout -k 5 60 nice -n 3 python3 trian.py", "trian.py does not exist"),
    ("nohup ./god.sh", "./god.sh does not exist"),
    ("exec ./god.sh", "./god.sh does not exist"),
    ("cd prog && python3 trian.py", "trian.py does not exist"),
    ("cd prgo && python3 train.py", 'Did you mean "prog"?'),
    ("cd prog; ./train", 'Did you mean "./train.py"?'),
    ("export A=1; cd prog && ./train", "./train does not exist"),
    ("bash -c 'python3 trian.py ($x)'", "trian.py does not exist"),
    ("bash -ec './god.sh'", "./god.sh does not exist"),
    ("python3 trian.py ($x) 2>&1 | tee log", "trian.py does not exist"),
    ("python3 train.py | no-such-filter", "no-such-filter was not found"),
    ('python3 "trian.py" --x="($x)" # the first one', "trian.py does not exist"),
    ("source venv/activate && python3 train.py", "venv/activate does not exist"),
    ("~/no/such/program ($x)", "does not exist"),
    ("$HOME/no/such/program", "does not exist"),
    ("test -f train.py && ./god.sh", "./god.sh does not exist"),
    ("python3 \\\n  trian.py", "trian.py does not exist"),
]


@pytest.mark.parametrize(("command", "advice"), CANNOT_RUN)
def test_what_certainly_cannot_run_is_said_with_what_was_meant(
    folder: Path, command: str, advice: str
) -> None:
    assert not result(command, folder)
    certain = [
        sentence for weight, sentence in weighed_sentences(command, folder) if weight is Weight.CERTAIN
    ]
    assert certain, weighed_sentences(command, folder)
    assert advice in " ".join(certain)


RUNS = [
    "python3 train.py ($x)",
    "python3 -u train.py --lr ($x)",
    "python3 -m pkg.train",
    f"{shlex.quote(sys.executable)} -I train.py",
    "./good.py ($x)",
    "./good.sh",
    "bash good.sh",
    "sh not_executable.sh",
    "cd prog && python3 train.py",
    "cd prog; python3 train.py",
    "mkdir -p new && cp good.sh new/made.sh && ./new/made.sh",
    "./god.sh || ./good.sh",
    "./god.sh; ./good.sh",
    "if [ -e god.sh ]; then ./god.sh; else ./good.sh; fi",
    "[ -e god.sh ] && ./god.sh; ./good.sh",
    "f() { ./good.sh; }; f",
    "x=$(./god.sh); ./good.sh",
    "echo RESULT: ($x)",
    "awk -v x=($x) 'BEGIN { print \"RESULT: \" x }'",
    "echo 'trian.py; ./god.sh' > /dev/null; ./good.sh",
    "./goo?.sh",
    "PATH=$PWD:$PATH good.sh",
    "export PATH=$PWD:$PATH; good.sh",
    "env -u A ./good.sh",
    "echo 'echo RESULT: 1' > made.sh && bash made.sh",
    "python3 -c \"print('RESULT: 1')\"",
    "bash -c './good.sh'",
    "time ./good.sh",
    "./good.sh ($x) 2>&1 | cat",
    "./good.sh > /dev/null; ./good.sh # twice",
    "(cd prog && python3 train.py)",
    "./god.sh & ./good.sh",
    "true && ! false && ./good.sh",
    "cd -P prog && python3 train.py",
    "cd . >/dev/null && ./good.sh",
    "HOME=$PWD/prog; cd && python3 train.py",
]


@pytest.mark.parametrize("command", RUNS)
def test_what_runs_is_not_stopped(folder: Path, command: str) -> None:
    # Before it has run: what it makes itself is not there yet.
    sentences = weighed_sentences(command, folder)
    assert result(command, folder)
    assert [text for weight, text in sentences if weight is Weight.CERTAIN] == []


@pytest.mark.parametrize("command", ["time ./good.sh", "time -p ./good.sh", "builtin echo RESULT: 1"])
def test_words_of_the_shell_need_no_program(
    folder: Path, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "bash").symlink_to(shutil.which("bash") or "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    test_what_runs_is_not_stopped(folder, command)


@pytest.mark.parametrize(
    "command",
    [
        "python3 train.py --data dat/train.csv",
        "python3 train.py --data=data/trian.csv",
        "./good.sh ../no/such/folder/file",
    ],
)
def test_a_path_that_a_program_only_reads_is_a_doubt(folder: Path, command: str) -> None:
    ((weight, sentence),) = weighed_sentences(command, folder)
    assert weight is Weight.DOUBT
    assert "does not exist here" in sentence


@pytest.mark.parametrize(
    "command", ["python3 train.py --out new/file", "./good.sh data/new.csv", "./good.sh http://a.b/c"]
)
def test_of_paths_that_a_program_may_write_nothing_is_said(folder: Path, command: str) -> None:
    assert weighed_sentences(command, folder) == []


@pytest.mark.parametrize(
    ("command", "weight", "sentence"),
    [
        ("./good.sh < dta/train.csv", Weight.DOUBT, "The input file dta/train.csv does not exist."),
        ("./good.sh > nwe/log", Weight.LIKELY, "The folder of the output file nwe/log does not exist."),
        ("./good.sh &> nwe/log", Weight.LIKELY, "The folder of the output file nwe/log does not exist."),
        ("python3 -m trian", Weight.LIKELY, 'Did you mean "train"?'),
        ("python3 -m pgk", Weight.LIKELY, "The module pgk is not in"),
    ],
)
def test_what_is_likely_missing_is_said(folder: Path, command: str, weight: Weight, sentence: str) -> None:
    (folder / "pkg" / "__main__.py").touch()
    ((found, text),) = weighed_sentences(command, folder)
    assert (found, sentence in text) == (weight, True), text


@pytest.mark.parametrize(
    "command",
    [
        *("./good.sh < data/train.csv", "./good.sh > data/new", "./good.sh 2> log", "./good.sh >&2"),
        *("bash -lc 'pyhton3 train.py'", "bash -ic 'pyhton3 train.py'", "python3 -m no.such"),
    ],
)
def test_where_nothing_is_known_to_be_missing_nothing_is_said(folder: Path, command: str) -> None:
    assert weighed_sentences(command, folder) == []


def test_on_another_machine_only_shared_files_and_misspelt_names_are_certain(folder: Path) -> None:
    there = {"shared": (folder,), "programs": Programs.ELSEWHERE}
    certain = ["python3 trian.py", "pyhton3 train.py", "./god.sh", "./misspelt", "cd prgo && ./x"]
    likely = [
        "/opt/node/only",
        "only-on-nodes train.py",
        "./gone",
        "venv/python train.py",
        "python3 /opt/x.py",
    ]
    for command in certain:
        assert weighed_sentences(command, folder, **there)[0][0] is Weight.CERTAIN, command
    for command in likely:
        assert weighed_sentences(command, folder, **there)[0][0] is Weight.LIKELY, command
    # Lines before it may make files.
    assert weighed_sentences("python3 trian.py", folder, **there, fixed=False)[0][0] is Weight.LIKELY


@given(st.lists(st.text("ab c'\"\\-=/.", min_size=1), min_size=1, max_size=5))
def test_words_are_those_of_a_shell(words: list[str]) -> None:
    line = " ".join(map(shlex.quote, ["x", *words]))
    (simple,), complete = parse(line)
    assert complete
    assert [word.text for word in simple.words] == ["x", *words]
    assert all(word.known for word in simple.words)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=300))
@settings(deadline=None)
def test_of_any_words_something_or_nothing_is_said(text: str) -> None:
    for line in (
        f"python3 {shlex.quote(text)}",
        f"./{shlex.quote(text)}",
        text,
        f"cd {text} && x",
        f"x {text}/y",
    ):
        faults(line, CommandContext(Path("/nonexistent")))


@given(st.text("ab ;|&'\"\\$(){}<>#~=\n\0*", max_size=40))
def test_any_line_is_read(line: str) -> None:
    try:
        parse(line)
    except ValueError as error:
        assert "quotation mark" in str(error)


@pytest.mark.parametrize(("command", "advice"), CANNOT_RUN[:1] + CANNOT_RUN[5:6] + CANNOT_RUN[12:13])
def test_check_start_and_show_say_the_same_and_stop(
    omniopt: Omniopt, folder: Path, command: str, advice: str
) -> None:
    file = config(folder, objective=command, max_evals=2)
    text = file.read_text()
    draft_token = token.encode(read(text).draft)
    for arguments in (
        ["check", file, "--local"],
        ["start", file, "--local"],
        ["start", file, "--local", "--show"],
    ):
        done = omniopt(*arguments)
        assert done.returncode == 2, arguments
        assert advice in done.stdout + done.stderr, arguments
        assert not (folder / "omniopt").exists()
    done = omniopt("start", draft_token, "--local", "--yes")
    assert (done.returncode, (folder / "omniopt").exists()) == (2, False)


def test_a_switch_starts_it_all_the_same(omniopt: Omniopt, folder: Path) -> None:
    file = config(folder, objective="./god.sh", max_evals=2)
    done = omniopt("start", file, "--local", OPTION)
    assert done.returncode == 1
    assert "warning: run.objective: The program ./god.sh does not exist." in done.stderr
    assert "evaluations all failed" in done.stdout


def test_a_script_beside_the_config_is_named(omniopt: Omniopt, folder: Path, tmp_path: Path) -> None:
    file = config(folder, objective="python3 train.py ($x)")
    done = omniopt("check", os.path.relpath(file, tmp_path), "--local", cwd=tmp_path)
    assert done.returncode == 2
    assert f"It is in {folder}" in done.stdout
