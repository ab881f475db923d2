"""How many points are confirmed, and how often: as a table, and as a line."""

from __future__ import annotations

import pytest

from worker.spec.confirmation import Confirm, confirm_of, confirm_text
from worker.spec.raw_values import ConversionError


@pytest.mark.parametrize(
    "raw",
    [{"best": 5, "times": 10}, "best=5, times=10", " times = 10 ,best= 5", {"times": "10", "best": "5"}],
)
def test_all_spellings_are_one(raw: object) -> None:
    assert confirm_text(raw) == "best=5, times=10"
    assert confirm_of(confirm_text(raw)) == Confirm(5, 10)


@pytest.mark.parametrize("raw", ["", None])
def test_nothing_is_nothing(raw: object) -> None:
    assert confirm_text(raw) == ""
    assert confirm_of("") is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("5", "is not understood"),
        ("best=5", "does not say times"),
        ("best=0, times=2", "can be 1 to 100"),
        ("best=1, times=1", "can be 2 to 1,000"),
        ("best=1.5, times=2", "whole number"),
        ("beste=1, times=2", "not known"),
        ({"best": 1, "times": True}, "whole number"),
    ],
)
def test_what_is_wrong_is_said(raw: object, said: str) -> None:
    with pytest.raises(ConversionError, match=said):
        confirm_text(raw)
