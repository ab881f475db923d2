"""The checks of conditions and constraints: what they say, whom they name, and how much of the space they leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from worker.spec import points
from worker.spec.logic.reading import MOST_POWER, ExpressionError, power, read
from worker.spec.logic.tree import (
    Arithmetic,
    Call,
    Comparison,
    Junction,
    Logic,
    Membership,
    Name,
    Negative,
    Not,
    Number,
    Power,
    Term,
    Text,
    name_text,
    names,
    text_of,
)
from worker.spec.parameter_types import type_of
from worker.spec.parameters import Parameter
from worker.spec.problem import Problem, did_you_mean
from worker.spec.raw_values import ConversionError, line
from worker.spec.rules import Rules, is_only_text
from worker.spec.run import ParameterDraft, Run
from worker.spec.text import counted, quoted

MOST_CONSTRAINTS = 100
CONSTRAINTS = "search.constraints"
_NUMBER, _TEXT = frozenset({"number"}), frozenset({"text"})
_EITHER = _NUMBER | _TEXT
_FEW = 0.01  # share of the space below which something is said
_SEEN = 60  # allowed points after which the share is known well enough
_DRAWS, _WORK = (
    2_000,
    40_000,
)  # points that are drawn to know it, and values and constraints that are looked at
_LEAST_DRAWS = 400  # fewer cannot tell


def problems(
    drafts: Sequence[ParameterDraft], parameters: Sequence[Parameter], constraints: Sequence[str]
) -> Iterator[Problem]:
    """What is wrong with the conditions of the drafts and with the constraints; each has one problem at most.

    parameters: those of the drafts whose settings can be read.
    """
    known: dict[str, Parameter | None] = {draft.name.strip(" \t"): None for draft in drafts}
    known |= {parameter.name: parameter for parameter in parameters}
    earlier: dict[str, Parameter | None] = {}
    for index, draft in enumerate(drafts):
        name, when = draft.name.strip(" \t"), _condition(draft)
        if when:
            yield from _condition_problem(f"parameters.{index}.when", name, when, earlier, known)
        earlier[name] = known[name]
    if len(constraints) > MOST_CONSTRAINTS:
        message = f"These are {len(constraints):,} constraints; at most {MOST_CONSTRAINTS} are allowed."
        yield Problem(CONSTRAINTS, message, 'Join some of them by "and".')
        return
    for number, constraint in enumerate(constraints, 1):
        which = f"Line {number}: " if len(constraints) > 1 else ""
        try:
            logic = read(constraint)
            _Meaning(known).check(logic)
            if not list(names(logic)):
                raise ExpressionError(
                    "This names no parameter.", "Write what must hold, such as layers * width <= 4096."
                )
        except ExpressionError as error:
            yield Problem(CONSTRAINTS, f"{which}{error}", error.hint)


def _condition(draft: ParameterDraft) -> str:
    """The condition of a draft; "" where it has none, or one that is no line of text, which others tell."""
    try:
        return line(draft.settings.get("when", ""))
    except ConversionError:
        return ""


def _condition_problem(
    path: str,
    name: str,
    when: str,
    earlier: Mapping[str, Parameter | None],
    known: Mapping[str, Parameter | None],
) -> Iterator[Problem]:
    try:
        logic = read(when)
        named = [one.name for one in names(logic)]
        if not named:
            raise ExpressionError(
                "This names no parameter.", "Write on which one it depends: optimizer == 'sgd'."
            )
        if name in named and name not in earlier:
            raise ExpressionError(
                f"{quoted(name)} cannot depend on itself.", "Name a parameter that stands before it."
            )
        if late := [other for other in named if other in known and other not in earlier]:
            raise ExpressionError(
                f"{quoted(name)} cannot depend on {quoted(late[0])}, which stands behind it.",
                f"Move {quoted(late[0])} before it; so no two can depend on each other.",
            )
        _Meaning(earlier).check(logic)
    except ExpressionError as error:
        yield Problem(path, str(error), error.hint)


class _Meaning:
    """Whether what is written means something, where `known` are the parameters that may be named."""

    def __init__(self, known: Mapping[str, Parameter | None]) -> None:
        self._known = known

    def check(self, logic: Logic) -> None:
        """Raises ExpressionError where it means nothing."""
        for name in names(logic):
            if name.name not in self._known:
                raise self._unknown(name)
        self._logic(logic)

    def _unknown(self, name: Name) -> ExpressionError:
        message = f"{quoted(name.name)} at character {name.place} is no parameter."
        for parameter in self._known.values():
            if parameter and is_only_text(parameter) and name.name in parameter.options:
                return ExpressionError(message, f"Put a text in quotation marks: '{name.name}'.")
        longer = [known for known in self._known if known.startswith(name.name) and name_text(known) != known]
        if longer:
            hint = f"For a name with such characters, write {name_text(longer[0])}."
            return ExpressionError(message, hint)
        return ExpressionError(message, did_you_mean(name.name, self._known))

    def _logic(self, logic: Logic) -> None:
        if isinstance(logic, Not):
            self._logic(logic.of)
        elif isinstance(logic, Junction):
            for part in logic.parts:
                self._logic(part)
        elif isinstance(logic, Membership):
            for option in logic.options:
                self._pair(logic.term, "==", option)
        else:
            self._comparison(logic)

    def _comparison(self, logic: Comparison) -> None:
        for left, operator, right in zip(logic.terms, logic.operators, logic.terms[1:], strict=False):
            self._pair(left, operator, right)

    def _pair(self, left: Term, operator: str, right: Term) -> None:
        kinds = self._kinds(left), self._kinds(right)
        common = kinds[0] & kinds[1]
        if not common:
            text, number = (left, right) if kinds[0] == _TEXT else (right, left)
            raise ExpressionError(
                f"{text_of(text)} is a text, and {text_of(number)} a number, so they cannot be compared.",
                f"A text is written in quotation marks: '{text_of(number)}'."
                if isinstance(number, Number)
                else "Write a number without quotation marks.",
            )
        if common == _TEXT and operator not in ("==", "!="):
            raise ExpressionError(
                f"{text_of(left)} {operator} {text_of(right)} compares texts, which have no order.",
                "Write ==, != or in for texts.",
            )
        for one, other in ((left, right), (right, left)):
            self._value(one, other)
        if power(left) > MOST_POWER or power(right) > MOST_POWER:
            raise ExpressionError(f"This has powers of more than {MOST_POWER}.", "Write a smaller one.")

    def _value(self, name: Term, text: Term) -> None:
        """Raises ExpressionError where a text is none of a parameter's values."""
        parameter = self._known.get(name.name) if isinstance(name, Name) else None
        if parameter and isinstance(text, Text) and text.value not in parameter.options:
            raise ExpressionError(
                f"{parameter.name} is never {text_of(text)}.", did_you_mean(text.value, parameter.options)
            )

    def _kinds(self, term: Term) -> frozenset[str]:
        if isinstance(term, Text):
            return _TEXT
        if isinstance(term, Name):
            parameter = self._known[term.name]
            if parameter is None:
                return _EITHER
            if type_of(parameter).value != "category":
                return _NUMBER
            return _TEXT if is_only_text(parameter) else _EITHER
        for operand in _operands(term):
            if "number" not in self._kinds(operand):
                raise ExpressionError(
                    f"{text_of(operand)} is a text, with which nothing can be computed.",
                    "Compute with numbers, and compare texts: optimizer == 'sgd'.",
                )
        return _NUMBER


