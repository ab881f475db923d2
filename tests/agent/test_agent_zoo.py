"""The zoo of bad objective programs: each gets the status and the sentence that its user can act on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_desk import Desk

from worker import processes
from worker.agent.capture import HEAD, TAIL
from worker.store.log_text import last_lines


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One agent that evaluates all of them."""
    desk = Desk(tmp_path_factory.mktemp("zoo"))
    desk.hire()
    yield desk
    desk.dismiss()


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    """A folder of programs."""
    return tmp_path


def script(cwd: Path, name: str, content: str | bytes, executable: bool = True) -> Path:
    path = cwd / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(0o755 if executable else 0o644)
    return path


@pytest.mark.parametrize(
    ("command", "status", "loss", "sentence"),
    [
        ("echo RESULT: 1", "ok", 1, ""),
        ("echo RESULT: 1; echo RESULT: 2", "ok", 2, ""),
        ("printf 'RESULT:.5'", "ok", 0.5, ""),
        ("printf 'RESULT: 3\\r\\n'", "ok", 3, ""),
        ("printf '\\033[32mRESULT: 3\\033[0m\\n'", "ok", 3, ""),
        ("printf '\\377\\376\\nRESULT: 3\\n'", "ok", 3, ""),
        ("for i in 1 2 3; do printf \"\\r$i%%\"; done; printf '\\rRESULT: 3\\n'", "ok", 3, ""),
        ("echo RESULT: 3 >&2", "ok", 3, ""),
        ("echo RESULT1: 3; echo RESULT2: 4", "ok", 5, ""),
        ("cat; echo RESULT: 3", "ok", 3, ""),
        ("read line || echo RESULT: 3", "ok", 3, ""),
        ("exec > >(sleep 0.2; cat); echo RESULT: 3", "ok", 3, ""),
        ("true", "no-result", None, "The program printed no line such as RESULT: 0.5; it must print one"),
        ("echo RESULT 3", "no-result", None, 'It printed "RESULT 3". Is the colon missing?'),
        ("echo result: 3", "no-result", None, 'It printed "result: 3". Should RESULT be in upper case?'),
        (
            "echo RESULT: 0,87",
            "no-result",
            None,
            "cannot be read. The number has a comma instead of a decimal point",
        ),
        ("echo RESULT: 1; echo 'RESULT: tensor(0.5)'", "no-result", None, "The result is a tensor"),
        ("echo RESULT: nan", "not-finite", None, "The RESULT is nan"),
        ("echo RESULT: -inf", "not-finite", None, "The RESULT is -inf"),
        ("echo RESULT: 1e400", "not-finite", None, "The RESULT is inf or beyond 1.8e308"),
        (
            "echo RESULT: 1; echo RESULT: 1e-400",
            "underflow",
            None,
            "cannot be used. The number is too close to 0 for floating-point numbers",
        ),
        (
            "echo 'p.py: error: argument --shift: expected one argument' >&2; exit 2",
            "failed",
            None,
            "join option and value with =",
        ),
        ("echo \"p: invalid option -- '8'\" >&2; exit 2", "failed", None, "join option and value with ="),
        (
            "echo 'Error: No such option: -8.3e-05' >&2; exit 2",
            "failed",
            None,
            "join option and value with =",
        ),
        (
            "echo 'p.py: error: unrecognized arguments: -1e-20' >&2; exit 2",
            "failed",
            None,
            "join option and value",
        ),
        ("echo RESULT: 3; exit 3", "failed", 3, 'exit code 3. Its last line: "RESULT: 3".'),
        ("exit 4", "failed", None, "exit code 4. It printed nothing"),
        ("echo 'Oh dear' >&2; exit 1", "failed", None, 'exit code 1. Its last line: "Oh dear".'),
        ("kill -SEGV $$", "failed", None, "ended by signal 11 (SIGSEGV)"),
        (
            "(kill -SEGV $BASHPID); exit $?",
            "failed",
            None,
            "exit code 139, which stands for signal 11 (SIGSEGV)",
        ),
        ("kill -KILL $$", "failed", None, "ended by signal 9 (SIGKILL)"),
        ("no-such-program --x 1", "failed", None, "The program no-such-program was not found here"),
        ("/no/such/program", "failed", None, "The program /no/such/program does not exist"),
        ("./missing.sh", "failed", None, "The program ./missing.sh does not exist"),
        ("bash missing.sh", "failed", None, "The script missing.sh does not exist in"),
        ("/tmp", "failed", None, "/tmp is a folder"),
        ("true && no-such-program", "failed", None, "The program no-such-program was not found here"),
        (f"{sys.executable} missing.py", "failed", None, "The script missing.py does not exist"),
        (
            f"{sys.executable} -c 'import no_such_module'",
            "failed",
            None,
            "The Python module no_such_module is not installed",
        ),
        (f"{sys.executable} -c 'open(\"data.csv\")'", "failed", None, "The file data.csv was not found"),
        ("echo 'open", "failed", None, "an unmatched quotation mark"),
    ],
)
def test_zoo(desk: Desk, cwd: Path, command: str, status: str, loss: float | None, sentence: str) -> None:
    record = desk.evaluate(command, cwd=str(cwd))
    assert (record["status"], record["loss"]) == (status, loss)
    assert sentence in record["reason"]
    assert bool(sentence) == bool(record["reason"])


