"""What is exported as csv is imported as the same points, for parameters of every type."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from report_runs import a_trial, write_run
from spec_strategies import conditional, constraints, parameters

from worker.report.exchange import csv_file, import_csv
from worker.search.space import Space
from worker.spec.check import check
from worker.spec.run import Draft, ParameterDraft


@given(
    st.tuples(parameters("a"), parameters("b"), parameters("c")).flatmap(conditional),
    st.randoms(use_true_random=False),
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=4, unique=True),
    st.sampled_from(["min", "max"]),
    st.data(),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much], max_examples=60
)
def test_an_exported_table_is_imported_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    drafts: tuple[ParameterDraft, ...],
    generator: Random,
    losses: list[float],
    direction: str,
    data: st.DataObject,
) -> None:
    values = {
        "run.name": "r",
        "run.objective": "./p",
        "search.direction": direction,
        "search.constraints": data.draw(constraints(drafts)),
    }
    run = check(Draft(values, drafts)).run
    assume(run is not None)
    assert run is not None
    space = Space(run.parameters, run.precision, run.constraints)
    drawn = [space.draw(generator) for _ in losses]
    assume(all(map(space.allows, drawn)))
    points = [space.named(point) for point in drawn]
    trials = [a_trial(number, *pair) for number, pair in enumerate(zip(points, losses, strict=True), 1)]
    paths = write_run(tmp_path_factory.mktemp("run"), run, trials)
    written = csv_file.write(paths, run, trials)
    read = import_csv.read(written, run)
    assert not read.left_out
    assert [(row.values, row.loss) for row in read.rows] == list(zip(points, losses, strict=True))
