"""What an older OmniOpt, or anybody else, has left in a workdir: it stays as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from forked_commands import Omniopt
from local_runs import Local, config


@pytest.fixture
def local(workdir: Path) -> Local:
    """The run in the workdir."""
    return Local(workdir)


@pytest.mark.parametrize("left", ["config.ini", "logs/1", ".hidden", ""])
def test_no_run_starts_in_a_folder_that_it_has_not_made(left: str, omniopt: Omniopt, local: Local) -> None:
    old = local.paths.root / left
    old.parent.mkdir(parents=True, exist_ok=True)
    old.write_text("old")
    before = sorted(local.paths.root.parent.rglob("*"))
    done = omniopt("start", config(local.workdir))
    assert done.returncode == 2, done
    assert str(local.paths.root) in done.stderr
    assert "--name" in done.stderr
    assert sorted(local.paths.root.parent.rglob("*")) == before
    assert old.read_text() == "old"
    assert not (local.workdir / "omniopt" / "evaluate-run.sh").exists()
    assert omniopt("start", config(local.workdir), "--name", "plum").returncode == 0


def test_what_an_interrupted_start_has_left_is_no_obstacle(omniopt: Omniopt, local: Local) -> None:
    for folder in (local.paths.trials, local.paths.agents):
        folder.mkdir(parents=True)
    assert omniopt("start", config(local.workdir)).returncode == 0


def test_a_script_with_the_name_of_the_menu_is_left_alone(omniopt: Omniopt, local: Local) -> None:
    script = local.workdir / "omniopt" / "evaluate-run.sh"
    script.parent.mkdir()
    script.write_text("echo old")
    assert omniopt("start", config(local.workdir)).returncode == 0
    assert script.read_text() == "echo old"


def test_the_menu_of_a_run_is_never_a_script_of_another_make(omniopt: Omniopt, local: Local) -> None:
    script = local.workdir / "omniopt" / "evaluate-run.sh"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho old")
    script.chmod(0o755)
    done = omniopt("start", config(local.workdir))
    assert done.returncode == 0
    assert f"{script} was not created by this OmniOpt" in done.stdout + done.stderr
    assert not re.search(r"^\s*\S*evaluate-run\.sh", done.stdout, re.MULTILINE), done.stdout
    assert script.read_text() == "#!/bin/sh\necho old"


def test_a_link_that_leads_nowhere_is_left_alone(omniopt: Omniopt, local: Local) -> None:
    link = local.workdir / "omniopt" / "evaluate-run.sh"
    link.parent.mkdir()
    link.symlink_to("elsewhere.sh")
    assert omniopt("start", config(local.workdir)).returncode == 0
    assert str(link.readlink()) == "elsewhere.sh"


def test_what_an_older_omniopt_has_left_is_listed_as_that(omniopt: Omniopt, local: Local) -> None:
    old = local.workdir / "omniopt" / "projects" / "plum"
    (old / "mongodb").mkdir(parents=True)
    (old.parent / "empty").mkdir()
    assert omniopt("start", config(local.workdir)).returncode == 0
    listed = omniopt("status").stdout
    assert re.search(r"^plum +made by something else, such as an older OmniOpt", listed, re.MULTILINE)
    assert "empty" not in listed
    assert "plum" in omniopt("evaluate", input="q\n").stdout
