"""The page's command for the first time: what it installs, once, whatever interrupts it or happens beside it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from page_installs import QUICK, STEP, install, stamp, tools, write_program
from shells import in_shells


@pytest.fixture(scope="module")
def installed(script: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workdir in which OmniOpt has been installed; tests leave it as good as they found it."""
    workdir = tmp_path_factory.mktemp("installed") / "it's a workdir"
    done = install(script, "--workdir", str(workdir), "--help")
    assert (done.returncode, "usage: omniopt start" in done.stdout) == (0, True), done
    assert "Installing OmniOpt into" in done.stderr
    return workdir


def test_the_address_of_the_page_is_noted_down_for_links_from_results(
    address: str, script: Path, installed: Path
) -> None:
    noted = installed / "omniopt" / "page-address"
    assert noted.read_text() == f"{address}\n"
    noted.write_text("http://old.example.org\n")
    install(script, "--help", "--workdir", str(installed))
    assert noted.read_text() == f"{address}\n"


@in_shells
def test_what_is_installed_is_used_at_once(shell: str, script: Path, installed: Path) -> None:
    before = stamp(installed).stat().st_mtime_ns
    done = install(script, "--help", "--workdir", str(installed), shell=shell, PATH="/usr/bin:/bin")
    assert (done.returncode, done.stderr) == (0, "")
    assert "usage: omniopt start" in done.stdout
    assert stamp(installed).stat().st_mtime_ns == before


