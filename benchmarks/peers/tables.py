"""The tables of the documentation, from what `results.json` has; `python tests/support/docs_tables.py` writes them there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).with_name("README.md")
Rows = tuple[tuple[str, ...], list[tuple[str, ...]]]  # the head and the rows
_PLACES = {"local": "this machine", "slurm": "Slurm"}
_VICTIMS = {"driver": "driver", "worker": "a worker", "all": "everything"}
_UNKNOWN = "–"
NOT_MEASURED = "not measured"  # in place of a number


def measured_peers() -> dict[str, dict[str, Any]]:
    """What was measured about every tool, by its name."""
    found: dict[str, dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8"))["peers"]
    return found


def costs(measured: Mapping[str, Mapping[str, Any]]) -> Rows:
    """What each costs on one machine, and to install."""
    head = ("tool", "version", "on disk", "install", "to the first evaluation", "wall per evaluation",
            "CPU per evaluation", "memory", "evaluations")  # fmt: skip
    rows = [
        (
            peer["title"],
            peer["version"],
            _number(peer["size_mb"], "MB"),
            _number(peer["install_s"], "s"),
            _timed(peer, "local", "first_s", "s"),
            _timed(peer, "local", "wall_ms", "ms"),
            _timed(peer, "local", "cpu_ms", "ms"),
            _number(peer["local"]["peak_mb"], "MB"),
            str(peer["local"]["evaluations"]),
        )
        for peer in measured.values()
    ]
    return head, rows


def cluster(measured: Mapping[str, Mapping[str, Any]]) -> Rows:
    """What each costs on a cluster; those that cannot be used there are left out."""
    head = ("tool", "how", "to the first evaluation", "wall per evaluation", "whole command", "evaluations")
    rows = [
        (
            peer["title"],
            peer["on_slurm"],
            *(
                _timed(peer, "slurm", key, unit)
                for key, unit in (("first_s", "s"), ("wall_ms", "ms"), ("whole_s", "s"))
            ),
            str(peer["slurm"]["evaluations"]),
        )
        for peer in measured.values()
        if "slurm" in peer
    ]
    return head, rows


def kills(measured: Mapping[str, Mapping[str, Any]]) -> Rows:
    """What a kill -9 in the middle has cost each, and how it went on."""
    head = ("tool", "on", "killed", "in the records", "wrong pairs", "lost", "done twice", "went on", "after")
    return head, list(_kills(measured))


def _kills(measured: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for peer in measured.values():
        for place, name in _PLACES.items():
            for whom, said in peer.get(place, {}).get("kills", {}).items():
                if isinstance(said, str):
                    yield peer["title"], name, _VICTIMS[whom], *[_UNKNOWN] * 4, "failed", _UNKNOWN
                    continue
                again = said.get("again_s")
                yield (
                    peer["title"],
                    name,
                    _VICTIMS[whom],
                    f"{said['recorded']} of {said['wanted']}",
                    str(said["wrong"]),
                    str(said["lost"]),
                    _twice(peer, said),
                    _went_on(peer, said),
                    _UNKNOWN if again is None else _number(again, "s"),
                )


def _twice(peer: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    if said["recorded"] < said["wanted"] and not peer["continues"]:
        return f"all {said['recorded']} would be"
    return str(said["twice"])


def _went_on(peer: Mapping[str, Any], said: Mapping[str, Any]) -> str:
    if said["alone"]:
        return "by itself"
    if not peer["continues"]:
        return "no"
    return peer["continues"] if said["recorded"] >= said["wanted"] else f"{peer['continues']}: not to the end"


def summary(measured: Mapping[str, Mapping[str, Any]]) -> Rows:
    """The short table of the project's README: costs on one machine, and what the kills there have cost, all together."""
    head = (
        "",
        "on disk",
        "to the first evaluation",
        "overhead of each",
        "lost / done twice after kill -9 of driver, a worker, all",
    )
    rows = [
        (
            peer["title"],
            _number(peer["size_mb"], "MB"),
            _timed(peer, "local", "first_s", "s", spread=False),
            _timed(peer, "local", "wall_ms", "ms", spread=False),
            _after_kills(peer),
        )
        for peer in measured.values()
    ]
    return head, rows


def _after_kills(peer: Mapping[str, Any]) -> str:
    said = peer["local"]["kills"].values()
    if any(isinstance(one, str) for one in said):
        return "failed"
    if not peer["continues"]:
        return "begins anew"
    if any(one["recorded"] < one["wanted"] for one in said):
        return "stops short"
    lost, twice = sum(one["lost"] for one in said), sum(one["twice"] for one in said)
    partly = (
        ""
        if set(peer["local"]["kills"]) == set(_VICTIMS)
        else f" ({', '.join(peer['local']['kills'])} alone)"
    )
    return f"{lost} / {twice}{partly}"


def _timed(peer: Mapping[str, Any], place: str, key: str, unit: str, spread: bool = True) -> str:
    """The median of what was timed, and behind it the smallest and largest."""
    values = [one[key] for one in peer[place]["timed"] if not isinstance(one, str)]
    if not values:
        return "failed"
    text = _number(median(values), unit)
    if not spread or len(values) == 1:
        return text
    low, high = (_number(end, "").strip() for end in (min(values), max(values)))
    return f"{text} ({low} to {high})"


def _number(value: float | str, unit: str) -> str:
    """Two digits that say something, and no digit too much."""
    if isinstance(value, str):
        return value if value == NOT_MEASURED else "failed"
    text = (
        f"{value:,.0f}"
        if value >= 10 or value < 0.005
        else f"{value:.1f}"
        if value >= 0.95
        else f"{value:.2f}"
    )
    return f"{text} {unit}".strip()


def conditions(measured: Mapping[str, Mapping[str, Any]]) -> Rows:
    """When and where each tool was measured, and the command that was run."""
    rows = [
        (peer["title"], peer["date"], peer["machine"], f"`{peer['local']['command']}`")
        for peer in measured.values()
    ]
    return ("tool", "measured", "machine", "command"), rows


TABLES: Mapping[str, Callable[[Mapping[str, Mapping[str, Any]]], Rows]] = {
    "summary": summary,
    "costs": costs, "cluster": cluster, "kills": kills, "conditions": conditions,
}  # fmt: skip
