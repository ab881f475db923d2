"""The benchmark beside other tools counts what really happened, and tells what a kill makes a tool lose."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from product_texts import ROOT

from benchmarks.peers.peer import result_in
from benchmarks.peers.tables import cluster, costs, kills, summary
from benchmarks.peers.truth import Attempt, Point, Record, Verdict, attempts, judge, points, value

A, B, C = Point(1, 2), Point(3, 4), Point(5, 6)
VERDICT = {
    "wanted": 4,
    "recorded": 4,
    "wrong": 0,
    "lost": 0,
    "twice": 1,
    "interrupted": 0,
    "alone": False,
    "again_s": 0.5,
}


def right(point: Point) -> Record:
    return Record(point, value(point))


def test_a_log_is_read_with_a_line_that_a_kill_has_cut_short() -> None:
    log = "start 1.5 10 1 2\nstart 2 11 3 4\nend 3.5 10 1 2\nstart 4 12 1 2\nend 5 1"
    assert attempts(log) == [Attempt(A, 1.5, 3.5), Attempt(B, 2, None), Attempt(A, 4, None)]


@pytest.mark.parametrize(
    ("happened", "records", "verdict"),
    [
        ([Attempt(A, 0, 1), Attempt(B, 0, 1)], [right(A), right(B)], Verdict(2, 2, 0, 0, 0, 0)),
        ([Attempt(A, 0, 1), Attempt(B, 0, 1)], [right(A)], Verdict(2, 1, 0, 1, 0, 0)),
        ([Attempt(A, 0, 1), Attempt(A, 2, 3)], [right(A)], Verdict(2, 1, 0, 0, 1, 0)),
        ([Attempt(A, 0, None), Attempt(A, 2, 3)], [right(A)], Verdict(2, 1, 0, 0, 0, 1)),
        ([Attempt(A, 0, 1), Attempt(B, 0, 1)], [Record(A, value(B)), right(B)], Verdict(2, 1, 1, 0, 0, 0)),
        ([Attempt(A, 0, 1)], [right(A), right(A), right(C)], Verdict(2, 2, 0, 0, 0, 0)),
    ],
    ids=["all", "lost", "twice", "interrupted", "mispaired", "recorded-twice"],
)
def test_records_are_judged_by_what_happened(
    happened: list[Attempt], records: list[Record], verdict: Verdict
) -> None:
    assert judge(happened, records, 2) == verdict
    assert verdict.complete == (verdict.recorded == 2)


def test_the_points_of_a_list_differ_and_are_always_the_same() -> None:
    assert len(set(points(1000))) == 1000
    assert points(10) == points(1000)[:10]
    assert len({value(point) for point in points(1000)}) > 990  # a wrong pair shows


@pytest.mark.parametrize(
    ("text", "result"), [("RESULT: 12\n", 12), ("1 2 RESULT: 3", 3), ("RESULT: ", None), ("", None)]
)
def test_a_result_is_read_from_what_is_printed(text: str, result: float | None) -> None:
    assert result_in(text) == result


def measured(**changes: Any) -> dict[str, dict[str, Any]]:
    """Results about one tool."""
    timed = [
        {"first_s": seconds, "whole_s": 3.0, "wall_ms": 10.0, "cpu_ms": 0.5} for seconds in (1.0, 1.2, 2.0)
    ]
    place = {"evaluations": 4, "timed": timed, "peak_mb": 123.4, "kills": {"driver": VERDICT}}
    peer = {"title": "Tool", "version": "1", "size_mb": 12.0, "install_s": 3.0, "on_slurm": "an array", "continues": "again",
            "local": place, "slurm": place}  # fmt: skip
    return {"tool": {**peer, **changes}}


def test_the_tables_have_medians_and_ranges() -> None:
    assert costs(measured())[1] == [
        (
            "Tool",
            "1",
            "12 MB",
            "3.0 s",
            "1.2 s (1.0 to 2.0)",
            "10 ms (10 to 10)",
            "0.50 ms (0.50 to 0.50)",
            "123 MB",
            "4",
        )
    ]
    assert cluster(measured())[1][0][:3] == ("Tool", "an array", "1.2 s (1.0 to 2.0)")
    assert summary(measured())[1] == [("Tool", "12 MB", "1.2 s", "10 ms", "0 / 1 (driver alone)")]


@pytest.mark.parametrize(
    ("continues", "said", "row", "short"),
    [
        ("again", {}, ("4 of 4", "0", "0", "1", "again", "0.50 s"), "0 / 1 (driver alone)"),
        ("again", {"alone": True, "again_s": None}, ("4 of 4", "0", "0", "1", "by itself", "–"), "0 / 1 (driver alone)"),
        ("again", {"recorded": 3}, ("3 of 4", "0", "0", "1", "again: not to the end", "0.50 s"), "stops short"),
        ("", {"recorded": 3, "again_s": None}, ("3 of 4", "0", "0", "all 3 would be", "no", "–"), "begins anew"),
    ],
    ids=["resumed", "alone", "stuck", "anew"],
)  # fmt: skip
def test_the_tables_say_how_a_tool_went_on(
    continues: str, said: dict[str, Any], row: tuple[str, ...], short: str
) -> None:
    place = {**measured()["tool"]["local"], "kills": {"driver": {**VERDICT, **said}}}
    found = measured(continues=continues, local=place)
    assert kills(found)[1][0] == ("Tool", "this machine", "driver", *row)
    assert summary(found)[1][0][-1] == short


def test_what_failed_is_in_the_tables() -> None:
    place = {"evaluations": 4, "timed": ["it did not end"], "peak_mb": "no", "kills": {"driver": "no driver"}}
    found = measured(local=place, install_s="not measured")
    assert costs(found)[1][0][3] == "not measured"
    assert costs(found)[1][0][4:8] == ("failed",) * 4
    assert kills(found)[1][0] == ("Tool", "this machine", "driver", *"––––", "failed", "–")
    assert summary(found)[1][0][-1] == "failed"


def test_omniopt_goes_on_after_a_kill_where_xargs_begins_anew(tmp_path: Path) -> None:
    where, out = tmp_path / "where", tmp_path / "results.json"
    for name in (
        "omniopt",
        "xargs",
    ):  # neither is installed here: one is this environment, the other is there
        (where / name).mkdir(parents=True)
        (where / name / "installed.json").write_text("1.0")
    (where / "omniopt" / ".venv").symlink_to(sys.prefix)
    words = [
        "--only",
        "omniopt",
        "xargs",
        "--places",
        "local",
        "--repeats",
        "1",
        "--evaluations",
        "6",
        "--kill-evaluations",
        "12",
        "--kills",
        "driver",
    ]
    command = [sys.executable, "-m", "benchmarks.peers", "--where", str(where), "--out", str(out), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    peers = json.loads(out.read_text(encoding="utf-8"))["peers"]
    for peer in peers.values():
        (timed,) = peer["local"]["timed"]
        assert (timed["records"], timed["wrong"], timed["lost"]) == (6, 0, 0)
        assert timed["first_s"] > 0 and timed["cpu_ms"] > 0 and peer["local"]["peak_mb"] > 0
    killed = {name: peer["local"]["kills"]["driver"] for name, peer in peers.items()}
    assert {key: killed["omniopt"][key] for key in ("recorded", "wrong", "lost", "twice", "alone")} == {
        "recorded": 12, "wrong": 0, "lost": 0, "twice": 0, "alone": False,
    }  # fmt: skip
    assert 6 <= killed["xargs"]["recorded"] < 12
    assert not killed["xargs"]["wrong"]
