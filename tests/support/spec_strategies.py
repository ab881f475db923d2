"""Hypothesis strategies for configs: drafts that pass every check, and drafts of anything that can be typed."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import cast

from hypothesis import strategies as st

from worker.spec.check import check
from worker.spec.check_parameters import parameter_of
from worker.spec.direction import DIRECTIONS, MAX
from worker.spec.early_stopping import OFF
from worker.spec.field_definition import WORD_PATTERN, Field
from worker.spec.fields import FIELDS
from worker.spec.goals import COLUMN_NAME
from worker.spec.logic.reading import number
from worker.spec.logic.tree import Comparison, Junction, Logic, Membership, Name, Not, Text, text_of
from worker.spec.notation import real_text
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameter_types import PARAMETER_TYPES, type_of
from worker.spec.parameters import Parameter
from worker.spec.raw_values import LARGEST_INTEGER, duration_text
from worker.spec.rules import Rules, is_only_text
from worker.spec.run import Draft, ParameterDraft, Run
from worker.spec.text import is_invisible

# What codecs and shells trip over, more often than chance would have it.
AWKWARD = "\"'\\,=&?#%$(){}[];:<>|`~!*+-._/ \u00e4\u20ac\U0001f600\u0301"

letters = st.one_of(
    st.sampled_from(AWKWARD),
    # Most code points are not assigned or private; leaving them out beforehand leaves little to filter.
    st.characters(exclude_categories=("C", "Z")).filter(lambda letter: not is_invisible(letter)),
)
lines = st.text(letters, max_size=30).map(str.strip)
filled_lines = lines.map(lambda text: text or "-")
_VARIABLES = st.from_regex(r"[A-Z][A-Z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: not name.startswith("OMNIOPT_") and name not in ("PWD", "UID", "EUID", "PPID", "SHLVL")
)
names = st.from_regex(r"[A-Za-z0-9_.-]{1,12}", fullmatch=True)
reals = st.one_of(
    st.floats(-1e6, 1e6, allow_subnormal=False),
    st.integers(-LARGEST_INTEGER, LARGEST_INTEGER),
    st.sampled_from([1e-5, 0.1, 1e22, -1e-300, 0]),
)

_OPTIONAL = [field for field in FIELDS if not field.required]

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.dates(),
    st.lists(st.text() | st.integers()),
    st.dictionaries(st.text(), st.floats()),
    st.sampled_from(["1", "0.5", "1e5", "1:00:00", "on", "a=1", "a,b", "99999999999999999999999999"]),
)


@cache
def field_values(field: Field) -> st.SearchStrategy[object]:
    """Values of `field` that pass its checks, as a person or a codec would give them."""
    low, high = int(field.minimum or 0), int(field.maximum or 0)
    if field.kind == "switch":
        return st.booleans()
    if field.kind in ("integer", "memory"):
        return st.integers(low, high)
    if field.kind == "gpus":
        typed = st.builds(
            "{}:{}".format, st.from_regex(r"[A-Za-z0-9_.-]{1,9}", fullmatch=True), st.integers(low, high)
        )
        return st.integers(low, high) | typed
    if field.kind == "duration":
        return st.integers(low, high).map(duration_text)
    if field.kind == "seeds":
        return st.lists(st.integers(low, high), max_size=4, unique=True)
    if field.path == "slurm.sbatch":
        values = lines.map(lambda text: f"--comment={shlex.quote(text)}")
        return st.lists(values | st.just("--qos normal"), max_size=3)
    if field.kind in ("goals", "reference"):
        return st.just({})  # they depend on each other; see `_drafts`
    if field.kind == "points":
        return st.just([])  # they depend on the parameters; see `_drafts`
    if field.kind == "budget":
        amounts = st.decimals(0, 10**6, places=3).filter(bool) | st.integers(1, 10**9)
        units = st.sampled_from(["node-hours", "core-hours", "gpu-hours", "CPU h", "nodeh"])
        return st.builds("{} {}".format, amounts, units) | st.just("")
    if field.kind == "confirm":
        tables = st.fixed_dictionaries({"best": st.integers(1, 100), "times": st.integers(2, 1000)})
        texts = st.builds("times = {}, best={}".format, st.integers(2, 1000), st.integers(1, 100))
        return tables | texts | st.just("")
    if field.kind == "result":
        return reals | st.just("")
    if field.path == "search.constraints":
        return st.just([])  # they depend on the parameters; see `_drafts`
    if field.kind == "modules":
        return st.lists(st.from_regex(r"[A-Za-z0-9_.+][A-Za-z0-9_.+/:=@-]{0,12}", fullmatch=True), max_size=3)
    if field.kind == "variables":
        return st.dictionaries(_VARIABLES, lines.map(lambda text: text.replace("$", "$$")), max_size=3)
    if field.kind == "lines":
        return st.lists(filled_lines, max_size=3)
    if field.kind == "value":
        return st.from_regex(field.pattern, fullmatch=True) | st.just("")
    if field.kind == "word":
        return st.from_regex(WORD_PATTERN, fullmatch=True) | st.just("")
    if field.kind == "choice":
        return st.sampled_from(field.choices)
    if field.kind == "name":
        return st.from_regex(r"[A-Za-z0-9_]{1,20}", fullmatch=True)
    if field.kind == "path":
        return lines.map(lambda text: text.replace("$", ""))
    return filled_lines if field.required else lines


def parameters(name: str) -> st.SearchStrategy[ParameterDraft]:
    """Parameters called `name`, of every type, that pass the checks."""
    return st.sampled_from(sorted(PARAMETER_TYPES)).flatmap(
        lambda kind: st.builds(ParameterDraft, st.just(name), st.just(kind), settings(kind))
    )


@cache
def settings(kind: str) -> st.SearchStrategy[dict[str, object]]:
    """Settings that pass the checks of the type `kind`."""
    needed = PARAMETER_TYPES[kind].settings
    if kind in ("real", "integer"):
        return _plain_ranges(whole=kind == "integer")
    if kind == "fixed":
        return st.fixed_dictionaries({"value": filled_lines})
    if kind == "categorical":
        listed = st.lists(filled_lines, min_size=1, max_size=6, unique=True)
        return st.fixed_dictionaries({"values": listed}, optional={"ordered": st.booleans()})
    if kind == "hp.randint":
        return st.fixed_dictionaries({"max": st.integers(1, LARGEST_INTEGER)})
    if kind == "hp.choice":
        return st.fixed_dictionaries({"values": st.lists(filled_lines, min_size=1, max_size=6, unique=True)})
    if kind == "hp.pchoice":
        weights = st.dictionaries(
            filled_lines, st.integers(1, 100) | st.floats(0.01, 100), min_size=1, max_size=6
        )
        return st.fixed_dictionaries({"values": weights})
    if "mu" in needed:
        wanted = {"mu": st.floats(-20, 20), "sigma": st.floats(1e-3, 20), "q": st.floats(1e-3, 10)}
        return st.fixed_dictionaries({key: wanted[key] for key in needed})
    if "integer" in needed.values():
        return _ranges(st.integers(-1000, 1000), set(needed), st.integers(1, 10))
    if kind in ("hp.loguniform", "hp.qloguniform"):
        return _ranges(st.floats(-20, 20), set(needed), st.just(1e-9))
    return _ranges(reals, set(needed), st.just(1e-9))


@st.composite
def _plain_ranges(draw: st.DrawFn, *, whole: bool) -> dict[str, object]:
    """A range with or without a logarithmic scale and a step, which suits it."""
    log = draw(st.sampled_from([None, False, True]))
    least = 1 if whole else 1e-4
    numbers: st.SearchStrategy[float] = st.integers(-1000, 1000) if whole else reals
    if log:
        numbers = st.integers(1, 2000) if whole else st.floats(least, 1e6)
    low, high = sorted(draw(st.lists(numbers, min_size=2, max_size=2, unique=True)))
    drawn: dict[str, object] = {"min": low, "max": high}
    if log is not None:
        drawn["log"] = log
    if draw(st.booleans()):
        width = high - low
        drawn["step"] = draw(
            st.integers(1, int(width)) if whole else st.sampled_from([0.5, 0.1]).map(width.__mul__)
        )
    return drawn


def _ranges(
    numbers: st.SearchStrategy[float], needed: set[str], steps: st.SearchStrategy[float]
) -> st.SearchStrategy[dict[str, object]]:
    pairs = st.lists(numbers, min_size=2, max_size=2, unique=True).map(sorted)
    return st.tuples(pairs, steps).map(
        lambda drawn: {
            key: value
            for key, value in zip(("min", "max", "step", "q"), (*drawn[0], drawn[1], drawn[1]), strict=True)
            if key in needed
        }
    )


def drafts() -> st.SearchStrategy[Draft]:
    """Drafts that pass every check."""
    return _drafts().filter(lambda draft: check(draft).run is not None)


@st.composite
def _drafts(draw: st.DrawFn) -> Draft:
    # A dozen at a time: more of them take longer, and few would get along with each other.
    given = draw(st.sets(st.sampled_from(_OPTIONAL), max_size=12))
    values = {field.path: draw(field_values(field)) for field in FIELDS if field.required or field in given}
    values.update(draw(_goals(values)))
    chosen = draw(st.lists(names, min_size=1, max_size=5, unique=True))
    drawn = draw(conditional(tuple(draw(parameters(name)) for name in chosen)))
    if draw(st.booleans()):
        values["search.start_with"] = draw(_start_points(drawn))
    else:
        values["search.constraints"] = draw(constraints(drawn))
    return Draft(values, drawn)


def _goals(values: Mapping[str, object]) -> st.SearchStrategy[dict[str, object]]:
    """Named results beside these values, and a reference point for some of them."""
    if values.get("search.direction") == MAX or values.get("search.early_stopping", OFF) != OFF:
        return st.just({})
    names = st.from_regex(COLUMN_NAME, fullmatch=True)
    named = st.dictionaries(names, st.sampled_from(DIRECTIONS), max_size=4)

    def referred(results: dict[str, str]) -> st.SearchStrategy[dict[str, object]]:
        some = st.fixed_dictionaries({}, optional=dict.fromkeys(results, reals))
        return some.map(lambda point: {"search.results": results, "search.reference": point})

    return named.flatmap(referred)


def statements(drafts: Sequence[ParameterDraft]) -> st.SearchStrategy[str]:
    """What may hold of the values of these parameters, one or two of them."""
    checked = [one for draft in drafts if (one := parameter_of("", draft, [])) is not None]

    def of(parameter: Parameter) -> st.SearchStrategy[Comparison | Membership]:
        name = Name(parameter.name)
        if is_only_text(parameter):
            options = st.sampled_from(parameter.options).map(Text)
            listed = st.lists(options, min_size=1, max_size=3).map(tuple)
            equal = options.map(lambda text: Comparison((name, text), ("==",)))
            return equal | st.builds(Membership, st.just(name), listed, st.booleans())
        dimension = type_of(parameter).dimension(parameter, 8)
        bounds = st.floats(0, 1).map(lambda share: number(real_text(abs(float(dimension.at_share(share))))))
        return st.builds(
            lambda operator, bound: Comparison((name, bound), (operator,)),
            st.sampled_from(["<=", ">=", "!=", "<"]),
            bounds,
        )

    assert checked
    single: st.SearchStrategy[Logic] = st.sampled_from(checked).flatmap(of)
    two = st.builds(Junction, st.sampled_from(["and", "or"]), st.tuples(single, single))
    return st.one_of(single, two, st.builds(Not, single)).map(text_of)


@st.composite
def conditional(draw: st.DrawFn, drafts: tuple[ParameterDraft, ...]) -> tuple[ParameterDraft, ...]:
    """The same parameters, some of which depend on some before them."""
    found = list(drafts)
    for place in range(1, len(drafts)):
        if draw(st.integers(0, 2)) == 0 and _checkable(found[:place]):
            when = draw(statements(found[:place]))
            found[place] = replace(found[place], settings={**found[place].settings, "when": when})
    return tuple(found)


def constraints(drafts: Sequence[ParameterDraft]) -> st.SearchStrategy[list[str]]:
    """Constraints on these parameters; they may leave nothing."""
    return st.lists(statements(drafts), max_size=2) if _checkable(drafts) else st.just([])


def _checkable(drafts: Sequence[ParameterDraft]) -> bool:
    """Whether any of these parameters has no error; few of those that are drawn have one."""
    return any(parameter_of("", draft, []) is not None for draft in drafts)


def _start_points(drafts: tuple[ParameterDraft, ...]) -> st.SearchStrategy[list[dict[str, object]]]:
    """Points of the search space of these parameters, as tables."""
    checked = [parameter_of("", draft, []) for draft in drafts]
    dimensions = [type_of(one).dimension(one, 8) for one in checked if one is not None]
    rules = Rules([one for one in checked if one is not None])

    def point(shares: list[float]) -> dict[str, object]:
        values = [dimension.at_share(share) for dimension, share in zip(dimensions, shares, strict=True)]
        return dict(rules.existing(values))

    shares = st.lists(st.floats(0, 1), min_size=len(drafts), max_size=len(drafts))
    return st.lists(shares.map(point), max_size=2) if len(dimensions) == len(drafts) else st.just([])


def runs() -> st.SearchStrategy[Run]:
    """Runs that passed every check."""
    checked = _drafts().map(lambda draft: check(draft).run).filter(lambda run: run is not None)
    return cast("st.SearchStrategy[Run]", checked)  # of a filter, mypy does not know what it lets through


texts = st.text(st.one_of(letters, st.characters()), max_size=40)
scalars = st.one_of(texts, st.integers(), st.floats(), st.booleans())
raws = st.one_of(
    scalars,
    st.lists(st.one_of(scalars, st.lists(scalars, max_size=3)), max_size=4),
    st.dictionaries(texts, scalars, max_size=4),
    st.sampled_from([math.nan, math.inf, 10**5000, -(10**400), "1e999", "9" * 30, ""]),
)
wild_parameters = st.builds(
    ParameterDraft,
    names | texts,
    st.sampled_from(sorted(PARAMETER_TYPES)) | texts,
    st.dictionaries(st.sampled_from(sorted(SETTINGS)), raws),
)
# Anything that a reader can make of anything.
wild_drafts = st.builds(
    Draft,
    st.dictionaries(st.sampled_from([field.path for field in FIELDS]), raws, max_size=8),
    st.lists(wild_parameters, max_size=4).map(tuple),
)
