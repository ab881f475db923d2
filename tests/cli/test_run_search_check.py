"""An algorithm whose packages are missing begins no run, and goes on with none."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from forked_commands import Omniopt
from local_runs import Local, config

NEEDS = "optuna.gp needs torch, which is not installed here."


def test_no_run_begins_or_goes_on_without_what_its_search_needs(omniopt: Omniopt, workdir: Path) -> None:
    assert find_spec("torch") is None, "this test needs an environment without torch"
    local = Local(workdir)
    written = config(workdir, algorithm="optuna.gp")
    for command in ("check", "start"):
        refused = omniopt(command, written)
        assert refused.returncode == 2
        assert NEEDS in refused.stdout + refused.stderr
    assert not local.paths.config.exists()
    assert omniopt("start", config(workdir, max_evals=2)).returncode == 0
    started = local.paths.config.read_text(encoding="utf-8")
    local.paths.config.write_text(started.replace("hyperopt.rand.suggest", "optuna.gp"), encoding="utf-8")
    refused = omniopt("resume", "pear", "--max-evals", 3)
    assert refused.returncode == 2
    assert NEEDS in refused.stderr