def _operands(term: Term) -> Sequence[Term]:
    if isinstance(term, Arithmetic):
        return (term.left, term.right)
    if isinstance(term, Call):
        return term.arguments
    if isinstance(term, Power):
        return (term.base,)
    return (term.of,) if isinstance(term, Negative) else ()


def share_problems(run: Run) -> Iterator[Problem]:
    """What is said before a run of which the constraints leave nothing, or very little."""
    if not run.constraints:
        return
    in_grid = run.algorithm == "gridsearch" and points.grid_size(run) == 0
    if in_grid or points.space_size(run) == 0:
        of = "grid" if in_grid else "search space"
        message = f"No point of the {of} satisfies the constraints."
        yield Problem(CONSTRAINTS, message, "Loosen or remove one of them.")
        return
    allowed, drawn = allowed_share(run)
    if drawn >= _LEAST_DRAWS and allowed < _FEW * drawn:
        of_these = f"{counted(allowed, 'point')} of {drawn:,} drawn at random"
        if allowed:
            message = f"Only about {100 * allowed / drawn:.2g} % of the search space satisfies the constraints ({of_these})."
        else:
            message = f"None of {drawn:,} points drawn at random satisfies the constraints."
        hint = "The search may find few such points, or none: loosen the constraints, or narrow the ranges of the parameters."
        yield Problem(CONSTRAINTS, message, hint, "warning")


def allowed_share(run: Run) -> tuple[int, int]:
    """How many of how many random points satisfy the constraints; the same each time."""
    rules = Rules(run.parameters, run.constraints)
    needed = set(rules.needed())
    dimensions = [
        type_of(parameter).dimension(parameter, run.precision) if place in needed else None
        for place, parameter in enumerate(run.parameters)
    ]
    most = min(_DRAWS, _WORK // (len(needed) + 5 * len(run.constraints)))
    generator, allowed = Random(0), 0
    for drawn in range(1, most + 1):
        values = [None if one is None else one.draw(generator) for one in dimensions]
        allowed += rules.allows(rules.existing(values))
        if allowed >= _SEEN:
            return allowed, drawn
    return allowed, most
