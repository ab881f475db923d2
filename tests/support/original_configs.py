"""Configs of the original for tests, and what is read from them."""

from __future__ import annotations

from worker.spec.check import check_read
from worker.spec.run import ReadResult, Run

EXAMPLE = """\
[DATA]
precision = 8
max_evals = 100
algo_name = tpe.suggest
range_generator_name = hp.randint
objective_program = perl program.pl ($x_0) ($x_1)
[DIMENSIONS]
dimensions = 2
dim_0_name = layers
max_dim_0 = 12
dim_1_name = dropout
range_generator_1 = hp.quniform
min_dim_1 = 0
max_dim_1 = 0.9
q_1 = 0.1
[MONGODB]
poll_interval = 10
"""


def run_of(read: ReadResult) -> Run:
    """The run that was read."""
    checked = check_read(read)
    assert checked.run is not None, checked.problems
    return checked.run


def read_problems(read: ReadResult) -> list[tuple[str, str, str]]:
    """What reading says, as (severity, path, message)."""
    return [(problem.severity, problem.path, problem.message) for problem in read.problems]
