"""Numbers on pages have six significant digits, and the exact number behind them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.report.data.readable import Rounded, joined, readable, readable_value
from worker.report.pages.html import tag


@pytest.mark.parametrize(
    ("number", "shown", "exact"),
    [
        (1 / 3, "0.333333", "0.3333333333333333"),
        (-269229431547.85696, "-2.69229e+11", "-269229431547.85696"),
        (1234567.5, "1.23457e+06", "1234567.5"),
        (999999.9999, "1e+06", "999999.9999"),
        (9007199254740991, "9007199254740991", None),  # a parameter: no digit may be lost
        (123456789.0, "123456789", None),
        (0.1, "0.1", None),
        (1e-300 / 3, "3.33333e-301", "3.3333333333333333e-301"),
        (3.0, "3", None),
        (math.inf, "inf", None),
        (math.nan, "nan", None),
    ],
)
def test_numbers_are_shown_with_six_digits(number: float, shown: str, exact: str | None) -> None:
    text = readable(number)
    assert text == shown
    if exact is None:
        assert not isinstance(text, Rounded)
    else:
        assert isinstance(text, Rounded)
        assert float(text.exact) == number
        assert text.exact == repr(float(exact))


@given(st.floats(allow_nan=False))
def test_a_shown_number_is_near_and_the_exact_one_is_behind_it(number: float) -> None:
    text = readable(number)
    exact = text.exact if isinstance(text, Rounded) else text
    assert float(exact) == number
    if number and math.isfinite(number):
        assert math.isinf(float(text)) or abs(float(text) - number) <= 5e-6 * abs(number) + 5e-324


def test_values_are_exact_as_the_program_gets_them() -> None:
    tiny = readable_value(0.0000123456789)
    assert (tiny, isinstance(tiny, Rounded) and tiny.exact) == ("1.23457e-05", "0.0000123456789")
    assert readable_value(0.00002) == "0.00002"
    assert readable_value("0.12345678901") == "0.12345678901"  # a choice, which is no number


def test_markup_has_the_exact_number_behind_the_short_one() -> None:
    cell = tag("td", readable(2 / 3))
    assert cell == '<td><data value="0.6666666666666666" title="0.6666666666666666">0.666667</data></td>'
    assert tag("td", readable(0.5)) == "<td>0.5</td>"
    both = joined(" to ", [readable(0.5), readable(2 / 3)])
    assert both == "0.5 to 0.666667"
    assert isinstance(both, Rounded)
    assert both.exact == "0.5 to 0.6666666666666666"
    assert not isinstance(joined(", ", ["a", "b"]), Rounded)
