"""The examples for systemd and for containers fit to the page as it is."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from deployed import EXAMPLES, end, start_page
from page_server import ROOT

from app import create_app
from app.environment import SERVER_VARIABLES, VARIABLES, Settings, from_environment

UNITS = ("omniopt.socket", "omniopt.service")
# Of what systemd calls the exposure of a service, out of 10; most have more than 9.
MOST_EXPOSED = 15  # tenths
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with the Python and the folder of these tests."""
    for name in UNITS:
        text = (EXAMPLES / name).read_text()
        text = text.replace("/opt/omniopt/.venv/bin/python", sys.executable).replace(
            "/opt/omniopt", str(ROOT)
        )
        (tmp_path / name).write_text(text)
    return tmp_path


@needs_systemd
def test_systemd_finds_nothing_wrong(units: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(units / name for name in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    own = [line for line in done.stderr.splitlines() if "omniopt" in line]
    assert (own, done.returncode) == ([], 0), done.stderr


@needs_systemd
def test_the_service_can_do_little_else(units: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", units / UNITS[1]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_service_waits_longer_than_its_processes_take() -> None:
    from app import gunicorn_conf

    [seconds] = re.findall(r"^TimeoutStopSec=(\d+)$", (EXAMPLES / UNITS[1]).read_text(), re.MULTILINE)
    assert int(seconds) > gunicorn_conf.graceful_timeout


def test_systemd_is_told_when_the_page_is_ready(tmp_path: Path) -> None:
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        notified.bind(str(tmp_path / "notify"))
        notified.settimeout(60)
        page = start_page(listening, {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        try:
            assert b"READY=1" in notified.recv(4096)
        finally:
            end(page)


def test_what_they_set_is_known() -> None:
    service = (EXAMPLES / "omniopt.service").read_text()
    page = yaml.safe_load((EXAMPLES / "compose.yaml").read_text())["services"]["page"]
    names = {*re.findall(r"^Environment=(\w+)=", service, re.MULTILINE), *page["environment"]}
    assert names <= {*VARIABLES, *SERVER_VARIABLES}
    assert from_environment(page["environment"]).public_url == "https://omniopt.example.org"


def test_the_container_is_that_of_the_dockerfile() -> None:
    page = yaml.safe_load((EXAMPLES / "compose.yaml").read_text())["services"]["page"]
    dockerfile = (EXAMPLES / page["build"] / "Dockerfile").read_text()
    [port] = page["ports"]
    assert port.startswith("127.0.0.1:") and f"EXPOSE {port.rpartition(':')[2]}\n" in dockerfile
    assert page["read_only"] is True and page["cap_drop"] == ["ALL"]
    [volume] = page["volumes"]
    folder, inside, mode = volume.split(":")
    assert mode == "ro" and (EXAMPLES / folder / Path(page["environment"]["OMNIOPT_SITE"]).name).is_file()
    assert Path(page["environment"]["OMNIOPT_SITE"]).parent == Path(inside)


def test_the_settings_can_be_used(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "settings", tmp_path / "settings")
    client = create_app(Settings(site=tmp_path / "settings" / "site.toml")).test_client()
    html = client.get("/", base_url="http://omniopt.example.org").text
    assert "HPC of Example University" in html and 'value="sea/gpu"' in html and 'value="p_example"' in html
