"""Pictures and films of a run: which parameters they show, and what they say of the rest."""

from __future__ import annotations

import random
import re
from pathlib import Path

import numpy
import pytest
from command_outputs import texts, written
from forked_commands import Omniopt
from PIL import Image, ImageSequence
from report_runs import a_run, a_trial, write_run

from worker.report.data.plot_columns import make_plot_data
from worker.report.data.results import read
from worker.report.pictures import captions, panels, scatter
from worker.store.paths import Home, RunPaths
from worker.trial import Status


def test_a_film_of_a_run_without_failures_has_a_frame_for_each_step(workdir: Path, omniopt: Omniopt) -> None:
    trials = [
        a_trial(number, {"lr": number / 9, "kind": "ab"[number % 2]}, -number) for number in range(1, 8)
    ]
    paths = write_run(workdir, a_run(), trials)
    [film] = written(omniopt("video", paths.root, "--kind", "gif"))
    with Image.open(film) as image:
        frames = {frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(image)}
    assert len(frames) == 7


def test_a_picture_of_many_parameters_shows_those_that_matter(workdir: Path, omniopt: Omniopt) -> None:
    run = a_run(tuple(f"p{number:02}" for number in range(12)), run__objective="true")
    generator = random.Random(5)
    trials = []
    for number in range(1, 61):
        values: dict[str, float | str] = {"p00": generator.random()}
        values.update({f"p{position:02}": generator.choice("ab") for position in range(1, 12)})
        # The first two of twelve change nothing.
        loss = sum((position + 1) * (values[f"p{position:02}"] == "a") for position in range(2, 12))
        trials.append(a_trial(number, values, float(loss)))
    write_run(workdir, run, trials)
    done = omniopt("scatter", "first", "--kind", "svg", "--size", "1")
    assert "svg show the 10 of 12 parameters that matter most; --columns a,b,c chooses others." in done.stderr
    [scatter] = written(done)
    axes = {text for text in texts(scatter) if re.fullmatch(r"p\d\d", text)}
    assert len(axes) == 10 and {f"p{position:02}" for position in range(6, 12)} < axes
    best = min(trials, key=lambda trial: (trial.loss or 0.0, trial.number))
    picture_text = " ".join(texts(scatter))
    assert all(f"{name} = " in picture_text for name in best.values)


def test_a_picture_says_what_it_leaves_out(workdir: Path, omniopt: Omniopt) -> None:
    run = a_run(tuple(f"p{number}" for number in range(24)))
    values: dict[str, float | str] = {"p0": 0.5, **{f"p{number}": "a" for number in range(1, 24)}}
    write_run(workdir, run, [a_trial(1, values, 0.25)])
    done = omniopt("scatter", "first", "--kind", "svg", "--size", "1")
    assert "svg show the first 10 of 24 parameters; --columns a,b,c chooses others." in done.stderr
    [scatter] = written(done)
    picture_text = " ".join(texts(scatter))
    assert "first (the first 10 of 24 parameters): best RESULT 0.25 at evaluation 1" in picture_text
    assert "so far, 1 evaluation has one." in done.stderr
    assert "p9 = a" in picture_text and "p23 = a" in picture_text  # the best is all of its values
    assert picture_text.count("p9") > picture_text.count("p10") == 1
    done = omniopt("scatter", "first", "--kind", "svg", "--columns", " p0, p11,p0 ")
    assert not done.stderr
    [scatter] = written(done)
    assert "p0 = 0.5, p11 = a" in texts(scatter)


def test_columns_without_any_parameter_make_no_picture(paths: RunPaths, omniopt: Omniopt) -> None:
    done = omniopt("scatter", "first", "--columns", "RESULT")
    assert done.returncode == 2
    assert "--columns names no parameter. The parameters are lr, kind." in done.stderr
    assert "the list contains no name" in omniopt("parallel", "first", "--columns", " , ").stderr


def test_a_picture_marks_what_has_no_result_and_has_logarithmic_colours(
    workdir: Path, omniopt: Omniopt
) -> None:
    trials = [a_trial(number, {"lr": number / 9}, 10.0 ** (2 * number - 9)) for number in range(1, 9)]
    trials.append(a_trial(9, {"lr": 0.5}, None, Status.FAILED))
    write_run(workdir, a_run(("lr",)), trials)
    results = read(Home.in_workdir(workdir).run("first"))
    panel = scatter.draw(panels.PlotSelection(make_plot_data(results.run, results.trials)), None).panels[0]
    assert panel.cross_rows == [8]
    assert numpy.asarray(panel.crosses.get_offsets())[0, 1] > 10.0**7  # above all results
    assert panel.dots is not None
    losses = [trial.loss for trial in results.trials if trial.loss is not None]
    colours = set(numpy.asarray(panel.dots.norm(numpy.array(losses))).tolist())
    assert len({round(colour, 6) for colour in colours}) == 8
    assert sorted(colours)[1] == pytest.approx(1 / 7)
    [drawn] = written(omniopt("scatter", "first", "--kind", "svg"))
    assert "× without a usable result: 1" in texts(drawn)


@pytest.mark.parametrize(
    ("categories", "shown"),
    [
        (["adam", "sgd"], ["adam", "sgd"]),
        (["the-longest-beginning-1-end-of-it", "the-longest-beginning-20-end-of-it"], ["…1…", "…20…"]),
        (["the-longest-beginning-1", "the-longest-beginning-12"], ["…1", "…12"]),
        (["one-very-long-category", "another-very-long-category"], ["one…", "another…"]),
        (["x" * 40], ["xxxxxxx…xxxxxx"]),
        ([], []),
    ],
)
def test_categories_are_told_apart_in_few_letters(categories: list[str], shown: list[str]) -> None:
    assert captions.briefly(categories, 14) == shown


@pytest.mark.parametrize("size", ["0", "-3", "nan", "inf", "wide"])
def test_a_size_that_no_panel_can_have_is_an_error(paths: RunPaths, omniopt: Omniopt, size: str) -> None:
    done = omniopt("scatter", "first", "--kind", "svg", "--size", size)
    assert done.returncode == 2
    assert "--size" in done.stderr


def test_one_sentence_says_where_all_pictures_go(paths: RunPaths, omniopt: Omniopt) -> None:
    paths.scatter.write_text("no folder, so that nothing can be written into it")
    done = omniopt("scatter", "first", "--kind", "html", "--kind", "svg")
    assert [path.parent.parent.name for path in written(done)] == ["first", "first"]
    assert done.stderr.count("You cannot write to") == 1
