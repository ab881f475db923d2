"""The dimensions of a space: bounds, rounding, steps, indexes, and the way from values to latent ones and back."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from search_runs import ALL_TYPES, space_of
from spec_strategies import parameters

from worker.search.space import Space
from worker.spec.check import check
from worker.spec.dimension import AnyDimension, Categories
from worker.spec.lattice import Decimals, Multiples
from worker.spec.multiples import multiples_between, power_of_e
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter, Value
from worker.spec.run import Draft, ParameterDraft

EXACT = 2**40  # a latent variable tells so many steps apart


def checked(draft: ParameterDraft) -> Parameter | None:
    run = check(Draft({"run.name": "r", "run.objective": "true"}, (draft,))).run
    return run.parameters[0] if run else None


checked_parameters = parameters("x").map(checked).filter(lambda parameter: parameter is not None)
precisions = st.integers(1, 17)
latents = st.floats(-1, 2) | st.sampled_from([0.0, 1.0, math.nextafter(1, 0), -1e9, 1e9])


def latent_of(dimension: AnyDimension, share: float) -> float:
    """A latent value such as an algorithm may propose, or, but for categories, one beyond the ends."""
    if isinstance(dimension, Categories):
        return min(max(math.floor(share * dimension.count), 0), dimension.count - 1)
    return share


def bounds(parameter: Parameter) -> tuple[float, float]:
    """The values that a parameter may have at most."""
    if parameter.type == "hp.randint":
        return 0, parameter.integer("max") - 1
    if "min" not in parameter.settings:
        return (0, math.inf) if "log" in parameter.type else (-math.inf, math.inf)
    low, high = parameter.number("min"), parameter.number("max")
    return (math.exp(low), math.exp(high)) if "log" in parameter.type else (low, high)


@given(checked_parameters, precisions, latents, st.integers(0, 2**32))
def test_every_value_is_inside_its_bounds_and_of_its_kind(
    parameter: Parameter, precision: int, share: float, seed: int
) -> None:
    dimension = type_of(parameter).dimension(parameter, precision)
    for value in (
        dimension.decode(latent_of(dimension, share)),
        dimension.draw(Random(seed)),
        dimension.value(0),
        dimension.value(dimension.count - 1),
    ):
        if type_of(parameter).value == "category":
            assert value in parameter.options
            continue
        assert not isinstance(value, str)
        low, high = bounds(parameter)
        if parameter.type == "hp.qloguniform":
            # A bound that is no power of e but within the last digits of one counts as it.
            low, high = low * (1 - 1e-13), high * (1 + 1e-13)
        assert low <= value <= high
        assert math.copysign(1, value) == 1 or value < 0, "there is no -0.0"
        if type_of(parameter).value == "integer":
            assert type(value) is int
        elif "q" in parameter.settings:
            multiple = Fraction(repr(value)) / Fraction(repr(parameter.number("q")))
            assert abs(multiple - round(multiple)) <= abs(multiple) * Fraction(1, 2**52)
        else:
            assert type(value) is float


@given(checked_parameters, precisions, latents)
def test_values_survive_the_way_to_latent_ones_and_back(
    parameter: Parameter, precision: int, share: float
) -> None:
    dimension = type_of(parameter).dimension(parameter, precision)
    assume(dimension.count <= EXACT or "q" not in parameter.settings)
    value = dimension.decode(latent_of(dimension, share))
    back = dimension.decode(dimension.encode(value))
    if isinstance(value, float) and "q" not in parameter.settings:
        low, high = (float(dimension.value(index)) for index in (0, dimension.count - 1))
        assert math.isclose(float(back), value, rel_tol=1e-9, abs_tol=1e-9 * (abs(low) + abs(high)))
    elif dimension.count <= EXACT:
        assert back == value
    assert dimension.admitted(value) == value


@given(checked_parameters, st.integers(1, 15), st.floats(0, 1, exclude_max=True))
def test_every_index_has_a_value_and_back(parameter: Parameter, precision: int, share: float) -> None:
    dimension = type_of(parameter).dimension(parameter, precision)
    index = math.floor(share * min(dimension.count, EXACT))
    value = dimension.value(index)
    assume(isinstance(value, (str, int)) or abs(value) > 1e-300)  # below, floats are too coarse
    steps = [parameter.number(key) for key in ("q", "step") if key in parameter.settings]
    if steps and not isinstance(value, str):
        assume(math.ulp(float(value)) < steps[0] / 4)  # beyond, floats do not tell multiples apart
    assert dimension.index(value) == index
    if not isinstance(dimension, Categories) and index:
        assert dimension.number(dimension.value(index - 1)) < dimension.number(value)


@pytest.mark.parametrize("name", ALL_TYPES)
def test_an_index_beside_a_value_is_the_next_value(name: str) -> None:
    (dimension,) = space_of({name: ALL_TYPES[name]}).dimensions
    assert [dimension.index(dimension.value(index)) for index in range(min(50, dimension.count))] == list(
        range(min(50, dimension.count))
    )


@given(st.floats(-1e6, 1e6), st.floats(0, 1e6), st.integers(1, 17))
def test_decimals_have_their_digits_inside_any_range(low: float, width: float, digits: int) -> None:
    lattice = Decimals(low, low + width, digits)
    assert lattice.count >= 1
    for number in (low - 1, low, low + width / 3, low + width, low + width + 1):
        value = lattice.snap(number)
        assert low <= value <= low + width
        assert lattice.value(lattice.index(value)) == value
    rounded = float(f"{low + width / 2:.{digits}g}")
    if low <= rounded <= low + width:
        assert lattice.snap(low + width / 2) == rounded


@pytest.mark.parametrize(
    ("low", "high", "digits", "values"),
    [
        (1, 2, 2, [1 + tenth / 10 for tenth in range(11)]),
        (98, 120, 2, [98, 99, 100, 110, 120]),
        (-0.02, -0.0096, 1, [-0.02, -0.01]),
        # No number of one digit lies between these, so more digits are taken.
        (1.21, 1.49, 1, [1.3, 1.4]),
        (1.04, 1.06, 2, [1.04, 1.05, 1.06]),
        (0.1 + 0.2, math.nextafter(0.1 + 0.2, 1), 8, [math.nextafter(0.1 + 0.2, 1)]),
    ],
)
def test_narrow_ranges_have_few_decimals(low: float, high: float, digits: int, values: list[float]) -> None:
    lattice = Decimals(low, high, digits)
    lattice_values = [lattice.value(index) for index in range(lattice.count)]
    assert sorted(set(lattice_values)) == pytest.approx(values, abs=1e-15)


@pytest.mark.parametrize("q", [0.1, 0.5, 2, 4, 7, 100])
def test_a_number_of_a_logarithm_that_is_rounded_to_0_is_0_again(q: float) -> None:
    (dimension,) = space_of({"x": ("hp.qlognormal", {"mu": 0, "sigma": 1, "q": q})}).dimensions
    assert (dimension.decode(dimension.encode(0)), dimension.decode(dimension.encode(q))) == (0, q)


def test_decimals_cross_zero() -> None:
    lattice = Decimals(-3, 5, 1)
    zero = lattice.index(0.0)
    assert lattice.value(zero) == 0
    assert lattice.value(zero - 100) == -lattice.value(zero + 100) < 0
    assert [lattice.value(index) for index in (0, lattice.count - 1)] == [-3, 5]
    assert str(lattice.snap(-1e-400)) == "0.0"


def test_multiples_have_no_float_dust() -> None:
    lattice = Multiples(Fraction("0.1"), -5, 9)
    assert [lattice.value(index) for index in range(15)] == [
        -0.5, -0.4, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9,
    ]  # fmt: skip
    assert Multiples(Fraction("1e-320"), 0, 9).value(3) == 3e-320
    whole = Multiples(Fraction("3.0"), 0, 9).value(2)
    assert (whole, type(whole)) == (6, int)


@pytest.mark.parametrize(
    ("low", "high", "q", "found"),
    [
        (0, 0.9, 0.1, (0, 9)),
        (1, 20, 3, (1, 6)),
        (0.3, 0.7, 0.1, (3, 7)),
        (-0.35, 0.35, 0.1, (-3, 3)),
        (0.15, 0.19, 0.1, (2, 1)),
        (-1e300, 1e300, 1e299, (-10, 10)),
    ],
)
def test_multiples_between_bounds_are_those_of_the_written_decimals(
    low: float, high: float, q: float, found: tuple[int, int]
) -> None:
    assert multiples_between(low, high, q) == found


@given(st.integers(1, 10**12))
def test_a_written_logarithm_means_its_number(number: int) -> None:
    assert power_of_e(math.log(number)) == number


def test_logarithms_as_bounds_let_both_ends_in() -> None:
    (dimension,) = space_of(
        {"x": ("hp.qloguniform", {"min": 2.302585092994046, "max": 4.605170185988092, "q": 10})}
    ).dimensions
    assert [dimension.value(index) for index in range(dimension.count)] == list(range(10, 101, 10))


@pytest.mark.parametrize(
    "settings",
    [
        ("hp.randint", {"max": 20_000_000}),
        ("hp.randint", {"max": 2**53}),
        ("hp.uniformint", {"min": -(2**53), "max": 2**53}),
        ("hp.uniform", {"min": -1e300, "max": 1e300}),
        ("hp.uniform", {"min": 0, "max": 1e-300}),
        ("hp.loguniform", {"min": -700, "max": 700}),
        ("hp.quniform", {"min": 0, "max": 1e15, "q": 1e-9}),
        ("hp.qloguniform", {"min": -20, "max": 700, "q": 1e-9}),
        ("hp.normal", {"mu": 1e300, "sigma": 1e299}),
        ("hp.lognormal", {"mu": 600, "sigma": 10}),
        ("hp.qlognormal", {"mu": 600, "sigma": 10, "q": 1}),
        ("hp.qnormal", {"mu": 0, "sigma": 1e-9, "q": 1}),
        ("hp.uniformint", {"min": 3, "max": 3}),
        ("hp.choiceint", {"min": 3, "max": 3}),
    ],
    ids=str,
)
def test_extreme_ranges_work(settings: tuple[str, dict[str, object]]) -> None:
    (dimension,) = space_of({"x": settings}).dimensions
    generator = Random(3)
    for _ in range(50):
        value = dimension.draw(generator)
        assert math.isfinite(float(value))
        assert dimension.admitted(value) == value
        assert math.isclose(
            float(dimension.decode(dimension.encode(value))), float(value), rel_tol=1e-9, abs_tol=1e292
        )
    assert (
        dimension.index(dimension.value(dimension.count - 1)) == dimension.count - 1
        or dimension.count > EXACT
    )


def test_draws_from_many_values_reach_all_of_them() -> None:
    (dimension,) = space_of({"x": ("hp.randint", {"max": 20_000_000})}).dimensions
    generator = Random(1)
    values = [int(dimension.draw(generator)) for _ in range(2000)]
    assert len(set(values)) > 1990
    assert min(values) < 40_000 and max(values) > 19_960_000


@pytest.mark.parametrize(
    ("name", "given_value", "value"),
    [
        ("randint", "3", 3),
        ("randint", 3.0, 3),
        ("choice", 10, "10"),
        ("choiceint", "-2", -2),
        ("choiceint", 4.0, 4),
        ("quniform", 6.0000000001, 6),
        ("qnormal", "0.50", 0.5),
        ("uniform", "1e-5", 1e-05),
        ("uniform", 0.123456789012, 0.123456789012),
    ],
)
def test_values_from_elsewhere_are_admitted(name: str, given_value: Value, value: Value) -> None:
    (admitted,) = space_of({name: ALL_TYPES[name]}).admitted({name: given_value, "other": 1})
    assert (admitted, type(admitted)) == (value, type(value))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("randint", 7),
        ("randint", -1),
        ("randint", 2.5),
        ("randint", "x"),
        ("randint", math.nan),
        ("randint", math.inf),
        ("choice", "b"),
        ("pchoice", "never"),
        ("choicestep", 12),
        ("choicestep", 31),
        ("uniform", 2.1),
        ("uniform", math.nan),
        ("loguniform", 0),
        ("loguniform", -1),
        ("quniform", 5),
        ("quniform", 0),
        ("quniform", 21),
        ("qlognormal", -2),
        ("lognormal", 0),
    ],
)
def test_values_from_elsewhere_that_do_not_fit_are_refused(name: str, value: Value) -> None:
    with pytest.raises(ValueError, match=f"The parameter {name} cannot have this value: "):
        space_of({name: ALL_TYPES[name]}).admitted({name: value})


def test_a_missing_value_is_named() -> None:
    space = space_of(ALL_TYPES)
    values = space.named(space.draw(Random(1)))
    del values["uniformint"]
    with pytest.raises(ValueError, match="The parameter uniformint has no value"):
        space.admitted(values)


def test_a_percentage_of_zero_is_no_value() -> None:
    space = space_of({"x": ("hp.pchoice", {"values": [["a", 0], ["b", 100], ["c", 0]]})})
    assert space.size == 1
    assert space.draw(Random(1)) == ("b",)


def test_points_have_indexes_however_many_there_are() -> None:
    spec = {f"x{index}": ("hp.randint", {"max": 1000}) for index in range(10)}
    space = space_of(spec)
    assert space.size == 10**30
    assert space.point(0) == (0,) * 10
    assert space.point(10**30 - 1) == (999,) * 10
    assert space.point(123_456) == (0, 0, 0, 0, 0, 0, 0, 0, 123, 456)


def test_a_space_keeps_the_order_of_its_parameters() -> None:
    space = Space(tuple(reversed([Parameter(name, "hp.randint", {"max": 3}) for name in "abc"])), 8)
    assert list(space.named(space.draw(Random(1)))) == ["c", "b", "a"]
