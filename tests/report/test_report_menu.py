"""The menu of results, by keyboard alone, and the settings that it keeps."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from forked_commands import Omniopt
from report_runs import a_run, some_trials, write_run

from worker.store.paths import Home, RunPaths


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file of the menu's settings, which is not the one of whoever runs the tests."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "omniopt" / "evaluate.json"


def menu(omniopt: Omniopt, *lines: str, run: str = "") -> str:
    """What the menu shows where these lines are typed."""
    arguments = [run] if run else []
    done = omniopt("evaluate", *arguments, input="\n".join(lines) + "\n", env={**os.environ, "TERM": "dumb"})
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    return done.stdout


def test_the_menu_goes_from_runs_to_items_by_keyboard_alone(paths: RunPaths, omniopt: Omniopt) -> None:
    shown = menu(omniopt, "1", "summary", "", "7", "", "b", "q")
    assert "  1  first" in shown
    assert "Best RESULT -0.5" in shown
    assert paths.csv.is_file()
    assert shown.count("Runs in ") == 2


def test_the_menu_survives_wrong_answers_and_errors(paths: RunPaths, omniopt: Omniopt) -> None:
    shown = menu(omniopt, "nonsense", "99", "fir", "77", "nothing", "gpu", "", "11", "x", "", "q")
    assert "No run has a name that begins with nonsense" in shown
    assert "There is no item 77" in shown
    menu(omniopt, "", run="first")  # the end of the input leaves the menu


def test_the_menu_fits_on_a_narrow_screen(paths: RunPaths, omniopt: Omniopt) -> None:
    shown = menu(omniopt, "1", "s", "", "q")
    assert [line for line in shown.splitlines() if len(line) > 80 and "/" not in line] == []


def test_the_overview_of_many_logs_ends_with_what_they_tell_together(
    paths: RunPaths, omniopt: Omniopt
) -> None:
    lines = omniopt("logs", "first").stdout.splitlines()
    assert lines[0].split() == ["trial", "status", "RESULT", "seconds", "log"]
    assert lines[32] == "30 evaluations, 29 of them with a result that counts"


def test_settings_of_the_menu_reach_the_commands(paths: RunPaths, omniopt: Omniopt, tmp_path: Path) -> None:
    there = tmp_path / "there"
    shown = menu(omniopt, "s", "1", "2", "5", str(there), "", "first", "csv", "", "q")
    assert "separator of csv files: semicolon" in shown
    assert (there / "first" / "first.csv").read_text().startswith("trial;status;")


def test_settings_of_the_menu_are_kept(paths: RunPaths, omniopt: Omniopt, settings: Path) -> None:
    menu(omniopt, "s", "1", "3", "4", "2.5", "4", "-1", "4", "nan", "", "q")
    kept = {
        "separator": "semicolon",
        "scientific": False,
        "no_failed": True,
        "size": 2.5,
        "out": "",
        "spreadsheet": False,
    }
    assert json.loads(settings.read_text()) == kept
    again = menu(omniopt, "first", "csv", "", "s", "1", "1", "3", "4", "3.1", "", "b", "q")
    assert paths.csv.read_text().startswith("trial;status;")
    assert len(paths.csv.read_text().splitlines()) == 30
    told = "(separator of csv files: semicolon; hide failed evaluations in csv files and plots: on; "
    assert again.count(told) == 3
    assert "separator of csv files: semicolon" not in menu(omniopt, "q")


@pytest.mark.parametrize("kept", ["", "[]", '{"separator": "x", "size": "2", "out": 3}', "\0", "\udcff"])
def test_settings_that_are_damaged_are_said_and_not_taken(
    paths: RunPaths, omniopt: Omniopt, settings: Path, kept: str
) -> None:
    settings.parent.mkdir(parents=True)
    settings.write_bytes(kept.encode(errors="surrogateescape"))
    shown = menu(omniopt, "first", "csv", "", "q")
    assert f"Some settings in {settings} are ignored. " in shown
    assert paths.csv.read_text().startswith("trial,status,")


def test_settings_that_cannot_be_kept_hold_until_the_menu_is_left(
    paths: RunPaths, omniopt: Omniopt, settings: Path
) -> None:
    settings.parent.parent.write_text("not a folder")
    shown = menu(omniopt, "s", "1", "", "first", "csv", "", "q")
    assert "The settings last only until you quit: they cannot be saved" in shown
    assert paths.csv.read_text().startswith("trial;status;")


def test_questions_of_the_menu_may_be_left_open_or_answered_with_any_number(
    paths: RunPaths, omniopt: Omniopt
) -> None:
    shown = menu(omniopt, "first", "5", "", "", "5", "-4e-1", "", "4", "lr,RESULT", "", "11", "", "", "q")
    assert "usage:" not in shown
    assert shown.count("2d-scatterplots/first.svg") == 2
    assert "30 evaluations, 29 of them with a result" in shown


def test_the_menu_compares_and_changes_folders(
    paths: RunPaths, workdir: Path, omniopt: Omniopt, tmp_path: Path
) -> None:
    same = "./missing ($x_0) ($x_1)"
    write_run(workdir, a_run(run__name="second", run__objective=same), some_trials())
    other = write_run(tmp_path / "other", a_run(run__name="third"), some_trials())
    shown = menu(omniopt, "c", "1 second", "f", str(tmp_path / "other"), "third", "q")
    assert list(paths.root.glob("comparisons/*.html"))
    assert f"Runs in {Home.in_workdir(tmp_path / 'other').projects}" in shown
    assert "third: ended" in shown
    assert other.root.is_dir()


def test_the_menu_makes_figures_of_what_is_asked_for(paths: RunPaths, omniopt: Omniopt) -> None:
    shown = menu(omniopt, "first", "figure", "", "", "", "", "figure", "slices", "page", "svg", "", "q")
    assert sorted(path.name for path in paths.figures.iterdir()) == ["progress-column.pdf", "slices-page.svg"]
    assert "figure: one chart for a paper (pdf, svg, png)" in shown
    wrong = menu(omniopt, "first", "figure", "pie", "", "", "", "q")
    assert wrong.count("Item: ") == 2
