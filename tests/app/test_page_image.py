"""The steps of the Dockerfile, as far as they go without an engine for it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

from page_server import ROOT, running_page

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_it_serves_from_an_installed_wheel(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    # Only what the image gets is there to be installed.
    for sources in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in sources.split():
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, source],
        check=True,
    )
    assert (target / "app" / "_bundled" / "templates").is_dir()
    path = os.pathsep.join(filter(None, (str(target), os.environ.get("PYTHONPATH", ""))))
    with running_page({"PYTHONPATH": path}, cwd=tmp_path) as address:
        with urlopen(f"{address}/?projectname=packed") as answer:
            page = answer.read().decode()
        assert 'value="packed"' in page
        for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            with urlopen(address + asset) as answer:
                assert answer.read() == (ROOT / asset.lstrip("/")).read_bytes()
        with urlopen(f"{address}/install.sh") as answer:
            assert b"wheel='omniopt_worker-" in answer.read()


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
    assert re.search(r"^USER (?!root|0)\w+$", DOCKERFILE, re.MULTILINE)
