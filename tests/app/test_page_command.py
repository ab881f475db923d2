"""The command lines in real shells: every word arrives as it was meant, and nothing else happens."""

from __future__ import annotations

import hashlib
import http.server
import os
import pty
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shells import INTERACTIVE, in_shells, needs
from spec_strategies import drafts, letters

from worker.spec import command
from worker.spec.check import check
from worker.spec.command import Installer
from worker.spec.formats import token
from worker.spec.run import Draft

# Prints what it was called with, one word a line between marks.
SHOW = '#!/bin/sh\nprintf "<%s>" "$@"\n'
paths = st.text(letters, min_size=1, max_size=20).map(str.strip).filter(bool)
# A shell is started for each example.
few = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def run(shell: str, line: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    options = {"zsh": ["-f"]}.get(shell, [])
    return subprocess.run(
        [shell, *options, "-c", line],
        cwd=folder,
        env={**os.environ, "HOME": str(folder / "home"), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@in_shells
@few
@given(path=paths)
def test_a_path_is_one_word_for_the_same_path(shell: str, path: str, tmp_path: Path) -> None:
    done = run(shell, f"printf '<%s>' {command.shell_path(path)}", tmp_path)
    if not path.startswith(("~", "$HOME", "${HOME}")):
        assert os.path.normpath(done.stdout[1:-1]) == os.path.normpath(path), done
    assert (done.returncode, done.stderr) == (0, "")


@in_shells
@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("~", "{home}"),
        ("~/", "{home}/"),
        ("~/it's mine", "{home}/it's mine"),
        ("$HOME/a b", "{home}/a b"),
        ("${HOME}", "{home}"),
        ("~/$(touch owned)", "{home}/$(touch owned)"),
        ("$HOMER/x", "./$HOMER/x"),
        ("a~b", "./a~b"),
        ("=ls", "./=ls"),
        ("-rf", "./-rf"),
        ("..", ".."),
        ("/a;touch owned", "/a;touch owned"),
        ("/a*/[b]{c,d}", "/a*/[b]{c,d}"),
    ],
)
def test_a_leading_tilde_is_the_home_folder(shell: str, path: str, meant: str, tmp_path: Path) -> None:
    done = run(shell, f"printf '<%s>' {command.shell_path(path)}", tmp_path)
    assert done.stdout == f"<{meant.replace('{home}', str(tmp_path / 'home'))}>"
    assert not (tmp_path / "owned").exists()


@in_shells
@few
@given(draft=drafts())
def test_config_to_command_to_shell_to_config(shell: str, draft: Draft, tmp_path: Path) -> None:
    python = tmp_path / "omniopt" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(SHOW)
    python.chmod(0o755)
    done = run(shell, command.installed(token.encode(draft)), tmp_path)
    arguments = done.stdout[1:-1].split("><")
    assert arguments[:4] == ["-I", "-m", "worker", "start"], done
    assert check(token.decode(arguments[4]).draft).run == check(draft).run
    assert len(arguments) == 5


def test_the_installed_python_is_looked_for_in_the_workdir() -> None:
    assert command.installed("T").endswith('\' "$PWD"/omniopt/.venv/bin/python T')
    assert command.installed("T", "a b").endswith(
        "' \"$PWD\"/'a b/omniopt/.venv/bin/python' T --workdir './a b'"
    )
    assert command.installed("T", "/a b/").endswith("' '/a b/omniopt/.venv/bin/python' T --workdir '/a b/'")
    assert command.installed("T", "~/x", ["--yes"]).endswith(
        "' ~/x/omniopt/.venv/bin/python T --yes --workdir ~/x"
    )


class Served(http.server.BaseHTTPRequestHandler):
    """Answers every request with the server's `content`, as far as `sent` bytes."""

    def do_GET(self) -> None:
        content: bytes = self.server.content  # type: ignore[attr-defined]
        self.send_response(200 if content else 404)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing to say."""


@pytest.fixture
def installer(tmp_path: Path) -> Iterator[tuple[http.server.HTTPServer, Installer]]:
    """A server with an installer that only shows what it was called with, and the command's view of it."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Served) as server:
        server.content = b"#!/bin/sh\nset -eu\nread answer || answer=none\n" + SHOW.encode()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        checksum = hashlib.sha256(server.content).hexdigest()  # type: ignore[attr-defined]
        yield server, Installer(f"http://127.0.0.1:{server.server_port}/install.sh", checksum)
        server.shutdown()


def tools_without(folder: Path, *missing: str) -> str:
    """A PATH on which some programs are missing."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for name in (
        "sh",
        "bash",
        "dash",
        "zsh",
        "curl",
        "wget",
        "python3",
        "sha256sum",
        "shasum",
        "printf",
        "cat",
    ):
        program = str(Path(sys.executable).resolve()) if name == "python3" else shutil.which(name)
        if program and name not in missing:
            (bin_folder / name).symlink_to(program)
    return str(bin_folder)


@in_shells
@pytest.mark.parametrize(
    "missing", [(), ("curl",), ("curl", "wget")], ids=["with curl", "with wget", "with python alone"]
)
def test_the_installer_is_fetched_checked_and_run(
    shell: str, missing: tuple[str, ...], installer: tuple[object, Installer], tmp_path: Path
) -> None:
    line = command.thorough(installer[1], "TOKEN", "~/it's $(mine)", ["--local"])
    proxy = {"http_proxy": "http://127.0.0.1:9", "no_proxy": "example.org"}  # which is not asked
    done = run(shell, line, tmp_path, PATH=tools_without(tmp_path, *missing), **proxy)
    assert done.stdout == f"<TOKEN><--local><--workdir><{tmp_path}/home/it's $(mine)>", done
    assert (done.returncode, done.stderr) == (0, "")


def test_shasum_does_where_sha256sum_is_missing(installer: tuple[object, Installer], tmp_path: Path) -> None:
    if shutil.which("shasum") is None:
        pytest.skip("shasum is not here")
    done = run(
        "dash", command.thorough(installer[1], "T"), tmp_path, PATH=tools_without(tmp_path, "sha256sum")
    )
    assert done.stdout == "<T>", done


@in_shells
@pytest.mark.parametrize("cut", [0, 10, -1])
def test_an_installer_that_is_cut_off_does_nothing(
    shell: str, cut: int, installer: tuple[http.server.HTTPServer, Installer], tmp_path: Path
) -> None:
    server, announced = installer
    server.content = server.content[:cut].rstrip(b"\n")  # type: ignore[attr-defined]
    if cut == -1:
        server.content += b" x"  # type: ignore[attr-defined]
    done = run(shell, command.thorough(announced, "TOKEN"), tmp_path)
    assert (done.returncode, done.stdout) == (5, "")
    assert "nothing was done" in done.stderr
    assert "reload the page" in done.stderr


@in_shells
def test_a_page_that_is_gone_is_said_plainly(shell: str, tmp_path: Path) -> None:
    line = command.thorough(Installer("http://127.0.0.1:9/install.sh", "0" * 64), "TOKEN")
    done = run(shell, line, tmp_path)
    assert done.returncode == 5
    assert "nothing was done" in done.stderr


@in_shells
def test_without_any_program_to_fetch_with_it_is_said_what_is_needed(shell: str, tmp_path: Path) -> None:
    path = tools_without(tmp_path, "curl", "wget", "python3")
    done = run(shell, command.thorough(Installer("http://127.0.0.1:9/x", "0" * 64), "T"), tmp_path, PATH=path)
    assert done.returncode == 5
    assert "has curl, wget or python3" in done.stderr


@in_shells
@needs("curl")
def test_the_short_command_fetches_checks_and_runs(
    shell: str, installer: tuple[object, Installer], tmp_path: Path
) -> None:
    line = command.first_time(installer[1], "TOKEN", "~/it's $(mine)", ["--local"])
    proxy = {"http_proxy": "http://127.0.0.1:9", "no_proxy": "example.org"}  # which is not asked
    done = run(shell, line, tmp_path, **proxy)
    assert done.stdout == f"<TOKEN><--local><--workdir><{tmp_path}/home/it's $(mine)>", done
    assert (done.returncode, done.stderr) == (0, "")


@needs("wget")
def test_the_short_command_takes_wget_where_curl_is_missing(
    installer: tuple[object, Installer], tmp_path: Path
) -> None:
    _, local = installer
    elsewhere = Installer(local.url.replace("127.0.0.1", "127.1"), local.sha256)  # as if it were elsewhere
    path = f"{tools_without(tmp_path, 'curl')}:{_only(tmp_path, 'grep')}"
    done = run("dash", command.first_time(elsewhere, "T"), tmp_path, PATH=path)
    assert done.stdout == "<T>", done


def _only(folder: Path, name: str) -> str:
    """A folder for PATH with one program."""
    (folder / "more").mkdir()
    (folder / "more" / name).symlink_to(str(shutil.which(name)))
    return str(folder / "more")


@in_shells
@pytest.mark.parametrize("change", [b"", b" x"], ids=["cut off", "longer"])
def test_the_short_command_runs_nothing_else(
    shell: str, change: bytes, installer: tuple[http.server.HTTPServer, Installer], tmp_path: Path
) -> None:
    server, announced = installer
    server.content = server.content[:-2] + change  # type: ignore[attr-defined]
    done = run(shell, command.first_time(announced, "TOKEN"), tmp_path)
    assert (done.returncode, done.stdout) == (5, "")
    assert f"{announced.url} is not intact" in done.stderr


@in_shells
def test_the_short_command_says_that_the_page_is_gone(shell: str, tmp_path: Path) -> None:
    done = run(shell, command.first_time(Installer("http://127.0.0.1:9/i", "0" * 64), "TOKEN"), tmp_path)
    assert (done.returncode, done.stdout) == (5, "")
    assert "http://127.0.0.1:9/i is not intact" in done.stderr


@pytest.mark.parametrize("url", ["https://omniopt.example.org", "http://127.0.0.1:8000"])
def test_what_stands_before_the_token_is_short(url: str) -> None:
    line = command.first_time(Installer(f"{url}/install.sh", "a" * 64, f"{url}/i"), "TOKEN", "/scratch/ws")
    assert line.index("TOKEN") <= 200
    assert f"{url}/i TOKEN --workdir /scratch/ws" in line


@in_shells
@needs("curl")
@pytest.mark.parametrize("options", [("line editing",), ()], ids=["edited", "not edited"])
def test_a_command_pasted_into_a_terminal(
    shell: str, options: tuple[str, ...], installer: tuple[object, Installer], tmp_path: Path
) -> None:
    plain = {"bash": ["--noediting"], "zsh": ["+Z"], "dash": []}[shell]
    shell_command = [shell, *([] if options else plain), *INTERACTIVE[shell]]
    line = command.first_time(installer[1], "TOKEN" * 500, "it's $(mine)")
    assert len(line) <= command.LONGEST_LINE
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execvp(shell_command[0], shell_command)
    os.write(terminal, f"{line}\nyes\nexit\n".encode())
    shown = b""
    while part := _read(terminal):
        shown += part
    os.close(terminal)
    os.waitpid(pid, 0)
    assert b"<" + b"TOKEN" * 500 + b"><--workdir><./it's $(mine)>" in shown, shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the shell has ended
        return b""


@needs("curl")
def test_the_terminal_stays_the_installers_input(installer: tuple[object, Installer], tmp_path: Path) -> None:
    line = command.first_time(installer[1], "TOKEN")
    done = subprocess.run(
        ["bash", "-c", line + "; cat"],
        cwd=tmp_path,
        input="yes\nrest\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "<TOKEN>rest\n"
