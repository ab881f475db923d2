"""Runs whose folder is moved or removed while they go on: no evaluation is taken for failed, and nobody waits for ever."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from forked_commands import Omniopt
from local_runs import Local, config, ended, until

from worker.errors import EXIT_SYSTEM
from worker.store.appender import Appender
from worker.store.records import decode
from worker.store.tail import Tail


def begin(local: Local, seconds: float) -> subprocess.Popen[str]:
    """Start a run of five evaluations and wait until the first one is done."""
    process = local.spawn("start", config(local.workdir, objective=f"sleep {seconds}; echo RESULT: ($x)"))
    until(lambda: local.count("ok") >= 1)
    return process


def remove(root: Path) -> None:
    """Remove the folder of a run that goes on, and may write into it meanwhile, as a person does: again if need be."""

    def gone() -> bool:
        shutil.rmtree(root, ignore_errors=True)
        return not root.exists()

    until(gone)


def test_a_run_that_is_moved_says_so_and_goes_on_in_its_new_place(omniopt: Omniopt, local: Local) -> None:
    process = begin(local, 0.5)
    old, new = local.paths.root, local.workdir / "elsewhere"
    shown = {number for number, trial in local.trials.items() if trial.status.value == "ok"}
    old.rename(new)
    code, output = ended(process)
    assert code == EXIT_SYSTEM
    assert f"The folder {old} was moved or removed during the run." in output
    until(lambda: not local.agents())
    assert not old.exists()
    assert omniopt("resume", new).returncode == 0
    new.rename(old)
    assert {trial.status.value for trial in local.trials.values()} == {"ok"}
    assert len(local.trials) == 5
    assert shown <= local.trials.keys()


def test_a_run_that_is_removed_ends_and_leaves_nothing(local: Local) -> None:
    process = begin(local, 0.5)
    remove(local.paths.root)
    assert ended(process)[0] == EXIT_SYSTEM
    until(lambda: not local.agents())
    assert not local.left_behind()
    assert not local.paths.root.exists()


def test_a_run_that_is_removed_just_before_its_end_says_so(omniopt: Omniopt, local: Local) -> None:
    done = omniopt(
        "start", config(local.workdir, objective='rm -r "$OMNIOPT_RUN"; echo RESULT: ($x)', max_evals=1)
    )
    assert done.returncode == EXIT_SYSTEM
    assert "was moved or removed" in done.stdout
    assert not local.paths.root.exists()


def test_workers_of_a_removed_run_do_no_harm_to_the_next_one_of_its_name(
    omniopt: Omniopt, local: Local
) -> None:
    begin(local, 0.5).kill()
    remove(local.paths.root)
    again = omniopt("start", local.workdir / "pear.toml")
    assert again.returncode == 0, again.stdout
    assert local.count("ok") == 5
    assert {record["attempt"] for record in local.records() if record["kind"] == "assigned"} == {1}


def test_a_file_knows_whether_it_is_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "run" / "outbox.jsonl"
    path.parent.mkdir()
    with Appender(path) as file:
        assert file.in_place
        path.parent.rename(tmp_path / "moved")
        assert not file.in_place
        path.parent.mkdir()
        path.touch()
        assert not file.in_place  # another one
    assert file.in_place  # as far as one can know


def test_what_was_removed_is_not_made_again_by_its_reader(tmp_path: Path) -> None:
    tail = Tail(tmp_path / "run" / "commands.jsonl", decode, create=True)
    assert tail.read() == []
    assert tail.path.exists()
    shutil.rmtree(tail.path.parent)
    tail.close()
    assert tail.read() == []
    assert not tail.path.parent.exists()
