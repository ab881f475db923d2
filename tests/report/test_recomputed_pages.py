"""What the pages of every kind of run say and draw, recomputed with pandas from the journal."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import numpy
import pandas
import pytest
from page_texts import PageText, embedded
from plain_facts import best, front, gains, in_order, node_hours, usable, worker_hours
from run_kinds import KINDS, KindRun

from worker.report.data.plot_columns import make_plot_data
from worker.report.data.run_curves import Budget
from worker.report.data.standings import Comparison
from worker.report.pages import compare, plots, report
from worker.report.pages.answer import sentence

MADE = datetime(2026, 11, 23, tzinfo=timezone.utc)


@pytest.fixture(params=KINDS)
def run(kind_runs: dict[str, KindRun], request: pytest.FixtureRequest) -> KindRun:
    """A run of each kind."""
    return kind_runs[request.param]


def same(shown: object, known: object) -> bool:
    """Whether two values are the same; None, nan and what is no finite number are all nothing."""
    numbers = [value for value in (shown, known) if isinstance(value, (int, float)) and math.isfinite(value)]
    if len(numbers) == 2:
        return numbers[0] == numbers[1]
    return not numbers and (shown == known or all(not isinstance(value, str) for value in (shown, known)))


def column_values(data: Mapping[str, Any]) -> dict[tuple[str, str], list[object]]:
    """(role, name) of each column that a page holds -> what stands in it."""
    return {
        (column["role"], column["name"]): [
            value if value is None or "options" not in column else column["options"][value]
            for value in column["values"]
        ]
        for column in data["columns"]
    }


def assert_columns(run: KindRun, data: Mapping[str, Any]) -> None:
    """The data of a page are those of the journal, and so is which evaluations count."""
    found = column_values(data)
    known: dict[tuple[str, str], list[object]] = {
        ("trial", "trial"): list(run.frame["trial"]),
        ("status", "status"): list(run.frame["status"]),
        ("result", "RESULT"): list(run.frame["loss"]),
        ("own", "seconds"): list(run.frame["seconds"]),
        ("own", "start"): list((run.frame["start"] - run.frame["start"].min()).round(3)),
        ("own", "host"): list(run.frame["host"]),
    }
    for name in run.frame:
        if name.startswith("p."):
            known["parameter", name[2:]] = list(run.frame[name])
        elif name.startswith("o.") and not (len(run.signs) > 1 and name[2:] == run.main):
            known["output", name[2:]] = list(run.frame[name])
    assert set(found) == set(known)
    for key, values in known.items():
        pairs = zip(found[key], values, strict=True)
        assert [pair for pair in pairs if not same(*pair)] == [], key
    options = next(column for column in data["columns"] if column["role"] == "status")["options"]
    assert [option for option, counts in zip(options, data["usable"], strict=True) if counts] == (
        ["ok"] if len(usable(run.frame)) else []
    )
    assert (data["goal"], data["largest"]) == (run.main, run.signs[run.main] < 0)


def assert_answer(run: KindRun, text: str) -> None:
    """The sentence that pages begin with."""
    count, found = len(run.frame), best(run.frame)
    if found is None:
        assert f"None of the {count:,} evaluations has a usable result yet." in text
        return
    with_result = len(usable(run.frame))
    end = f" ({with_result:,} with a result)." if with_result < count else "."
    shown = re.search(rf"(\S+) at evaluation {found[0]} of {count:,}{re.escape(end)}", text)
    assert shown and float(shown[1]) == found[1]


@pytest.mark.parametrize("kind", ["parallel", "scatter"])
def test_the_plots_hold_every_evaluation(run: KindRun, kind: str) -> None:
    plot_data = make_plot_data(run.results.run, run.results.trials)
    page = getattr(plots, kind)(plot_data, sentence(run.results))
    assert_columns(run, embedded(page))
    assert_answer(run, PageText(page).text)


def test_the_report_says_and_draws_what_the_journal_knows(run: KindRun) -> None:
    page = report.page(run.results, report.Options(with_importance=False), MADE)
    text, data = PageText(page), embedded(page)
    assert_columns(run, data)
    assert_figures(run, text)
    assert_best(run, text)
    assert_cost(run, text)
    assert_progress(run, text, data)
    assert_timeline(run, data)
    assert_front(run, text, data)
    assert_failures(run, text)
    assert_curves(run, data)
    for shown, exact in text.rounded:
        numbers = [float(f"{float(number):.6g}") for number in exact.split(" to ")]
        assert [float(number) for number in shown.split(" to ")] == numbers


def seconds_of(words: str) -> float:
    """A duration as people say it, in seconds."""
    units = {"s": 1, "min": 60, "h": 3600, "d": 86400}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.e+]+) (min|s|h|d)", words))


def assert_figures(run: KindRun, text: PageText) -> None:
    """The counts and times beside the answer."""
    frame, facts = run.frame, text.facts
    failed = int((~frame["status"].isin(["ok"])).sum())  # no kind has running or cancelled ones
    assert facts["Evaluations"] == f"{len(frame):,}"
    assert facts["With a result"] == f"{len(usable(frame)):,}"
    assert facts["Failed"] == f"{failed:,}"
    assert facts["Workers"] == str(frame["agent"].nunique())
    assert facts["Hosts"] == ", ".join(frame["host"].unique())
    wall, inside = frame["end"].max() - frame["start"].min(), frame["seconds"].sum()
    assert seconds_of(facts["Wall time"]) == pytest.approx(wall, rel=0.02)
    assert seconds_of(facts["Inside the program"]) == pytest.approx(inside, rel=0.02)
    assert seconds_of(facts["Mean of one evaluation"]) == pytest.approx(frame["seconds"].mean(), rel=0.01)


def assert_best(run: KindRun, text: PageText) -> None:
    """The answer, and the values of the best one."""
    found = best(run.frame)
    if found is None:
        assert "No evaluation has a usable result." in text.text
        assert "Best parameters" not in text.tables
        return
    number, loss = found
    row = run.frame.set_index("trial").loc[number]
    shown = re.search(rf"{re.escape(run.main)} ([-\d.e]+)", text.text)
    assert shown and float(shown[1]) == loss
    assert re.search(
        rf"the best of {len(run.frame):,} evaluations?, reached by evaluation {number}\b", text.text
    )
    known = {
        name[2:]: row[name] for name in run.frame if name.startswith("p.") and not pandas.isna(row[name])
    }
    table = dict(text.tables["Best parameters"])
    assert set(table) == set(known)
    for name, value in known.items():
        assert table[name] == value if isinstance(value, str) else float(table[name]) == value


def assert_cost(run: KindRun, text: PageText) -> None:
    """Hours, to the digits that are shown."""
    shown = {row[0]: row[1] for row in text.tables["Cost"]}
    hours = worker_hours(run.frame)
    assert shown["Worker hours"] == f"{hours:.3f}"
    assert shown["Node hours"] == f"{node_hours(run.frame):.3f}"
    assert shown["CPU core hours"] == f"{4 * hours:.3f}"
    assert f"{run.frame['seconds'].sum() / hours / 3600:.1%} of the workers' time" in text.text


def assert_progress(run: KindRun, text: PageText, data: Mapping[str, Any]) -> None:
    """The curve of the best so far with the results behind it, and the table of improvements."""
    counted, better = usable(in_order(run.frame)), gains(run.frame)
    assert ("progress" in data) == (len(counted) > 0)
    if not len(counted):
        return
    steps = [list(row) for row in better[["count", "after", "loss"]].itertuples(index=False)]
    last = counted.iloc[-1]
    if steps[-1][0] != last["count"]:
        steps.append([last["count"], last["after"], steps[-1][2]])
    assert data["progress"]["best"] == pytest.approx(numpy.array(steps), abs=0.0005)
    shown = {tuple(row) for row in counted[["count", "loss"]].itertuples(index=False)}
    drawn = {(count, loss) for count, _, loss in data["progress"]["all"]}
    assert drawn <= shown
    assert len(drawn) == len(shown) or len(drawn) >= 750
    rows = text.tables["Improvements"]
    known = better.iloc[::-1].iloc[:50]
    assert [(int(row[0]), int(row[1][:-1]), float(row[3])) for row in rows] == [
        tuple(row) for row in known[["trial", "count", "loss"]].itertuples(index=False)
    ]
    assert text.heads["Improvements"][3] == run.main
    assert [seconds_of(row[2]) for row in rows] == pytest.approx(list(known["after"]), rel=0.02, abs=0.5)


def assert_timeline(run: KindRun, data: Mapping[str, Any]) -> None:
    """When each worker ran what; of very many evaluations an even choice."""
    begin = run.frame["start"].min()
    known = {
        (row["agent"], round(row["start"] - begin, 2), round(row["end"] - begin, 2), "ended" if row["status"] == "ok" else "failed")
        for row in run.rows
    }  # fmt: skip
    shown = [(agent["label"], *span) for agent in data["timeline"]["agents"] for span in agent["spans"]]
    assert set(shown) <= known
    assert len(shown) == len(known) or len(shown) >= 3000


def assert_front(run: KindRun, text: PageText, data: Mapping[str, Any]) -> None:
    """The Pareto front: its table, its number, and what is drawn of it."""
    assert ("pareto" in data) == ("Pareto front" in text.tables) == (len(run.signs) > 1)
    if len(run.signs) < 2:
        return
    numbers = front(run.frame, run.signs)
    drawn = data["pareto"]
    assert set(drawn["trials"]) == numbers and len(drawn["trials"]) == len(numbers)
    assert f"{len(numbers)} evaluations are not beaten by any other one" in text.text
    assert {int(row[0]) for row in text.tables["Pareto front"]} <= numbers
    rows = run.frame.set_index("trial")
    for row in text.tables["Pareto front"]:
        known = rows.loc[int(row[0])]
        assert list(map(float, row[1 : 1 + len(run.signs)])) == [known[f"o.{name}"] for name in run.signs]
    for pair in drawn["pairs"]:
        names = [f"o.{name.rpartition(' ')[0]}" for name in pair["names"]]
        every = {tuple(row) for row in usable(run.frame)[names].itertuples(index=False)}
        assert set(map(tuple, pair["all"])) == every
        assert set(map(tuple, pair["front"])) == set(
            rows.loc[sorted(numbers), names].itertuples(index=False, name=None)
        )
    assert drawn["volume"]["steps"][-1][2] == pytest.approx(
        hypervolume(run, reference_of(run, text)), rel=1e-4
    )


def reference_of(run: KindRun, text: PageText) -> list[float]:
    """The reference point that the page names, in the order of the results."""
    found = re.search(r"eference point is ([^:]*):", text.text)
    assert found
    named = {part.rpartition(" ")[0]: float(part.rpartition(" ")[2]) for part in found[1].split(", ")}
    return [named[name] for name in run.signs]


def hypervolume(run: KindRun, reference: list[float]) -> float:
    """The volume that the front beats, by the cells of the grid that its own numbers make."""
    signs = numpy.array(list(run.signs.values()))
    chosen = run.frame[run.frame["trial"].isin(front(run.frame, run.signs))]
    points = signs * chosen[[f"o.{name}" for name in run.signs]].to_numpy()
    limit = signs * numpy.array(reference)
    points = points[(points < limit).all(axis=1)]
    edges = [numpy.unique(numpy.append(points[:, at], limit[at])) for at in range(points.shape[1])]
    beaten = numpy.zeros([len(edge) - 1 for edge in edges], dtype=bool)
    for point in points:
        begins = tuple(
            slice(int(numpy.searchsorted(edge, value)), None)
            for edge, value in zip(edges, point, strict=True)
        )
        beaten[begins] = True
    sizes = [numpy.diff(edge) for edge in edges]
    return float((beaten * sizes[0][:, None, None] * sizes[1][None, :, None] * sizes[2]).sum())


def assert_failures(run: KindRun, text: PageText) -> None:
    """Each cause with how many failed by it."""
    failed = run.frame[run.frame["status"] != "ok"]
    shown = sorted(
        int(found[1])
        for heading in text.headings
        if (found := re.match(r"(\d+) evaluations? (?:ended|printed)", heading))
    )
    known = (
        failed.assign(word=failed["reason"].str.replace(r"\d+", "#", regex=True))
        .groupby(["status", "word"])
        .size()
    )
    assert shown == sorted(known)
    assert ("No evaluation failed." in text.text) == failed.empty


def assert_curves(run: KindRun, data: Mapping[str, Any]) -> None:
    """Learning curves, the best evaluation's first."""
    curves = {
        row["trial"]: row["curve"] for row in run.rows if row["status"] == "ok" and len(row["curve"]) > 1
    }
    assert ("curves" in data) == bool(curves)
    if not curves:
        return
    lines = data["curves"]["lines"]
    assert lines[0]["trial"] == best(run.frame)[0]  # type: ignore[index]
    for line in lines:
        assert line["y"] == [curves[line["trial"]][step - 1][1] for step in line["x"]]