def test_the_present_folder_is_the_workdir_where_none_is_given(script: Path, installed: Path) -> None:
    done = install(script, "--help", cwd=installed)
    assert (done.returncode, done.stderr) == (0, "")
    done = install(script, f"--workdir={installed.name}", "--help", cwd=installed.parent)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_was_installed_is_the_worker_of_the_page(installed: Path) -> None:
    python = installed / "omniopt" / ".venv" / "bin" / "python"
    listing = subprocess.run(
        [python, "-I", "-m", "pip", "list"], capture_output=True, text=True, check=True
    ).stdout
    assert "omniopt-worker" in listing
    assert "flask" not in listing.lower()
    command: list[str | Path] = [python.with_name("omniopt"), "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("omniopt ")


@in_shells
@pytest.mark.parametrize("typed", ["~", "$HOME", "${HOME}"])
def test_a_home_folder_that_the_shell_left_alone_is_where_omniopt_looks(
    shell: str, typed: str, script: Path, installed: Path
) -> None:
    word = f"--workdir={typed}/{installed.name}"  # bash takes a ~ behind a = as it is
    done = install(script, "--help", word, shell=shell, HOME=str(installed.parent))
    assert (done.returncode, done.stderr) == (0, ""), done
    assert sorted(installed.parent.iterdir()) == [installed]
    done = install(script, "--help", "--workdir", typed, shell=shell, HOME=str(installed))
    assert (done.returncode, done.stderr) == (0, ""), done


@pytest.mark.parametrize("without", [(), ("curl",), ("curl", "wget")], ids=["curl", "wget", "python"])
def test_another_version_of_the_page_is_an_update(
    without: tuple[str, ...], script: Path, installed: Path, tmp_path: Path
) -> None:
    good = stamp(installed).read_text()
    stamp(installed).write_text("another\n")
    path = tools(tmp_path / "bin", *({"curl", "wget"} - set(without)))
    # A page on this machine is fetched without the proxy of the site.
    words = ("--help", "--workdir", str(installed))
    done = install(script, *words, PATH=path, http_proxy="http://127.0.0.1:9", no_proxy="example.org")
    assert done.returncode == 0, done
    said, *progress = done.stderr.splitlines()
    assert said == "omniopt: Updating OmniOpt to the version of the page ..."
    assert all(re.fullmatch(r"omniopt: \.\.\. \d+ s, \d+ MB", line) for line in progress), done.stderr
    assert stamp(installed).read_text() == good


def test_nothing_is_updated_under_a_run(script: Path, installed: Path) -> None:
    good = stamp(installed).read_text()
    journal = installed / "omniopt" / "projects" / "my_run" / "journal" / "000001.jsonl"
    journal.parent.mkdir(parents=True)
    journal.touch()
    try:
        stamp(installed).write_text("another\n")
        done = install(script, "--help", "--workdir", str(installed))
        assert done.returncode == 0
        assert (
            "The run my_run is going on here or has just ended, so OmniOpt is not updated under it"
            in done.stderr
        )
        assert stamp(installed).read_text() == "another\n"
        stamp(installed).unlink()  # as after an update that was killed
        done = install(script, "--help", "--workdir", str(installed))
        assert done.returncode == 0
        assert "The run my_run is going on here" in done.stderr
        assert not stamp(installed).exists()
        stamp(installed).write_text("another\n")
        hour_ago = time.time() - 3600
        os.utime(journal, (hour_ago, hour_ago))
        assert "Updating" in install(script, "--help", "--workdir", str(installed)).stderr
        assert stamp(installed).read_text() == good
    finally:
        shutil.rmtree(installed / "omniopt" / "projects")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_installation_that_was_interrupted_is_made_anew(
    number: signal.Signals, script: Path, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        ["env", "--default-signal=INT", "sh", str(script), "--workdir", str(tmp_path), "--help"],
        env={**os.environ, **QUICK},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + STEP
    # In the middle: the environment is there, but nothing is in it yet.
    while not (tmp_path / "omniopt" / ".venv" / "pyvenv.cfg").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, number)
    said = process.communicate()[1]
    assert not stamp(tmp_path).exists()
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "omniopt: Interrupted. Paste the same command again to continue.\n" in said
    assert (tmp_path / "omniopt" / ".installing").exists() == (number == signal.SIGKILL)
    done = install(script, "--workdir", str(tmp_path), "--help")
    assert (done.returncode, "usage: omniopt start" in done.stdout) == (0, True), done
    assert not (tmp_path / "omniopt" / ".installing").exists()


def test_a_second_installation_waits_for_the_first(script: Path, installed: Path) -> None:
    good = stamp(installed).read_text()
    lock = installed / "omniopt" / ".installing"
    with subprocess.Popen(["sleep", "600"]) as other:
        lock.mkdir()
        (lock / "owner").write_text(f"{socket.gethostname()} {other.pid}\n")
        stamp(installed).write_text("another\n")
        waiting = subprocess.Popen(
            ["sh", str(script), "--workdir", str(installed), "--help"],
            env={**os.environ, **QUICK},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr is not None
        assert "Another installation is going on" in waiting.stderr.readline()
        assert stamp(installed).read_text() == "another\n"
        other.kill()
    with waiting:
        assert "Updating" in waiting.stderr.read()
    assert waiting.returncode == 0
    assert stamp(installed).read_text() == good
    assert not lock.exists()


def test_of_several_installations_at_once_one_inherits_the_lock_of_a_killed_one(
    script: Path, installed: Path
) -> None:
    good = stamp(installed).read_text()
    lock = installed / "omniopt" / ".installing"
    lock.mkdir()
    with subprocess.Popen(["true"]) as killed:
        (lock / "owner").write_text(f"{socket.gethostname()} {killed.pid}\n")
    stamp(installed).write_text("another\n")
    several = [
        subprocess.Popen(
            ["sh", str(script), "--workdir", str(installed), "--help"],
            env={**os.environ, **QUICK},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = [one.communicate()[1] for one in several]
    assert [one.returncode for one in several] == [0] * 4
    assert "".join(said).count("Updating") == 1, said
    assert stamp(installed).read_text() == good
    assert not lock.exists()


@pytest.mark.parametrize("gone", ["lock", "folder"])
def test_another_installation_that_ends_at_this_moment_is_no_full_disk(
    gone: str, script: Path, installed: Path, tmp_path: Path
) -> None:
    """The lock is there when it is asked for, and gone when it is looked at; the folder, too, where nothing came of the other one."""
    workdir = tmp_path / "workdir"
    workdir.mkdir()
    target = installed if gone == "lock" else workdir
    folder, once = target / "omniopt", tmp_path / "once"
    if gone == "lock":
        stamp(installed).write_text("another\n")
    (tmp_path / "bin").mkdir()
    ends = f"[ {gone} = lock ] || rmdir {shlex.quote(str(folder))}"
    write_program(
        tmp_path / "bin" / "mkdir",
        f'case $1 in */.installing) [ -e "{once}" ] || {{ : >"{once}"; {ends}; exit 1; }} ;; esac\n'
        f'exec {shutil.which("mkdir")} "$@"',
    )
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    done = install(script, "--workdir", str(target), "--help", PATH=path)
    assert once.exists()
    assert (done.returncode, "usage: omniopt start" in done.stdout) == (0, True), done
    assert not (folder / ".installing").exists()


def test_the_lock_of_somebody_else_is_not_taken_for_one_of_a_killed_installation(script: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "omniopt", ".installing")
        lock.mkdir(parents=True)
        (lock / "owner").write_text(f"{socket.gethostname()} 1\n")
        if os.geteuid() == 0:
            for path in (lock.parent, lock.parent.parent):
                os.chown(path, 65534, 65534)
        # Process 1 is one that only the superuser may send a signal to.
        waiting = subprocess.Popen(
            ["sh", "-c", script.read_text(), "omniopt", "--workdir", folder],
            cwd="/",
            user=65534 if os.geteuid() == 0 else None,
            stderr=subprocess.PIPE,
            text=True,
        )
        with waiting:
            assert waiting.stderr is not None
            try:
                assert "Another installation is going on" in waiting.stderr.readline()
            finally:
                waiting.terminate()
        assert (lock / "owner").exists()


def test_settings_of_pip_for_other_places_do_not_count(script: Path, installed: Path, tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("[install]\nuser = true\n")
    stamp(installed).write_text("another\n")
    done = install(script, "--workdir", str(installed), "--help", PIP_CONFIG_FILE=str(tmp_path / "pip.conf"))
    assert done.returncode == 0, done


def test_an_update_that_fails_leaves_what_was_there(script: Path, installed: Path) -> None:
    good = stamp(installed).read_text()
    stamp(installed).write_text("another\n")
    # The packages that the installation has been made without.
    done = install(script, "--workdir", str(installed), "--help", PIP_NO_DEPS="0", PIP_FIND_LINKS="")
    assert done.returncode == 5
    assert "The packages could not be installed; the lines above say why." in done.stderr
    assert stamp(installed).read_text() == "another\n"
    done = install(script, "--workdir", str(installed), "--help")
    said, *progress = done.stderr.splitlines()
    assert said == "omniopt: Updating OmniOpt to the version of the page ..."
    assert all(re.fullmatch(r"omniopt: \.\.\. \d+ s, \d+ MB", line) for line in progress), done.stderr
    assert stamp(installed).read_text() == good
    assert sorted(stamp(installed).parent.glob("installed-wheel*")) == [stamp(installed)]


def test_a_wheel_that_is_another_one_is_not_installed(script: Path, installed: Path, tmp_path: Path) -> None:
    good = stamp(installed).read_text()
    wrong = tmp_path / "install.sh"
    wrong.write_text(script.read_text().replace(good.strip(), "0" * 64))
    done = install(wrong, "--workdir", str(installed), "--help")
    assert done.returncode == 5
    assert "does not have the checksum that the page announced; nothing was installed" in done.stderr
    assert stamp(installed).read_text() == good


def test_a_page_that_is_gone_is_said_plainly(
    script: Path, installed: Path, address: str, tmp_path: Path
) -> None:
    good = stamp(installed).read_text()
    away = tmp_path / "install.sh"
    away.write_text(script.read_text().replace(address, "http://127.0.0.1:9").replace(good.strip(), "0" * 64))
    done = install(away, "--workdir", str(installed), "--help")
    assert done.returncode == 5
    assert "could not be fetched" in done.stderr
    assert stamp(installed).read_text() == good
