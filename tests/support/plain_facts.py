"""A run recomputed with pandas and numpy from the plain lines of its journals, with nothing of the product's code."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import pandas

Signs = Mapping[str, int]  # result -> 1 where the smallest is the best, -1 where the largest is
_RECORD = 9  # letters of a line that stand before its JSON
_NOT_OF_ENDS = ("kind", "point", "repeat", "outputs", "values")  # of a record `finished`
SCHEMA = {
    "trial": int,
    "status": object,
    "loss": float,
    "start": float,
    "end": float,
    "seconds": float,
    "agent": object,
    "host": object,
}


def facts(root: Path) -> pandas.DataFrame:
    """The evaluations of the run in this folder, by number: what the last record of each kind says of it."""
    rows: dict[int, dict[str, Any]] = {}
    for journal in sorted((root / "journal").glob("*.jsonl")):
        for line in journal.read_text("ascii").splitlines():
            record = json.loads(line[_RECORD:])
            if record["kind"] == "proposed":
                values = {f"p.{name}": value for name, value in record["values"].items()}
                again = {"point": record.get("point") or record["trial"]}
                rows[record["trial"]] = {"trial": record["trial"], "status": "proposed", **again, **values}
            elif record["kind"] == "started":
                known = {"agent": record["agent"], "host": record["host"], "start": record["at"]}
                rows[record["trial"]] |= {"status": "running", **known}
            elif record["kind"] == "finished":
                row = rows[record["trial"]]
                row.update({key: record[key] for key in record if key not in _NOT_OF_ENDS})
                row.update({f"o.{name}": value for name, value in record["outputs"].items()})
    frame = pandas.DataFrame(list(rows.values()))
    for name, kind in SCHEMA.items():
        frame[name] = frame[name].astype(kind) if name in frame else pandas.Series(dtype=kind)
    return frame.sort_values("trial", ignore_index=True)


def usable(frame: pandas.DataFrame) -> pandas.DataFrame:
    """The evaluations whose result counts."""
    return frame[(frame["status"] == "ok") & frame["loss"].notna()]


def best(frame: pandas.DataFrame, sign: int = 1) -> tuple[int, float] | None:
    """Number and result of the best evaluation, of equal ones the first; None where there is none."""
    counted = usable(frame)
    if counted.empty:
        return None
    row = counted.loc[(sign * counted["loss"]).idxmin()]
    return int(row["trial"]), float(row["loss"])


def in_order(frame: pandas.DataFrame) -> pandas.DataFrame:
    """The evaluations as they ended, with how many had by then (`count`) and the seconds since the first began (`after`)."""
    ended = frame[~frame["status"].isin(["proposed", "assigned", "running"])]
    ended = ended.sort_values(["end", "trial"], na_position="last", ignore_index=True)
    return ended.assign(count=ended.index + 1, after=ended["end"] - ended["start"].min())


def gains(frame: pandas.DataFrame, sign: int = 1) -> pandas.DataFrame:
    """Those of them that were better than all before."""
    counted = usable(in_order(frame))
    so_far = (sign * counted["loss"]).cummin()
    return counted[so_far < so_far.shift(fill_value=math.inf)]


def front(frame: pandas.DataFrame, signs: Signs) -> set[int]:
    """The numbers of the evaluations that no other one beats."""
    if not {f"o.{name}" for name in signs} <= set(frame):
        return set()
    counted = frame[(frame["status"] == "ok") & frame[[f"o.{name}" for name in signs]].notna().all(axis=1)]
    ranks = numpy.column_stack([sign * counted[f"o.{name}"].to_numpy() for name, sign in signs.items()])
    no_worse = (ranks[:, None, :] <= ranks[None, :, :]).all(axis=2)
    better = (ranks[:, None, :] < ranks[None, :, :]).any(axis=2)
    return set(counted["trial"][~(no_worse & better).any(axis=0)])


def worker_hours(frame: pandas.DataFrame) -> float:
    """From the first to the last evaluation of each worker."""
    groups = frame.dropna(subset=["start", "end"]).groupby("agent")
    return float((groups["end"].max() - groups["start"].min()).sum()) / 3600


def node_hours(frame: pandas.DataFrame) -> float:
    """The time in which evaluations ran on a host, each host once."""
    total = 0.0
    for _, group in frame.dropna(subset=["start", "end"]).groupby("host"):
        ordered = group.sort_values("start")
        reached = ordered["end"].cummax().shift(fill_value=-math.inf)
        total += float((ordered["end"] - numpy.maximum(ordered["start"], reached)).clip(lower=0).sum())
    return total / 3600
