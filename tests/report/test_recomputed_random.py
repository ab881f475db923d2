"""Random small runs: best, best so far, front, counts, hours and means are those that pandas finds in the journal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_texts import embedded
from plain_facts import best, facts, front, gains, in_order, node_hours, usable, worker_hours
from report_runs import START, a_trial, write_run
from run_kinds import run_of

from worker.pooled import Pooled
from worker.report import run_text, sureness_text
from worker.report.data import improvements, results
from worker.report.data.chart_series import best_so_far
from worker.report.data.paper import paper
from worker.report.data.pareto import front_of
from worker.report.data.run_curves import Budget, curves
from worker.report.data.standings import Comparison
from worker.report.data.summary import best_first, summarize
from worker.report.pages import compare, report
from worker.spec.parameters import Value
from worker.spec.run import ParameterDraft
from worker.store.provenance import Provenance
from worker.trial import Status, Trial

MADE = datetime(2026, 11, 23, tzinfo=timezone.utc)
PARAMETERS = (
    ParameterDraft("kind", "categorical", {"values": ["a", "b"]}),
    ParameterDraft("x", "real", {"min": 0, "max": 1, "when": "kind == 'a'"}),
)
# Few different ones, so that some are the same; the others are as floats are.
NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.5, 1e300, -1e300, 5e-324]) | st.floats(
    allow_nan=False, allow_infinity=False
)
BAD = {
    Status.FAILED: "",
    Status.NOT_FINITE: "nan",
    Status.NO_RESULT: "",
    Status.TIMEOUT: "",
    Status.CANCELLED: "",
    Status.INFEASIBLE: "",
}


@st.composite
def trials(draw: st.DrawFn, names: tuple[str, ...] = (), most: int = 12) -> list[Trial]:
    """Evaluations in any order of ends, on two hosts, of three workers; some run, fail, or lack a result."""
    made = []
    for number in range(1, draw(st.integers(0, most)) + 1):
        values: dict[str, Value] = {"kind": draw(st.sampled_from(["a", "b"]))}
        if values["kind"] == "a":
            values["x"] = draw(st.sampled_from([0.0, 0.5, 1.0]))
        status = draw(st.sampled_from([Status.OK] * 6 + [*BAD, Status.STOPPED_EARLY, Status.RUNNING]))
        loss = draw(NUMBERS)
        printed = {name: draw(NUMBERS) for name in names if draw(st.integers(0, 9))}
        outputs = {**printed, names[0]: loss} if names else {}
        # An evaluation that failed in the end may have printed a result before.
        counts = status is Status.OK or (status is not Status.NOT_FINITE and draw(st.booleans()))
        start = START + draw(st.integers(0, 40))
        seconds = draw(st.integers(0, 9)) + draw(st.sampled_from([0.0, 0.25]))
        more: dict[str, object] = {
            "agent": draw(st.sampled_from("123")),
            "host": draw(st.sampled_from(["n1", "n2"])),
            "raw_loss": BAD.get(status, ""),
            "start": start,
            "end": start + seconds,
            "seconds": seconds,
        }
        if status is Status.RUNNING:
            more |= {"end": None, "seconds": None, "exit_code": None}
        made.append(a_trial(number, values, loss if counts else None, status, outputs, **more))
    return made


def read(made: list[Trial], **fields: object) -> tuple[results.Results, pandas.DataFrame]:
    """The run of these evaluations as the product reads it, and as pandas does."""
    with TemporaryDirectory() as folder:
        paths = write_run(Path(folder), run_of("random", PARAMETERS, **fields), made)
        return results.read(paths), facts(paths.root)


@given(trials(), st.sampled_from([1, -1]))
def test_best_and_best_so_far(made: list[Trial], sign: int) -> None:
    ours, frame = read(made, search__direction="min" if sign > 0 else "max")
    figures = summarize(ours)
    found = best(frame, sign) if made else None
    assert (figures.best and (figures.best.number, figures.best.loss)) == found
    assert {status.value: count for status, count in figures.counts.items()} == (
        frame["status"].value_counts().to_dict() if made else {}
    )
    if found is None:
        assert improvements.finished(ours.points) == []
        return
    ranked = usable(frame).assign(rank=sign * usable(frame)["loss"]).sort_values(["rank", "trial"])
    assert [trial.number for trial in best_first(ours.points, ours.run)] == list(ranked["trial"])
    points, better = improvements.finished(ours.points), gains(frame, sign)
    known = usable(in_order(frame))
    assert [(point.trial.number, point.count, point.elapsed) for point in points] == list(
        known[["trial", "count", "after"]].itertuples(index=False, name=None)
    )
    drawn = best_so_far(points, ours.run)["best"]
    assert isinstance(drawn, list)
    steps = [list(row) for row in better[["count", "after", "loss"]].itertuples(index=False)]
    assert drawn[: len(steps)] == steps
    assert [step[0] for step in drawn[len(steps) :]] in ([], [known["count"].iloc[-1]])
    (curve,) = curves([ours])[1]
    assert [(step.evaluations, step.value) for step in curve.steps] == list(
        better[["count", "loss"]].itertuples(index=False, name=None)
    )
    for at, (_, row) in enumerate(better.iterrows()):
        until = frame[frame["end"].notna()].assign(end=frame["end"].clip(upper=row["end"]))
        assert curve.steps[at].used(Budget.NODE_HOURS) == pytest.approx(
            node_hours(until[until["end"] >= until["start"]])
        )


@given(trials())
def test_hours_and_durations(made: list[Trial]) -> None:
    ours, frame = read(made)
    figures = summarize(ours)
    if not made:
        assert (figures.wall, figures.inside, figures.cost.node_hours) == (0, 0, 0)
        return
    assert figures.cost.node_hours == pytest.approx(node_hours(frame))
    assert figures.cost.worker_hours == pytest.approx(worker_hours(frame))
    assert figures.inside == pytest.approx(frame["seconds"].sum())
    wall = frame["end"].max() - frame["start"].min()
    assert figures.wall == pytest.approx(max(0.0, wall) if math.isfinite(wall) else 0.0)


SIGNS: Mapping[str, int] = {"loss": 1, "accuracy": -1, "size": 1}


@given(trials(tuple(SIGNS), most=10), st.integers(2, 3))
def test_the_pareto_front(made: list[Trial], count: int) -> None:
    signs = dict(list(SIGNS.items())[:count])
    goals = {name: "min" if sign > 0 else "max" for name, sign in signs.items()}
    ours, frame = read(made, search__results=goals)
    assert {trial.number for trial in front_of(ours.run, ours.points)} == front(frame, signs)


@given(trials(tuple(SIGNS)), st.sampled_from(["min", "max"]), st.booleans())
def test_every_page_and_text_is_made_of_any_numbers(made: list[Trial], direction: str, several: bool) -> None:
    fields: dict[str, object] = {"search__direction": direction}
    ours, frame = read(made, **({"search__results": dict.fromkeys(SIGNS, "min")} if several else fields))
    page = embedded(report.page(ours, report.Options(with_importance=False), MADE))
    (column,) = (one for one in page["columns"] if one["role"] == "result")
    assert [None if value is None else float(value) for value in column["values"]] == [
        None if math.isnan(loss) else loss for loss in frame["loss"]
    ]
    compare.page("x", Comparison([ours]))
    assert list(run_text.summary(ours))
    assert paper(ours, Provenance((), (), ())).sentences
    assert sureness_text.lines(ours)


def test_runs_whose_hypervolume_overflows_are_compared_by_their_first_result() -> None:
    huge = {"loss": 0.0, "accuracy": 1e300, "size": 1e300}
    made = [
        a_trial(number, {"kind": "b"}, 0.0, outputs={**huge, "size": number * 1e300}) for number in (1, 2)
    ]
    ours, _ = read(made, search__results=dict.fromkeys(SIGNS, "min"))
    assert curves([ours])[0].name == "loss"


@st.composite
def repeated(draw: st.DrawFn) -> list[Trial]:
    """Three evaluations of each of some points, all of which have a result."""
    made = []
    for point in range(draw(st.integers(1, 5))):
        first = 3 * point + 1
        for repeat in (1, 2, 3):
            loss = draw(st.floats(-1e6, 1e6))
            trial = a_trial(3 * point + repeat, {"kind": "b"}, loss)
            made.append(replace(trial, point=0 if repeat == 1 else first, repeat=repeat))
    return made


@settings(max_examples=30)
@given(repeated())
def test_means_of_repeated_evaluations(made: list[Trial]) -> None:
    ours, frame = read(made, search__repeats=3)
    groups = frame.groupby("point")["loss"]
    means, deviations = groups.mean(), groups.std()
    assert [point.number for point in ours.points] == list(means.index)
    assert [point.loss for point in ours.points] == pytest.approx(list(means), abs=1e-9)
    spread = [point.deviation for point in ours.points if isinstance(point, Pooled)]
    assert spread == pytest.approx(list(deviations), abs=1e-6)
    least = best_first(ours.points, ours.run)[0]
    assert means[least.number] == pytest.approx(numpy.min(means), abs=1e-9)
