"""Which words a wrapper runs, in which folder and with which programs in reach."""

from __future__ import annotations

import pytest

from worker.agent.shell import Word
from worker.agent.wrappers import WrappedCommand, interpreter_of, unwrap


def wrapped(line: str) -> WrappedCommand:
    name, *words = line.split()
    command = unwrap(name, [Word(word) for word in words])
    assert command is not None
    return command


@pytest.mark.parametrize(
    "line",
    [
        "env ./p 1",
        "env -u A B=1 C=2 ./p 1",
        "env --unset A ./p 1",
        "nice -n 5 ./p 1",
        "nohup ./p 1",
        "time -f %e ./p 1",
        "timeout -k 5 60 ./p 1",
        "timeout --signal INT 60 ./p 1",
        "stdbuf -o L ./p 1",
        "ionice -c 3 ./p 1",
        "taskset 0x3 ./p 1",
        "numactl -N 0 --membind 0 ./p 1",
        "exec -a name ./p 1",
        "xvfb-run -s x ./p 1",
        *(
            f"{name} ./p 1"
            for name in ("nice", "time", "stdbuf", "setsid", "command", "catchsegv", "unbuffer")
        ),
        "srun -n 4 --exact=yes ./p 1",
        "srun -n 4 -- ./p 1",
        "mpirun -np 4 -H a,b ./p 1",
        "conda run -n base ./p 1",
        "uv run --with numpy ./p 1",
    ],
)
def test_what_stands_behind_a_wrappers_own_words_is_run(line: str) -> None:
    command = wrapped(line)
    assert [word.text for word in command.words] == ["./p", "1"]
    assert command.sure
    assert not command.other_folder


@pytest.mark.parametrize(
    "line",
    [
        *("srun --option ./p 1", "srun --option value ./p 1", "env --option ./p 1"),
        "srun --option -n 4 ./p 1",
    ],
)
def test_a_long_option_that_is_not_known_is_a_doubt(line: str) -> None:
    command = wrapped(line)
    assert [word.text for word in command.words] == ["./p", "1"]
    assert not command.sure


def test_what_the_program_gets_says_nothing_about_the_wrappers_options() -> None:
    assert [word.text for word in wrapped("srun --option value p -x").words] == ["p", "-x"]
    assert [word.text for word in wrapped("srun --option python3 p a/b").words] == ["python3", "p", "a/b"]


@pytest.mark.parametrize(
    "line",
    [
        *("srun -D /elsewhere ./p 1", "srun --chdir=/elsewhere ./p 1", "mpirun -wdir /elsewhere ./p 1"),
        *(
            "env -C /elsewhere ./p 1",
            "uv run --directory /elsewhere ./p 1",
            "conda run --cwd /elsewhere ./p 1",
        ),
    ],
)
def test_a_wrapper_may_go_to_another_folder(line: str) -> None:
    assert wrapped(line).other_folder


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("env PATH=/opt/bin p", True),
        ("env LD_PATH=/opt/bin p", False),
        ("conda run p", True),
        ("uv exec p", True),
        ("srun p", False),
        ("nice p", False),
    ],
)
def test_an_environment_may_have_other_programs(line: str, other: bool) -> None:
    assert wrapped(line).other_programs is other


def test_a_runner_without_its_verb_runs_nothing() -> None:
    assert wrapped("conda install numpy").words == []
    assert wrapped("uv").words == []


def test_other_programs_are_no_wrappers() -> None:
    assert unwrap("sort", [Word("./p")]) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        *(("python", "python"), ("python3.12", "python"), ("bash", "sh"), ("sh", "sh"), ("zsh", "sh")),
        *(("Rscript", "Rscript"), ("julia", "julia"), ("pythonic", ""), ("fish", ""), ("", "")),
    ],
)
def test_interpreters_are_known_by_their_names(name: str, key: str) -> None:
    assert interpreter_of(name) == key
