"""Several runs on one page, each told from the others."""

from __future__ import annotations

import csv
from pathlib import Path

from command_outputs import written
from forked_commands import Omniopt
from report_runs import a_run, some_trials, write_run

from worker.store.paths import RunPaths


def test_compare_needs_two_runs_and_writes_page_and_csv(
    paths: RunPaths, workdir: Path, omniopt: Omniopt
) -> None:
    write_run(workdir, a_run(run__name="second", search__seed=7), some_trials())
    assert omniopt("compare", "first").returncode == 2
    page, table, _ = written(omniopt("compare", "first", "second", "--mixed"))
    assert "first and 1 more" not in page.read_text()  # they differ in their objective
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["run"] for row in rows] == ["first"] * 30 + ["second"] * 30


def test_runs_of_one_name_are_told_apart_and_one_run_is_not_compared_with_itself(
    paths: RunPaths, workdir: Path, tmp_path: Path, omniopt: Omniopt
) -> None:
    other = write_run(tmp_path / "other", a_run(), some_trials()[:3])
    itself = omniopt("compare", "first", paths.root)
    assert itself.returncode == 2
    assert "two different runs" in itself.stderr
    page, table, *_ = written(omniopt("compare", "first", other.root, "--mixed"))
    names = [f"first in {workdir}", f"first in {tmp_path / 'other'}"]
    assert {row["run"] for row in csv.DictReader(table.read_text().splitlines())} == set(names)
    assert all(f"<td>{name}</td>" in page.read_text() for name in names)


def test_no_comparison_is_written_over_another_one(paths: RunPaths, workdir: Path, omniopt: Omniopt) -> None:
    names = [f"run_{'long' * 9}_{number}" for number in range(3)]
    for name in names:
        write_run(workdir, a_run(run__name=name), some_trials()[:3])
    made = [
        written(omniopt("compare", "first", *others, "--mixed"))
        for others in (names[:1], names[:2], names[1:], names)
    ]
    assert len({path.name for pair in made for path in pair}) == 12
    assert made[0][0].stem == f"first-and-{names[0]}"
