"""Figures for papers: every chart of every kind of run, in the widths of journals, the same each time."""

from __future__ import annotations

import math
import random
import re
from pathlib import Path

import numpy
import pytest
from command_outputs import texts, written
from forked_commands import Omniopt
from PIL import Image
from report_runs import a_run, a_trial, some_trials, write_run
from run_kinds import results_of, run_of

from worker.cli.commands.figure import CHARTS
from worker.errors import OmnioptError
from worker.report.data.plot_columns import PlotColumn
from worker.report.data.scale_choice import Distance
from worker.report.data.searched import Searched
from worker.report.pictures import captions, figure_style, scales
from worker.report.pictures.figure_request import Request
from worker.spec.run import ParameterDraft

WITHOUT_FOREST = tuple(
    name for name in CHARTS if name not in ("importance", "effects", "map", "scatter", "parallel")
)
QUICK = ("empty", "one", "constant", "hugerange", "naninf", "conditional", "several", "hostile")


@pytest.mark.parametrize("kind", QUICK)
@pytest.mark.parametrize("width", ["column", "page"])
def test_every_kind_of_run_is_drawn_or_it_is_said_why_not(
    tmp_path: Path, kind: str, width: figure_style.Width
) -> None:
    results = results_of(kind, tmp_path)
    drawn = 0
    for name in WITHOUT_FOREST:
        with figure_style.figure_settings():
            try:
                (figure,) = CHARTS[name](Request(results, width)).figures
            except OmnioptError as error:
                assert str(error).endswith(".")
                continue
            with (tmp_path / "x.svg").open("wb") as file:
                figure_style.save(figure, file, "svg")
        drawn += 1
    assert (drawn > 0) == (kind != "empty")


@pytest.mark.parametrize(("width", "millimetres"), [("column", 88), ("page", 180)])
def test_figures_have_the_width_of_a_journal_and_are_the_same_each_time(
    workdir: Path, omniopt: Omniopt, width: str, millimetres: int
) -> None:
    write_run(workdir, a_run(), some_trials())
    command = (
        "figure",
        "first",
        "progress",
        "--width",
        width,
        *("--format", "svg"),
        *("--format", "png"),
        *("--format", "pdf"),
    )
    first = written(omniopt(*command))
    assert [path.name for path in first] == [f"progress-{width}.{kind}" for kind in ("svg", "png", "pdf")]
    contents = [path.read_bytes() for path in first]
    points = float(re.search(r'width="([\d.]+)pt"', contents[0].decode())[1])  # type: ignore[index]
    assert points / 72 * 25.4 == pytest.approx(millimetres, abs=0.5)
    with Image.open(first[1]) as image:
        assert image.width == pytest.approx(millimetres / 25.4 * 600, abs=2)
    assert contents[2].startswith(b"%PDF")
    assert [path.read_bytes() for path in written(omniopt(*command))] == contents


