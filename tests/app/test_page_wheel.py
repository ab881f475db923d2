"""The wheel that the page serves: the same bytes every time, and nothing that a cluster does not need."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile

from app.wheel import build_wheel

WHEEL = build_wheel()
FILES = zipfile.ZipFile(io.BytesIO(WHEEL.content))


def text(suffix: str) -> str:
    (name,) = [name for name in FILES.namelist() if name.endswith(suffix)]
    return FILES.read(name).decode()


def test_the_same_files_give_the_same_wheel() -> None:
    assert build_wheel() == build_wheel()


def test_it_holds_the_worker_and_nothing_else() -> None:
    tops = {name.partition("/")[0] for name in FILES.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"worker"}
    assert "worker/spec/fields.py" in FILES.namelist()
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in FILES.namelist())


def test_it_asks_for_the_dependencies_of_a_run_alone() -> None:
    metadata = text("METADATA")
    assert "Requires-Dist: hyperopt" in metadata
    assert "Requires-Python: >=3.10" in metadata
    for unwanted in ("flask", "gunicorn", "pytest", "matplotlib", "extra"):
        assert unwanted not in metadata.lower()


def test_its_record_is_right() -> None:
    listed = dict(line.split(",", 1) for line in text("RECORD").splitlines())
    assert sorted(listed) == sorted(FILES.namelist())
    for name, entry in listed.items():
        if not name.endswith("RECORD"):
            digest, size = entry.split(",")
            content = FILES.read(name)
            expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == (f"sha256={expected}", len(content))


def test_its_name_changes_with_its_content() -> None:
    version = WHEEL.name.split("-")[1]
    assert f"Version: {version}\n" in text("METADATA")
    assert len(version.partition("+")[2]) == 12
    assert WHEEL.sha256 == hashlib.sha256(WHEEL.content).hexdigest()