def test_a_comparison_has_the_runs_and_all_of_their_evaluations(kind_runs: dict[str, KindRun]) -> None:
    chosen = [run for kind, run in kind_runs.items() if kind not in ("several", "many")]
    page = compare.page("x", Comparison([run.results for run in chosen]))
    text, data = PageText(page), embedded(page)
    rows = {row[0]: row for row in text.tables["Runs"]}
    for run in chosen:
        found = best(run.frame)
        shown = rows[run.kind]
        assert (
            (shown[1], shown[2]) == ("none", "")
            if found is None
            else (float(shown[1]), int(shown[2])) == (found[1], found[0])
        )
        failed = int((run.frame["status"] != "ok").sum())
        assert shown[3:5] == [f"{len(run.frame):,}", f"{failed:,}"]
        assert shown[6:8] == [f"{worker_hours(run.frame):.3g}", f"{node_hours(run.frame):.3g}"]
        better = gains(run.frame)
        alone = (
            compare.payload_of(Comparison([run.results]).bands(Budget.EVALUATIONS)) if len(better) else None
        )
        for line in alone["lines"] if alone else []:  # type: ignore[attr-defined]
            reached = dict(zip(line["x"], line["y"], strict=True))
            assert {count: reached[count] for count in better["count"]} == dict(
                zip(better["count"], better["loss"], strict=True)
            )
            assert line["low"] == line["high"] == line["y"]
    assert sum(len(run.frame) for run in chosen) == len(data["columns"][0]["values"])