def test_a_figure_says_its_scale_and_covers_the_searched_range(workdir: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "x.svg"
    for kind, chart, seen in (
        ("conditional", "slices", {"1e\u221205", "14", "never", "layers"}),
        ("hugerange", "parallel", {"RESULT (by rank)", "x", "1"}),
        ("negative", "progress", {"(log distance from the best)", "best so far", "evaluations"}),
    ):
        with figure_style.figure_settings(), drawn.open("wb") as file:
            figure_style.save(
                CHARTS[chart](Request(results_of(kind, workdir), "page")).figures[0], file, "svg"
            )
        assert seen <= set(texts(drawn)), chart


def test_what_cannot_be_drawn_is_said(workdir: Path, omniopt: Omniopt) -> None:
    write_run(workdir, a_run(), some_trials()[:3])
    done = omniopt("figure", "first", "importance")
    assert done.returncode != 0
    assert "once 20 evaluations have a result" in done.stderr
    assert "several results" in omniopt("figure", "first", "pareto").stderr
    assert not (workdir / "omniopt/projects/first/figures").exists()


def test_what_a_figure_has_no_room_for_is_said_or_on_further_pages(workdir: Path, omniopt: Omniopt) -> None:
    names = [f"p{number:02}" for number in range(14)]
    run = run_of("first", [ParameterDraft(name, "real", {"min": 0, "max": 1}) for name in names])
    draw = random.Random(1)
    trials = [
        a_trial(number, {name: draw.random() for name in names}, draw.random()) for number in range(1, 26)
    ]
    write_run(workdir, run, trials)
    done = omniopt("figure", "first", "slices", "--format", "svg")
    first, second = written(done)
    assert (first.name, second.name) == ("slices-column.svg", "slices-column-2.svg")
    assert set(names) <= {*texts(first), *texts(second)}
    assert done.stderr == ""
    done = omniopt("figure", "first", "scatter", "--format", "svg")
    assert "The figure shows the 4 of 14 parameters that matter most; --parameters a,b,c" in done.stderr
    done = omniopt("figure", "first", "parallel", "--format", "svg", "--parameters", "p13,p02")
    assert done.stderr == ""
    assert {"p13", "p02"} == set(names) & set(texts(written(done)[0]))
    done = omniopt("figure", "first", "map", "--of", "p13", "p02", "--format", "svg")
    (drawn,) = written(done)
    assert drawn.name == "map-p13-p02-column.svg"
    assert {"p13", "p02"} == set(names) & set(texts(drawn))
    assert any("low, do not rely on this" in text for text in texts(drawn))
    assert "That is low: do not rely" in done.stderr
    done = omniopt("figure", "first", "effects", "--format", "svg")
    assert "The figure shows the 12 parameters that matter most." in done.stderr
    assert {"median of the trees", "10 to 90 % of the trees"} <= set(texts(written(done)[0]))
    assert "share of the importance" in " ".join(
        texts(written(omniopt("figure", "first", "importance", "--format", "svg"))[0])
    )
    for wrong, said in (
        (("slices", "--parameters", "p01,q"), "q is no parameter of this run."),
        (("map", "--of", "p01", "p01"), "over two different parameters"),
        (("slices", "--of", "p01", "p02"), "--of is for a map"),
        (("progress", "--parameters", "p01"), "progress has no choice of parameters"),
        (("effects", "--parameters", "RESULT"), "RESULT is no parameter"),
    ):
        assert said in omniopt("figure", "first", *wrong).stderr


def test_the_charts_have_the_names_that_users_are_told() -> None:
    assert tuple(CHARTS) == figure_style.NAMES


def test_scales_of_figures_rise_and_are_turned_back() -> None:
    for into, back in (
        scales.rank_functions([5.0, 1.0, 2.0, 2.0, 100.0]),
        scales.distance_functions(Distance(3.0, 0.01, 1)),
        scales.distance_functions(Distance(3.0, 0.01, -1)),
    ):
        numbers = numpy.array([-20.0, 1.0, 1.5, 2.0, 3.0, 3.5, 99.0, 300.0])
        assert (numpy.diff(into(numbers)) > 0).all()
        assert back(into(numbers)) == pytest.approx(numbers)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.00012345678, "0.0001235"),
        (-1.0, "\u22121"),
        (269229431547.8, "2.692e11"),
        (14, "14"),
        (math.exp(-9), "0.0001234"),
    ],
)
def test_numbers_at_axes_are_short(number: float, text: str) -> None:
    assert scales.number_text(number) == text


def test_integers_at_axes_lose_no_digit() -> None:
    assert [scales.number_text(number, 2) for number in (512, 65535, -12345.0, 0)] == [
        *("512", "65535", "\u221212345", "0"),
    ]


def test_names_of_axes_break_between_words() -> None:
    assert captions.in_lines("learning_rate-of the_model", 12) == "learning_\nrate-of the_\nmodel"
    assert captions.in_lines("__proto__", 20) == "__proto__"
    assert captions.in_lines("x" * 25, 10) == "x" * 10 + "\n" + "x" * 10 + "\n" + "x" * 5
    assert captions.in_lines("a", 1) == "a"
    long = captions.in_lines("name_" * 30, 20)
    assert "\u2026" in long
    assert max(map(len, long.split("\n"))) <= 20


def test_steps_on_a_logarithmic_axis_have_their_ticks_on_values() -> None:
    column = PlotColumn("n", "n", "parameter", [2.0, 995.0], scale="log", searched=Searched(2, 1001, 3))
    assert [value for value, _ in scales.tick_values(column, 12)] == [2.0, 11.0, 101.0, 1001.0]
