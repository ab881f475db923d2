"""The worked example of the documentation: a launcher for PBS, run against stand-ins for PBS's commands."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path
from types import ModuleType

import pytest
from local_runs import X

from worker.driver.budget import Over
from worker.driver.loop import Driver
from worker.driver.plan import Plan
from worker.driver.project import create
from worker.driver.show import Lines
from worker.driver.signals import Signals
from worker.spec.check import check
from worker.spec.run import Draft, Run
from worker.store.paths import Home, RunPaths

PAGE = Path(__file__).parents[1] / "docs" / "other-schedulers.md"
QSUB = """#!/bin/bash
exec 9> "$0.lock"; flock 9
id=$(($(cat "$0.count" 2>/dev/null || echo 0) + 1)); echo $id > "$0.count"
cat > "$0.$id.sh"
setsid bash "$0.$id.sh" > /dev/null 2>&1 < /dev/null 9>&- &
echo $! > "$0.$id.pid"
echo $id.server
"""
QSTAT = """#!/bin/bash
echo 'Job id            Name             User              Time Use S Queue'
echo '----------------  ---------------- ----------------  -------- - -----'
for file in "${0%qstat}"qsub.*.pid; do
    id=${file%.pid}; state=F; kill -0 $(cat $file) 2>/dev/null && state=R
    echo "${id##*.}.server pear me 00:00:01 $state workq"
done
"""
QDEL = '#!/bin/bash\nfor job; do kill -- -$(cat "${0%qdel}qsub.${job%%.*}.pid"); done\n'


@pytest.fixture
def pbs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The example as a module, on a machine that has the commands of PBS."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in (("qsub", QSUB), ("qstat", QSTAT), ("qdel", QDEL)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert code is not None
    file = tmp_path / "pbs.py"
    file.write_text(code[1])
    spec = importlib.util.spec_from_file_location("pbs", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_example_for_pbs_drives_a_run(pbs: ModuleType, workdir: Path) -> None:
    pbs.ASK_EVERY = 0.2
    draft = Draft(
        {"run.name": "pear", "run.objective": "echo RESULT: ($x)", "run.workers": 2, "search.max_evals": 6,
         "search.algorithm": "hyperopt.rand.suggest"}, (X,),
    )  # fmt: skip
    run = check(draft).run
    assert run is not None
    paths = create(Home.in_workdir(workdir), run)

    def launch(run: Run, paths: RunPaths, epoch: int, *_: object) -> object:
        return pbs.PbsLauncher(run, paths, epoch)

    with Signals() as signals:
        driver = Driver(Plan(run, paths, "slurm", workdir, 42), signals, launch)  # type: ignore[arg-type]
        end = driver.drive(Lines(3600))
    assert end.over is Over.BUDGET
    assert driver.tally.ok == 6
    assert {trial.agent for trial in driver.trials.values()} <= {"p1-1", "p1-2"}
