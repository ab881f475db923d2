"""Small runs for the tests of Slurm."""

from __future__ import annotations

from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft, Run

_SECTIONS = {
    **dict.fromkeys(("name", "objective", "workers", "runtime", "time_limit", "on_end"), "run"),
    "max_evals": "search",
}


def a_run(**values: object) -> Run:
    """A small run; `values` are keys of the config, such as memory or partition, and durations in seconds."""
    settings = {"name": "pear", "objective": "true ($x)", "cpus": 1, "memory": 50, "runtime": 3600, **values}
    for key in ("runtime", "walltime", "time_limit"):
        if isinstance(seconds := settings.get(key), int):
            settings[key] = f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    draft = Draft(
        {f"{_SECTIONS.get(key, 'slurm')}.{key}": value for key, value in settings.items()},
        (ParameterDraft("x", "hp.uniform", {"min": 0, "max": 1}),),
    )
    checked = check(draft)
    assert checked.run is not None, checked.problems
    return checked.run
