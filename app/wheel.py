"""The wheel that the page serves to clusters: the package `worker` alone, with the dependencies of a run."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import worker

DISTRIBUTION = "omniopt-worker"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same files give the same wheel, whenever and wherever it is built


@dataclass(frozen=True)
class Wheel:
    """A wheel in memory; sha256 is in hex."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The checksum that the installer asks for."""
        return hashlib.sha256(self.content).hexdigest()


def build_wheel() -> Wheel:
    """The wheel of the `worker` package that this server runs with; works from a checkout and from an installation.

    Its version ends in a digest of its files, so that pip replaces it whenever they differ.
    """
    files = list(_package_files())
    requirements = _base_requirements()
    digest = hashlib.sha256()
    for name, content in [*files, ("", "\n".join(requirements).encode())]:
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    version = f"{worker.__version__}+{digest.hexdigest()[:12]}"
    stem = f"{DISTRIBUTION.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    files += [
        (f"{info}/METADATA", _metadata(version, requirements)),
        (
            f"{info}/WHEEL",
            b"Wheel-Version: 1.0\nGenerator: omniopt\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        ),
        (f"{info}/entry_points.txt", b"[console_scripts]\nomniopt = worker.__main__:main\n"),
    ]
    record = "".join(f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in files)
    files.append((f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode()))
    return Wheel(f"{stem}-py3-none-any.whl", _zipped(files))


def _package_files() -> Iterator[tuple[str, bytes]]:
    """Every file of the package with its name in the wheel, in a fixed order."""
    root = Path(worker.__file__).parent
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(root.parent).as_posix(), path.read_bytes()


def _base_requirements() -> list[str]:
    """What a run needs, as this project's own metadata says: its dependencies without any extra."""
    return [line for line in metadata.requires("omniopt") or () if "extra ==" not in line]


def _metadata(version: str, requirements: Sequence[str]) -> bytes:
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {DISTRIBUTION}",
        f"Version: {version}",
        "Summary: The part of OmniOpt that runs on a cluster",
        "License: Apache-2.0",
        "Requires-Python: >=3.10",
        *(f"Requires-Dist: {requirement}" for requirement in requirements),
    ]
    return ("\n".join(lines) + "\n").encode()


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
