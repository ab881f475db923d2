"""Runs in folders that others can change: asked about before anything runs there; their results can be read by all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from foreign import OTHER, give, needs_root
from forked_commands import Omniopt
from local_runs import Local, config
from terminals import on_terminal

pytestmark = needs_root
OMNIOPT = [sys.executable, "-I", "-m", "worker"]


@pytest.fixture
def workdir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def local(workdir: Path) -> Local:
    return Local(workdir)


@pytest.mark.parametrize("mode", [0, 0o777], ids=["somebody's", "open to all"])
def test_a_run_in_a_foreign_workdir_is_asked_about(
    mode: int, omniopt: Omniopt, local: Local, tmp_path: Path
) -> None:
    path = str(config(tmp_path))
    if mode:
        local.workdir.chmod(mode)
    else:
        give(local.workdir, OTHER)
    words = ["start", path, "--workdir", str(local.workdir), "--yes"]
    done = omniopt(*words)
    assert done.returncode == 5, done
    assert f"{local.workdir} " in done.stdout
    assert ("can be changed by everybody" if mode else f"belongs to the user {OTHER}") in done.stdout
    assert "nothing was run" in done.stderr
    code, shown = on_terminal(tmp_path, [*OMNIOPT, *words], "", ahead="y\ny\n")
    assert code == 5, shown
    assert list(local.workdir.iterdir()) == []
    code, shown = on_terminal(tmp_path, [*OMNIOPT, *words], "y")
    assert code == 0, shown
    assert "All 5 evaluations are done." in shown


def test_whom_a_person_trusts_is_not_asked_about(omniopt: Omniopt, local: Local) -> None:
    give(local.workdir, OTHER)
    done = omniopt("start", config(local.workdir), env={**os.environ, "OMNIOPT_TRUST": str(local.workdir)})
    assert done.returncode == 0, done
    assert OTHER not in done.stdout


@pytest.mark.parametrize("part", [".", "config.toml", "journal", "agents"])
@pytest.mark.parametrize("words", [("resume", "pear", "--max-evals", "7"), ("retry", "pear", "--failed")])
def test_a_run_that_others_can_change_is_not_gone_on_with_unasked(
    part: str, words: tuple[str, ...], omniopt: Omniopt, local: Local
) -> None:
    once = "mkdir once 2>/dev/null && exit 1; echo RESULT: ($x)"  # the first evaluation fails
    assert omniopt("start", config(local.workdir, objective=once)).returncode == 0
    give(local.paths.root / part, OTHER, whole=False)
    done = omniopt(*words)
    assert done.returncode == 5, done
    assert f"belongs to the user {OTHER}" in done.stdout
    assert not local.paths.changes.exists()
    for reading in ("status", "best", "csv", "errors", "summary"):
        done = omniopt(reading, "pear")
        assert done.returncode == 0, done
        assert OTHER not in done.stdout + done.stderr


def test_the_config_of_a_foreign_run_is_not_continued_unasked(omniopt: Omniopt, local: Local) -> None:
    path = config(local.workdir)
    assert omniopt("start", path).returncode == 0
    give(local.paths.config, OTHER)
    done = omniopt("start", config(local.workdir, max_evals=9), "--existing", "continue")
    assert done.returncode == 5, done
    assert f"{local.paths.config} belongs to the user {OTHER}" in done.stdout


def test_the_address_that_somebody_else_wrote_down_is_no_link(omniopt: Omniopt, local: Local) -> None:
    assert omniopt("start", config(local.workdir)).returncode == 0
    address = local.workdir / "omniopt" / "page-address"
    address.write_text("http://page.example.org\n")
    for owner, linked in (("root", True), (OTHER, False)):
        give(address, owner)
        done = omniopt("report", "pear", "--no-importance")
        text = Path(done.stdout.strip().splitlines()[-1]).read_text(encoding="utf-8")
        assert ("http://page.example.org" in text) == linked
