"""Several runs in one picture: bands of those that differ in their seed only, and joined tables."""

from __future__ import annotations

from pathlib import Path

from finished_trials import finished
from report_runs import a_run, a_trial, write_run

from worker.report.data import comparison
from worker.report.data import results as source
from worker.report.data.run_curves import Budget
from worker.report.data.searched import Searched, union
from worker.report.data.standings import Comparison
from worker.spec.parameters import Value
from worker.store import provenance


def seeded(tmp_path: Path, name: str, seed: int, losses: list[float], **fields: object) -> source.Results:
    """A run with these results."""
    run = a_run(run__name=name, search__seed=seed, **fields)
    return source.read(write_run(tmp_path, run, finished(*losses)))


def test_runs_that_differ_in_their_seed_only_are_one_band(tmp_path: Path) -> None:
    runs = [
        seeded(tmp_path, "one", 1, [4.0, 2.0]),
        seeded(tmp_path, "two", 2, [8.0, 6.0]),
        seeded(tmp_path, "other", 1, [1.0, 1.0], search__max_evals=7),
    ]
    bands = Comparison(runs).bands(Budget.EVALUATIONS)
    assert [band.runs for band in bands] == [("one", "two"), ("other",)]
    assert (bands[0].steps, bands[0].median, bands[0].low, bands[0].high) == (
        [1, 2],
        [6.0, 4.0],
        [5.0, 3.0],
        [7.0, 5.0],
    )


def test_curves_of_a_band_never_rise_where_one_begins_late_or_ends_early(tmp_path: Path) -> None:
    runs = [
        seeded(tmp_path, "short", 1, [4.0]),
        seeded(tmp_path, "long", 2, [9.0, 8.0, 7.0, 1.0]),
        source.read(
            write_run(tmp_path, a_run(run__name="late", search__seed=3), finished(None, None, 6.0, 5.0))
        ),
        source.read(write_run(tmp_path, a_run(run__name="never", search__seed=4), finished(None))),
    ]
    (band,) = Comparison(runs).bands(Budget.EVALUATIONS)
    assert band.runs == ("short", "long", "late")
    assert (band.steps, band.low, band.median, band.high) == ([3, 4], [5.0, 2.5], [6.0, 4.0], [6.5, 4.5])


def noted(results: source.Results, file: str, checksum: str) -> source.Results:
    """The same, where its driver has found this file for the program."""
    entry = provenance.of_driver(results.paths, 1)
    assert entry
    entry.write({"program": file, "sha256": checksum})
    return results


def test_a_program_of_the_same_name_with_other_contents_is_another_one(tmp_path: Path) -> None:
    runs = [
        noted(seeded(tmp_path, "one", 1, [4.0]), "/a/objective", "1" * 64),
        noted(seeded(tmp_path, "moved", 2, [3.0]), "/b/objective", "1" * 64),
        seeded(tmp_path, "unknown", 3, [2.0]),
    ]
    assert list(comparison.differences(runs)) == []
    runs.append(noted(seeded(tmp_path, "changed", 4, [1.0]), "/a/objective", "2" * 64))
    (difference,) = comparison.differences(runs)
    assert difference.words == (
        "contents of the program's file: SHA-256 111111111111 (one); SHA-256 222222222222 (changed)"
    )
    assert not difference.fatal
    found = [[one.run.name for one in group] for group in comparison.groups(runs)]
    assert found == [["one", "moved", "unknown"], ["changed"]]


def test_programs_of_the_system_and_those_of_another_name_are_not_told_by_their_contents(
    tmp_path: Path,
) -> None:
    runs = [
        noted(seeded(tmp_path, "one", 1, [4.0]), "/usr/bin/awk", "1" * 64),
        noted(seeded(tmp_path, "two", 2, [3.0]), "/usr/bin/awk", "2" * 64),
    ]
    assert list(comparison.differences(runs)) == []
    runs += [
        noted(seeded(tmp_path, "a", 1, [4.0], run__objective="./a ($x_0) ($x_1)"), "/a/a", "3" * 64),
        noted(seeded(tmp_path, "b", 2, [3.0], run__objective="./b ($x_0) ($x_1)"), "/a/b", "4" * 64),
    ]
    assert [one.what for one in comparison.differences(runs)] == ["program"]


def test_a_joined_frame_has_all_columns_and_says_which_run(tmp_path: Path) -> None:
    first = seeded(tmp_path, "one", 1, [4.0])
    other = source.read(
        write_run(
            tmp_path,
            a_run(("kind", "extra"), run__name="two"),
            [a_trial(1, {"kind": 0.25, "extra": "b"}, 1.0)],
        )
    )
    plot_data = comparison.joined("both", [first, other])
    columns = {column.name: column for column in plot_data.columns}
    assert columns["run"].options == ("one", "two")
    assert columns["lr"].values == [0.5, None]
    assert columns["kind"].options == ("a", "b", "0.25")
    assert columns["extra"].values == [None, 1.0]


def test_a_joined_axis_covers_the_ranges_of_all_runs() -> None:
    assert union([Searched(0, 5, 1), Searched(0, 9, 1)]) == Searched(0, 9, 1)
    assert union([Searched(0, 5, 2), Searched(1, 9, 2)]) == Searched(0, 9)
    assert union([Searched(0, 5), None]) is None


def test_what_is_the_same_in_each_run_and_differs_between_them_has_an_axis(tmp_path: Path) -> None:
    values: dict[str, Value] = {"lr": 0.5, "kind": "a"}
    runs = [
        source.read(
            write_run(
                tmp_path / name,
                a_run(run__name=name),
                [a_trial(number, values, loss, outputs={"size": size, "one": 1.0}) for number in (1, 2)],
            )
        )
        for name, size, loss in (("small", 3.0, 0.5), ("large", 4.0, 0.7))
    ]
    columns = {column.name: column for column in comparison.joined("both", runs).columns}
    assert {
        name: column.shown for name, column in columns.items() if column.role in ("result", "output")
    } == {
        "RESULT": True,
        "size": True,
        "one": False,
    }
    assert columns["one"].constant
    assert not columns["size"].constant


def test_the_scale_of_joined_results_is_that_of_all_of_them(tmp_path: Path) -> None:
    runs = [
        seeded(tmp_path, "low", 1, [1 + number / 9 for number in range(9)]),
        seeded(tmp_path, "high", 2, [1e6 + number for number in range(9)]),
    ]
    assert comparison.joined("both", runs[:1]).column("result").scale == "linear"
    assert comparison.joined("both", runs).column("result").scale == "log"
