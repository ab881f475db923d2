"""Packs what somebody else needs to help: config, journals, events and logs, without environment and secrets."""

from __future__ import annotations

import os
import platform
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import BinaryIO

from worker import __version__
from worker.report import run_text
from worker.report.data.results import Results
from worker.report.exchange.redaction import HIDDEN, secrets_in, without_secrets
from worker.trial import Trial

_HEAD, _TAIL = 64 << 10, 256 << 10  # bytes of a file that are taken where it is longer than both together
_FAILED, _OTHERS = 20, 5  # evaluations whose output goes in
_JOURNAL = 20 << 20  # bytes of all journals together; of longer ones the newest lines
_PACKAGES = (
    "omniopt",
    "omniopt-worker",
    "hyperopt",
    "numpy",
    "scipy",
    "rich",
    "matplotlib",
    "scikit-learn",
    "optuna",
)


def write(results: Results, target: BinaryIO) -> list[str]:
    """Write the zip into an open file; returns the names of what is in it."""
    # Read twice, as all of it together may be large: what one file names a secret, another one may just say.
    secrets = secrets_in((content for _, content in _contents(results)), os.environ)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _contents(results):
            safe = without_secrets(content, secrets)
            archive.writestr(f"{results.run.name}/{name}", safe.encode("utf-8", "replace"))
        return archive.namelist()


def _contents(results: Results) -> Iterator[tuple[str, str]]:
    yield "README.txt", _readme(results)
    yield "summary.txt", "\n".join(run_text.summary(results)) + "\n"
    yield "errors.txt", "\n".join(run_text.errors(results)) + "\n"
    yield "system.txt", "\n".join(_system(results)) + "\n"
    for name, path, most in _files(results):
        content = _read(path, most)
        if content:
            yield name, content


def _readme(results: Results) -> str:
    return (
        f"Everything needed to find out what happened in the run {results.run.name}.\n"
        "Environment variables are not included, and anything that looks like a password, key or token was "
        f"replaced by {HIDDEN}.\n"
        "Read it before you pass it on: programs may print anything into their logs.\n"
        "Checksums at the beginning of journal lines no longer match where something was left out.\n"
    )


def _system(results: Results) -> Iterator[str]:
    yield f"OmniOpt {__version__}"
    yield f"Python {sys.version}"
    yield f"System {platform.platform()}"
    for name in _PACKAGES:
        with suppress(metadata.PackageNotFoundError):
            yield f"{name} {metadata.version(name)}"
    yield f"Folder of the run: {results.paths.root}"
    yield f"Folder of the programs: {results.origin.cwd or 'unknown'}"


def _files(results: Results) -> Iterator[tuple[str, Path, int]]:
    """Name in the archive, path, and how many bytes of its end to take at most."""
    paths = results.paths
    for path in (
        paths.config,
        paths.changes,
        paths.versions,
        paths.events,
        paths.before_log,
        paths.driver_log,
        paths.commands,
    ):
        yield path.name, path, _TAIL
    journals = range(results.state.epoch, 0, -1)
    for epoch in journals:
        yield f"journal/{epoch:06}.jsonl", paths.journal(epoch), _JOURNAL // len(journals)
    for folder_, suffixes in (
        (paths.slurm, ("*",)),
        (paths.provenance, ("*.json",)),
        (paths.agents, ("*/agent.log", "*/outbox.jsonl", "*/inbox.*.jsonl")),
    ):
        for pattern in suffixes:
            for path in sorted(folder_.glob(pattern))[:200]:
                yield str(path.relative_to(paths.root)), path, _TAIL
    for trial in _chosen(results.trials):
        for path in (paths.trial_out(trial.number), paths.trial_err(trial.number)):
            yield str(path.relative_to(paths.root)), path, _TAIL


def _chosen(trials: list[Trial]) -> list[Trial]:
    failed = [trial for trial in trials if trial.status.failure]
    further = [trial for trial in trials if not trial.status.failure]
    return failed[: _FAILED // 2] + failed[_FAILED // 2 :][-_FAILED // 2 :] + further[-_OTHERS:]


def _read(path: Path, most: int) -> str:
    """The file, or where it is long its beginning and its end; "" where it cannot be read."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            if size <= most + _HEAD:
                return file.read().decode(errors="replace")
            head = file.read(_HEAD)
            file.seek(size - most)
            tail = file.read()
    except OSError as error:
        return f"could not be read: {error.strerror}\n"
    cut = f"\n[... {size - most - _HEAD:,} bytes left out ...]\n"
    # Whole lines only: half a secret would not be recognised as one.
    return (
        head.rpartition(b"\n")[0].decode(errors="replace")
        + cut
        + tail.partition(b"\n")[2].decode(errors="replace")
    )
