"""Small runs for the tests of Slurm."""

from __future__ import annotations

import shlex

from worker.spec.check import check
from worker.spec.fields import FIELDS
from worker.spec.run import Draft, ParameterDraft, Run

_PATHS = {field.attribute: field.path for field in FIELDS}


def a_run(**values: object) -> Run:
    """A small run; `values` are attributes of `Run`, such as memory or partition, and durations in seconds."""
    settings = {"name": "pear", "objective": "true ($x)", "cpus": 1, "memory": 50, "runtime": 3600, **values}
    for key in ("runtime", "walltime", "time_limit"):
        if isinstance(seconds := settings.get(key), int):
            settings[key] = f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    draft = Draft(
        {_PATHS[key]: value for key, value in settings.items()},
        (ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1}),),
    )
    checked = check(draft)
    assert checked.run is not None, checked.problems
    return checked.run


def directives(script: str) -> dict[str, str]:
    """The #SBATCH options of a script, as sbatch reads them."""
    lines = [
        shlex.split(line.removeprefix("#SBATCH"))
        for line in script.splitlines()
        if line.startswith("#SBATCH")
    ]
    pairs = [word.removeprefix("--").partition("=") for line in lines for word in line]
    return {name: value for name, _, value in pairs}
