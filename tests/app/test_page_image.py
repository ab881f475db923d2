"""The steps of the Dockerfile, as far as they go without an engine for it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from page_server import ROOT, running_page

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
_, BUILD, FINAL = DOCKERFILE.split("\nFROM ")
INSTALLED = "/srv/omniopt"  # where the image has the page
MOST_BYTES = 20_000_000  # that the image may have over its base


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image has of its own: the steps of its build, in a folder."""
    folder = tmp_path_factory.mktemp("image")
    source, target = folder / "source", folder / "installed"
    source.mkdir()
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    environment = {**os.environ, "PATH": f"{folder / 'venv' / 'bin'}:{os.environ['PATH']}", "PIP_QUIET": "1"}
    for line in BUILD.replace("\\\n", " ").splitlines():
        instruction, _, rest = line.partition(" ")
        if instruction == "COPY":
            # Only what the image gets is there to be installed.
            *names, to = rest.split()
            for name in names:
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, source / to)
        elif instruction == "RUN":
            command = rest.replace(INSTALLED, shlex.quote(str(target)))
            subprocess.run(["sh", "-ec", command], cwd=source, env=environment, check=True)
    return target


def size(folder: Path) -> int:
    """How many bytes the files of a folder have."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_it_is_small(installed: Path) -> None:
    assert size(installed) < MOST_BYTES


def test_it_holds_no_more_than_the_page_needs(installed: Path) -> None:
    names = {path.name.partition("-")[0].lower() for path in installed.glob("*.dist-info")}
    assert "omniopt" in names and "flask" in names
    assert not names & {"hyperopt", "numpy", "scipy", "rich", "pip", "hatchling", "pytest"}
    assert not (installed / "tests").exists()


def test_it_serves_from_an_installed_wheel(installed: Path, tmp_path: Path) -> None:
    assert (installed / "app" / "_bundled" / "templates").is_dir()
    path = os.pathsep.join(filter(None, (str(installed), os.environ.get("PYTHONPATH", ""))))
    with running_page({"PYTHONPATH": path}, cwd=tmp_path) as address:
        with urlopen(f"{address}/?projectname=packed") as answer:
            page = answer.read().decode()
        assert 'value="packed"' in page
        for bundle in re.findall(r'(?:href|src)="(/page-[^"]+)"', page):
            assert urlopen(address + bundle).read()
        for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            with urlopen(address + asset) as answer:
                assert answer.read() == (ROOT / asset.lstrip("/")).read_bytes()
        with urlopen(f"{address}/install.sh") as answer:
            assert b"wheel='omniopt_worker-" in answer.read()


# As `docker run --read-only --tmpfs /tmp`: a file system that nobody can write to, except for a small folder in memory.
READ_ONLY = """
mount --bind "$1" /mnt
mount -t tmpfs -o size=1m tmpfs /tmp
mount -o remount,ro,bind /mnt
mount -o remount,ro,bind /
cd /
shift
exec "$@"
"""


def test_it_needs_no_disk_that_it_can_write_to(installed: Path) -> None:
    # The Python below that of the tests' environment, which may lie in /tmp.
    python = getattr(sys, "_base_executable", sys.executable)
    inside = ["unshare", "--map-root-user", "--mount", "sh", "-ec", READ_ONLY, "sh", str(installed)]
    if subprocess.run([*inside, "true"], check=False).returncode:
        pytest.skip("this machine does not let us mount anything")
    assert subprocess.run([*inside, "touch", "/mnt/a"], capture_output=True, check=False).returncode != 0
    settings = {"PYTHONPATH": "/mnt", "PYTHONDONTWRITEBYTECODE": "1"}
    with running_page(settings, python=(*inside, python)) as address:
        for way in ("/", "/install.sh", "/static/js/main.js"):
            with urlopen(address + way) as answer:
                assert answer.status == 200
        upload = Request(
            f"{address}/import",
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.toml"\r\n\r\n'
            + b"#" * 900_000
            + b"\r\n--b--\r\n",
            {"Content-Type": "multipart/form-data; boundary=b"},
        )
        with pytest.raises(HTTPError) as refused:
            urlopen(upload)
        with refused.value as answer:
            assert answer.code == 413


def test_the_page_needs_nothing_that_the_image_lacks() -> None:
    # The image leaves out the dependencies of a run; the page must not import them.
    code = (
        "import sys\n"
        "for name in ('hyperopt', 'numpy', 'scipy', 'rich'): sys.modules[name] = None\n"
        "from app import create_app\n"
        "client = create_app().test_client()\n"
        "assert client.get('/').status_code == client.post('/preview').status_code == 200\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_image_does_not_run_as_root() -> None:
    assert re.search(r"^USER (?!root|0)\w+$", FINAL, re.MULTILINE)


def test_the_image_starts_the_page_of_its_folder() -> None:
    assert f"COPY --from=build {INSTALLED} {INSTALLED}" in FINAL and f"PYTHONPATH={INSTALLED}" in FINAL
    [command] = re.findall(r"^CMD (\[.*\])$", FINAL, re.MULTILINE)
    assert json.loads(command)[:3] == ["python", "-m", "app"]


def test_nothing_is_fetched_without_a_checksum() -> None:
    for command in re.findall(r"pip install [^&\n]+", DOCKERFILE):
        assert "--require-hashes" in command or "--no-build-isolation --no-deps" in command
