"""A few values of each parameter, as people are shown them before anything runs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from worker.spec.parameters import Parameter
from worker.spec.sample_values import MOST, sample_values


@pytest.mark.parametrize(
    ("kind", "settings", "samples"),
    [
        ("real", {"min": 0, "max": 1}, "0 0.25 0.5 0.75 1"),
        ("real", {"min": 0.001, "max": 10, "log": True}, "0.001 0.01 0.1 1 10"),
        ("real", {"min": 1.00001, "max": 1.00002}, "1.00001 1.0000125 1.000015 1.0000175 1.00002"),
        ("integer", {"min": 1, "max": 3}, "1 2 3"),
        ("hp.choiceint", {"min": 0, "max": 40}, "0 10 20 30 40"),
        ("categorical", {"values": ("a", "b")}, "a b"),
        ("categorical", {"values": tuple("abcdef")}, "a b c d …"),
        ("hp.pchoice", {"values": (("a", 20.0), ("b", 80.0))}, "a b"),
        ("fixed", {"value": "7"}, "7"),
        ("hp.normal", {"mu": 0, "sigma": 1}, "-1.64 -0.674 0 0.674 1.64"),
    ],
)
def test_they_show_the_scale(kind: str, settings: dict[str, object], samples: str) -> None:
    assert " ".join(sample_values(Parameter("a", kind, settings), 8)) == samples  # type: ignore[arg-type]


@given(some.floats(-1e300, 1e300), some.floats(-1e300, 1e300), some.integers(1, 17))
def test_the_ends_of_a_range_are_among_them(one: float, other: float, precision: int) -> None:
    low, high = sorted((one, other))
    if low == high or not math.isfinite(high - low):
        return
    samples = sample_values(Parameter("a", "real", {"min": low, "max": high}), precision)
    assert 1 <= len(samples) <= MOST
    numbers = [float(text) for text in samples]
    assert numbers == sorted(numbers)
