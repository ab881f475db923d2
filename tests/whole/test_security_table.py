"""docs/security.md has a row for each requirement of ASVS 5.0.0 that it speaks of, and the tests that its rows name are there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The requirements of levels 1 and 2 in these chapters of OWASP ASVS 5.0.0, by section; a number stands for each up to it.
LEVEL_1 = "1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 3.2.1 3.2.2 3.3.1 3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1"
LEVEL_2 = (
    "1.1.1 1.1.2 1.2.6 1.2.7 1.2.8 1.2.9 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 1.4.1 1.4.2 1.4.3 1.5.2 "
    "3.3.2 3.3.3 3.3.4 3.4.3 3.4.4 3.4.5 3.4.6 3.5.4 3.5.5 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 4.4.4 "
    "14.1.1 14.1.2 14.2.2 14.2.3 14.2.4 14.3.2 14.3.3 15.1.2 15.1.3 15.2.2 15.2.3 15.3.2 15.3.3 15.3.4 15.3.5 15.3.6 15.3.7"
)
STATES = ("met", "met in part", "by rule", "does not apply")


class Row(NamedTuple):
    """One row of the table."""

    number: str
    level: str
    wanted: str
    state: str
    how: str
    tests: str


def rows() -> list[Row]:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    cells = [
        line.strip("|").split(" | ") for line in text.splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", line)
    ]
    return [Row(*(cell.strip() for cell in line)) for line in cells]


ROWS = rows()


def test_every_requirement_has_one_row_with_its_level() -> None:
    wanted = {**dict.fromkeys(LEVEL_1.split(), "1"), **dict.fromkeys(LEVEL_2.split(), "2")}
    assert sorted(row.number for row in ROWS) == sorted(wanted)
    assert {row.number: row.level for row in ROWS} == wanted


@pytest.mark.parametrize("row", ROWS, ids=[row.number for row in ROWS])
def test_what_a_row_says_is_shown(row: Row) -> None:
    assert row.state in STATES and row.wanted and row.how
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", row.tests)
    assert row.tests == ", ".join(f"`{path}::{function}`" for path, function in named) or row.tests == "–"
    assert named or not row.state.startswith("met")
    for path, function in named:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^def {function}\(", source, re.MULTILINE), f"{path}::{function}"


def test_the_sum_is_right() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    states = Counter(row.state for row in ROWS)
    assert (
        f"Of {len(ROWS)}, {states['met']} are met, {states['met in part']} in part, {states['by rule']} are met by a rule that "
        f"no test can show, and {states['does not apply']} do not apply."
    ) in text


def test_the_classes_of_data_are_said() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = re.findall(
        r"^\| (.+) \| (.+) \| (.+) \| (.+) \|$", text.partition("## Libraries")[0], re.MULTILINE
    )
    classes = {kind for _, _, kind, _ in table[1:]}
    assert {"private", "internal"} <= classes
    assert all(rule.strip() for *_, rule in table)


def test_the_time_limits_for_libraries_are_said() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    libraries = text.partition("## Libraries")[2].partition("\n## ")[0]
    assert re.search(r"within \d+ days", libraries) and re.search(r"every \d+ days", libraries)
    named = re.findall(r"[A-Za-z0-9-]+", libraries.partition(" and what they need")[0])
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    gui = project.partition("\ngui = [")[2].partition("\n]")[0]
    for requirement in re.findall(r'"([a-z0-9-]+)>=', gui):
        assert requirement in {name.lower() for name in named}