def test_not_finite_results_are_kept_as_text(desk: Desk) -> None:
    assert desk.evaluate("echo RESULT: -nan")["raw_loss"] == "nan"
    assert desk.evaluate("echo RESULT: -INF; exit 1")["raw_loss"] == "-inf"


@pytest.mark.parametrize(
    ("name", "content", "executable", "sentence"),
    [
        ("a.sh", "#!/bin/sh\necho RESULT: 1\n", False, "its execute bit is not set. Run chmod +x ./a.sh."),
        (
            "b.py",
            "import os\nprint('RESULT: 1')\n",
            True,
            "./b.py has no #! line, so bash runs it as a shell script",
        ),
        ("c.sh", "#!/bin/bash\r\necho RESULT: 1\r\n", True, "./c.sh has Windows line endings (CRLF)"),
        (
            "d.sh",
            "#!/no/such/interpreter\n",
            True,
            "names the interpreter /no/such/interpreter, which does not exist",
        ),
        (
            "e.py",
            "#!/usr/bin/env python3\nimport nothing.like.it\n",
            True,
            "The Python module nothing is not installed",
        ),
        ("f.py", "#!/usr/bin/env no-such-python\n", True, "no-such-python"),
        ("g", b"\x7fELF\0garbage", True, "exit code 126"),
    ],
)
def test_files_that_cannot_run(
    desk: Desk, cwd: Path, name: str, content: str | bytes, executable: bool, sentence: str
) -> None:
    script(cwd, name, content, executable)
    record = desk.evaluate(f"./{name}", cwd=str(cwd))
    assert record["status"] == "failed"
    assert sentence in record["reason"]


def test_a_script_with_windows_line_ends_given_to_bash(desk: Desk, cwd: Path) -> None:
    script(cwd, "x.sh", b"cd /tmp\r\nfor i in 1; do\r\necho RESULT: $i\r\ndone\r\n")
    record = desk.evaluate("bash x.sh", cwd=str(cwd))
    assert record["status"] == "failed"
    assert "x.sh has Windows line endings (CRLF)" in record["reason"]


def test_a_shell_script_without_first_line_may_run(desk: Desk, cwd: Path) -> None:
    script(cwd, "x.sh", "echo RESULT: 1\n")
    assert desk.evaluate("./x.sh", cwd=str(cwd))["status"] == "ok"
    script(cwd, "y.sh", "echo sorry\nexit 9\n")
    assert 'exit code 9. Its last line: "sorry"' in desk.evaluate("./y.sh", cwd=str(cwd))["reason"]


def test_an_accepted_exit_code(desk: Desk) -> None:
    accepted = desk.evaluate("echo RESULT: 3; exit 7", accept_exit_code=True)
    assert (accepted["status"], accepted["loss"], accepted["exit_code"]) == ("ok", 3, 7)
    crashed = desk.evaluate("echo RESULT: 3; kill -SEGV $$", accept_exit_code=True)
    assert (crashed["status"], crashed["signal"], crashed["exit_code"]) == ("ok", signal.SIGSEGV, None)
    assert desk.evaluate("exit 7", accept_exit_code=True)["status"] == "failed"
    assert desk.evaluate("echo RESULT: 3; kill -9 $$", accept_exit_code=True)["status"] == "failed"


def test_the_folder_is_gone(desk: Desk) -> None:
    record = desk.evaluate("echo RESULT: 1", cwd="/no/such/folder")
    assert record["status"] == "failed"
    assert "The folder /no/such/folder does not exist" in record["reason"]


def test_a_command_that_the_system_cannot_take(desk: Desk) -> None:
    assert "too long" in desk.evaluate("echo RESULT: 1 #" + "x" * 3_000_000)["reason"]
    assert "could not be started" in desk.evaluate("echo \0")["reason"]


def test_what_the_program_finds(desk: Desk, cwd: Path) -> None:
    record = desk.evaluate(
        "env | grep ^OMNIOPT_ | sort; pwd; readlink /proc/$$/fd/0; ls $OMNIOPT_TRIAL_DIR; echo RESULT: 1",
        cwd=str(cwd),
        values={"lr": 0.1, "out-layer1": 3, "öl": "a b"},
    )
    trial = record["trial"]
    folder = desk.paths.root.resolve()
    assert desk.out(trial).decode().splitlines() == [
        "OMNIOPT_AGENT=a1",
        "OMNIOPT_ATTEMPT=1",
        "OMNIOPT_PARAM_LR=0.1",
        "OMNIOPT_PARAM_OUT_LAYER1=3",
        "OMNIOPT_PARAM__L=a b",
        "OMNIOPT_REPEAT=1",
        f"OMNIOPT_RUN={folder}",
        f"OMNIOPT_TRIAL={trial}",
        f"OMNIOPT_TRIAL_DIR={folder}/trials/{trial:06}",
        str(cwd),
        "/dev/null",
        "RESULT: 1",
    ]
    assert record["values"] == {"lr": 0.1, "out-layer1": 3, "öl": "a b"}


