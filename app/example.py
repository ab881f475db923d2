"""What "Start from an example" fills in: a run of the program that every installation has."""

from __future__ import annotations

from worker.spec.algorithms import AUTO
from worker.spec.parameters import INTEGER_TYPE, OPTIONS_TYPE, REAL_TYPE
from worker.spec.run import Draft, ParameterDraft

_OPTIONS = ("learning-rate", "hidden-units", "activation")
# What the command installs lies two folders above that of the run.
_PROGRAM = "($projectdir)/../../.venv/bin/python -Im worker.cli.example"

EXAMPLE = Draft(
    {
        "run.name": "digits",
        "run.objective": " ".join((_PROGRAM, *(f"--{name}=(${name})" for name in _OPTIONS))),
        "run.workers": 2,
        "run.runtime": "1",
        "search.algorithm": AUTO,
        "search.max_evals": 30,
    },
    (
        ParameterDraft(_OPTIONS[0], REAL_TYPE, {"min": 0.0001, "max": 1, "log": True}),
        ParameterDraft(_OPTIONS[1], INTEGER_TYPE, {"min": 2, "max": 24}),
        ParameterDraft(_OPTIONS[2], OPTIONS_TYPE, {"values": ["tanh", "relu"]}),
    ),
)
NOTICE = (
    "This example searches for the best settings of a small program that comes with OmniOpt and learns to read digits. "
    "It runs as it stands, in a few minutes: copy the command."
)