def test_gigabytes_of_output_are_capped(desk: Desk) -> None:
    lines = 6_000_000
    record = desk.evaluate(
        f"echo first; yes 'a line of nineteen' | head -n {lines}; echo RESULT: 3; echo last"
    )
    kept = desk.out(record["trial"])
    assert record["status"] == "ok"
    assert record["loss"] == 3
    assert kept.startswith(b"first\n")
    assert kept.endswith(b"RESULT: 3\nlast\n")
    printed = len("first\nRESULT: 3\nlast\n") + 19 * lines
    marker = b"\n[omniopt: %d bytes are left out here]\n" % (printed - HEAD - TAIL)
    assert marker in kept
    assert len(kept) == HEAD + TAIL + len(marker)
    assert last_lines(desk.paths.trial_out(record["trial"]), 2) == ["RESULT: 3", "last"]


def test_output_of_the_very_size_is_kept_whole(desk: Desk) -> None:
    record = desk.evaluate(f"head -c {HEAD + TAIL} /dev/zero | tr '\\0' x")
    assert desk.out(record["trial"]) == b"x" * (HEAD + TAIL)


def test_a_program_that_hangs_is_ended(desk: Desk) -> None:
    record = desk.evaluate("echo RESULT: 3; sleep 1000", time_limit=3)
    assert (record["status"], record["loss"], record["signal"]) == ("timeout", 3, signal.SIGTERM)
    assert "time limit per evaluation" in record["reason"]
    assert record["seconds"] >= 3


def test_a_program_that_ignores_term_is_killed_with_its_children(desk: Desk) -> None:
    record = desk.evaluate(
        "trap '' TERM; (setsid sleep 1000 &); sleep 1000 & while :; do sleep 1; done", time_limit=3
    )
    assert (record["status"], record["signal"]) == ("timeout", signal.SIGKILL)
    assert record["seconds"] >= 10
    assert desk.process is not None
    assert processes.descendants(desk.process.pid) == []


@pytest.mark.parametrize(
    "command",
    [
        "sleep 1000 &",
        "setsid sleep 1000 & disown",
        "(setsid bash -c 'trap \"\" TERM HUP; sleep 1000; sleep 1000' </dev/null >/dev/null 2>&1 &)",
        "nohup sleep 1000 >/dev/null 2>&1 &",
        f"{sys.executable} -c 'import os, time\nif not os.fork():\n os.setsid()\n if not os.fork(): time.sleep(1000)'",
    ],
)
def test_daemons_are_ended_with_the_evaluation(desk: Desk, command: str) -> None:
    record = desk.evaluate(f"{command}\necho RESULT: 3")
    assert (record["status"], record["loss"]) == ("ok", 3)
    assert (
        "It left a process running" in record["reason"] or "It left 2 processes running" in record["reason"]
    )
    assert "ended together with the evaluation" in record["reason"]
    assert desk.process is not None
    assert processes.descendants(desk.process.pid) == []


def test_children_that_end_by_themselves_are_nothing_to_say(desk: Desk) -> None:
    record = desk.evaluate("(setsid sleep 0.3; echo RESULT: 4) & echo RESULT: 3")
    assert (record["status"], record["loss"], record["reason"]) == ("ok", 4, "")


def test_a_program_over_its_memory_is_ended(desk: Desk) -> None:
    hungry = "import time; print('RESULT: 1', flush=True); x = bytearray(300_000_000); time.sleep(1000)"
    record = desk.evaluate(f'{sys.executable} -c "{hungry}"', memory=100)
    assert record["status"] == "out-of-memory"
    assert record["loss"] == 1
    assert "MB of 100 MB" in record["reason"]
    assert record["peak_memory"] > 100


def test_a_program_killed_at_its_memory_limit(desk: Desk) -> None:
    hungry = "import os; x = bytearray(100_000_000); os.kill(os.getpid(), 9)"
    record = desk.evaluate(f'{sys.executable} -c "{hungry}"', memory=100)
    assert record["status"] == "out-of-memory"
    assert " MB of 100 MB and was ended because of that" in record["reason"]


@pytest.mark.parametrize("limit", [0, 200])
def test_memory_that_workers_share_is_counted_once(desk: Desk, limit: float) -> None:
    forking = (
        "import os, time\nx = b'x' * 60_000_000\nfor n in range(4):\n if not os.fork():\n  time.sleep(2.5); os._exit(0)\n"
        "time.sleep(2.5)\nprint('RESULT: 1')"
    )
    record = desk.evaluate(f'{sys.executable} -c "{forking}"', memory=limit)
    assert record["status"] == "ok", record
    assert 60 < record["peak_memory"] < 150
