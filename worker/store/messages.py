"""Records as objects: every kind of record is a class, and a codec brings its objects into lines of a file and back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from functools import partial
from math import isfinite
from operator import attrgetter
from typing import Any, ClassVar, Generic, NamedTuple, NoReturn, TypeVar

from worker.store import records
from worker.trial import Outcome, Status


class Message:
    """One kind of record: its fields are the keys of the JSON, in this order; those with a default may be missing there."""

    # A dataclass that generates these for itself costs every agent's start some time, for each of a dozen classes.
    __slots__ = ()
    kind: ClassVar[str]

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and _said(other) == _said(self)

    def __hash__(self) -> int:
        return hash((self.kind, repr(self)))

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={value!r}" for name, value in _said(self).items())
        return f"{type(self).__name__}({said})"


def _said(message: Any) -> dict[str, object]:
    return {part.name: getattr(message, part.name) for part in fields(message)}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Filed(Message):
    """A message of the driver whose epoch is the number of the file, and is not repeated in the line."""

    epoch: int


class Unknown(NamedTuple):
    """A record of a kind that this version does not know, and leaves to later ones."""

    record: Mapping[str, object]


class Malformed(NamedTuple):
    """A record that lacks what its kind needs, or has something else there; the problem is part of a sentence."""

    record: Mapping[str, object]
    problem: str


class Form(NamedTuple):
    """How values of a type stand in JSON: those of the types `plain` as they are, others if `convert` takes them.

    convert raises ValueError, KeyError or TypeError for what is none; null is never given to it. write: the way back,
    where JSON does not know the type.
    """

    plain: frozenset[type]
    convert: Callable[[Any], Any]
    write: Callable[[Any], object] | None = None


_NUMBERS = frozenset((int, float))


def _refuse(value: object) -> NoReturn:
    raise ValueError(f"{value!r} stands there")


def _finite(value: object) -> float:
    """A number, of which JSON can write larger ones than there are; True and False are none."""
    return value if type(value) is float and isfinite(value) else _refuse(value)


def _text(value: object) -> str:
    return str(value) if type(value) in (int, float) else _refuse(value)


def _table(*types: type) -> Callable[[object], Mapping[str, Any]]:
    allowed = frozenset(types)

    def convert(value: object) -> Mapping[str, Any]:
        if type(value) is dict and allowed.issuperset(map(type, value.values())):
            return value
        _refuse(value)

    return convert


def _points(value: object) -> tuple[tuple[float, float], ...]:
    points = []
    for seconds, result in _list(value):
        if type(seconds) not in _NUMBERS or type(result) not in _NUMBERS:
            _refuse(value)
        points.append((seconds, result))
    return tuple(points)


def _list(value: object) -> list[Any]:
    return value if type(value) is list else _refuse(value)


def _integers(value: object) -> tuple[int, ...]:
    items = _list(value)
    return tuple(items) if all(type(item) is int for item in items) else _refuse(value)


def _numbers(value: object) -> tuple[float, ...]:
    items = tuple(_list(value))
    return items if _NUMBERS.issuperset(map(type, items)) else _refuse(value)


def _texts(value: object) -> tuple[str, ...]:
    items = tuple(_list(value))
    return items if all(type(item) is str for item in items) else _refuse(value)


_ENDS = {status.value: status for status in Status if status.ended}

# How the annotation of a field is spelled -> how its values stand in JSON.
FORMS: Mapping[str, Form] = {
    "int": Form(frozenset([int]), _refuse),
    "float": Form(frozenset([int]), _finite),
    "str": Form(frozenset([str]), _text),
    "bool": Form(frozenset([bool]), _refuse),
    "Status": Form(frozenset(), _ENDS.__getitem__),
    "Mapping[str, Value]": Form(frozenset(), _table(int, float, str)),
    "Mapping[str, float]": Form(frozenset(), _table(int, float)),
    "Mapping[str, str]": Form(frozenset(), _table(str)),
    "tuple[tuple[float, float], ...]": Form(frozenset(), _points),
    "tuple[float, ...]": Form(frozenset(), _numbers),
    "tuple[int, ...]": Form(frozenset(), _integers),
    "tuple[str, ...]": Form(frozenset(), _texts),
}
# The same for what was written here, where nothing infinite comes into a line, and of which there may be very much.
OWN_FORMS: Mapping[str, Form] = {**FORMS, "float": Form(_NUMBERS, _refuse)}
M = TypeVar("M", bound=Message)
_REQUIRED = object()
_MOST_SHAPES = 64  # of one kind that are remembered; a version writes a handful
_Put = Callable[[Any, Any], None]
_Convert = Callable[[Any], Any]


class _Slot(NamedTuple):
    """Where a field stands in an object, and how its value gets there."""

    name: str
    plain: frozenset[type]
    convert: _Convert
    default: Any
    put: _Put  # sets the attribute of an object that is being made, frozen or not, without looking for it by name


class _Way(NamedTuple):
    """How an object is made from records whose keys are the same, and their values of the same types."""

    plain: tuple[tuple[str, _Put], ...]
    converted: tuple[
        tuple[str, _Put, _Convert], ...
    ]  # in the order of the fields: the first one that fails is told
    defaults: tuple[tuple[Any, _Put], ...]


class _Plan:
    """How objects of one class are made from JSON."""

    def __init__(self, kind: type[Any], forms: Mapping[str, Form]) -> None:
        self.kind = kind
        self.keys: list[str] = []  # of the JSON, each as the path of an attribute
        self._slots: list[_Slot] = []
        self._put_epoch: _Put | None = None
        self._put_outcome: _Put | None = None
        self._said: list[_Slot] = []  # of the outcome, whose keys stand among the others
        self._ways: dict[tuple[object, ...], tuple[_Way, _Way]] = {}
        for part in fields(kind):
            put = getattr(kind, part.name).__set__
            spelled = str(part.type)
            if part.name == "epoch" and issubclass(kind, Filed):
                self._put_epoch = put
            elif spelled == "Outcome":
                self._put_outcome = put
                self._said = [_slot(outcome_field, Outcome, forms) for outcome_field in fields(Outcome)]
                self.keys += [f"{part.name}.{outcome_field.name}" for outcome_field in fields(Outcome)]
            else:
                self._slots.append(_slot(part, kind, forms))
                self.keys.append(part.name)

    def make(self, record: Mapping[str, object], epoch: int) -> Any:
        """The object that a record stands for. Raises ValueError with what is wrong with it."""
        # Of a hundred thousand records almost all look alike, so what is to be done is found out once.
        shape = (*record, *map(type, record.values()))
        way, of_outcome = self._ways.get(shape) or self._look(shape, record)
        made: Any = object.__new__(self.kind)
        name = ""
        try:
            for name, put in way.plain:
                put(made, record[name])
            for name, put, convert in way.converted:
                put(made, convert(record.get(name)))
            if self._put_outcome is not None:
                said: dict[str, Any] = {key: record[key] for key, _ in of_outcome.plain}
                for name, _, convert in of_outcome.converted:
                    said[name] = convert(record.get(name))
                self._put_outcome(made, Outcome(**said))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"{name}: {error}") from error
        for default, put in way.defaults:
            put(made, default)
        if self._put_epoch is not None:
            self._put_epoch(made, epoch)
        return made

    def _look(self, shape: tuple[object, ...], record: Mapping[str, object]) -> tuple[_Way, _Way]:
        ways = _way(self._slots, record), _way(self._said, record)
        if len(self._ways) < _MOST_SHAPES:
            self._ways[shape] = ways
        return ways


def _way(slots: Iterable[_Slot], record: Mapping[str, object]) -> _Way:
    plain: list[tuple[str, _Put]] = []
    converted: list[tuple[str, _Put, _Convert]] = []
    defaults: list[tuple[Any, _Put]] = []
    for slot in slots:
        value = record.get(slot.name)
        if value is not None:
            if type(value) in slot.plain:
                plain.append((slot.name, slot.put))
            else:
                converted.append((slot.name, slot.put, slot.convert))
        elif slot.default is _REQUIRED:
            converted.append((slot.name, slot.put, _missing))
        elif callable(slot.default):
            converted.append((slot.name, slot.put, partial(_anew, slot.default)))
        else:
            defaults.append((slot.default, slot.put))
    return _Way(tuple(plain), tuple(converted), tuple(defaults))


def _missing(_: None) -> NoReturn:
    raise ValueError("it is missing")


def _anew(make: Callable[[], Any], _: None) -> Any:
    return make()


def _slot(part: Field[Any], kind: type[Any], forms: Mapping[str, Form]) -> _Slot:
    plain, convert, _ = forms[str(part.type).removesuffix(" | None")]
    return _Slot(part.name, plain, convert, _default(part), getattr(kind, part.name).__set__)


def _default(part: Field[Any]) -> Any:
    if part.default_factory is not MISSING:
        return part.default_factory
    return _REQUIRED if part.default is MISSING else part.default


class Codec(Generic[M]):
    """The kinds of records that stand in one kind of file, and their way into its lines and back."""

    def __init__(
        self, kinds: Iterable[type[M]], sparse: Collection[str] = (), forms: Mapping[str, Form] = FORMS
    ) -> None:
        """sparse: keys that are left out of the JSON where they say nothing. forms: of the types of all fields."""
        self.kinds = {kind.kind: kind for kind in kinds}
        self._plans = {name: _Plan(kind, forms) for name, kind in self.kinds.items()}
        self._out = {
            name: [(path.rpartition(".")[2], attrgetter(path)) for path in ("kind", *plan.keys)]
            for name, plan in self._plans.items()
        }
        self._sparse = {name: [key for key in sparse if key in self.keys(name)] for name in self.kinds}
        # Of a list or table, only one that may be left out.
        self._empty: Mapping[str, Mapping[str, tuple[object, ...]]] = {
            name: {part.name: ((), {}) for part in fields(plan.kind) if _default(part) in ((), dict)}
            for name, plan in self._plans.items()
        }
        self._write = {
            name: [
                (part.name, write)
                for part in fields(plan.kind)
                if (form := forms.get(str(part.type))) and (write := form.write)
            ]
            for name, plan in self._plans.items()
        }

    def keys(self, kind: str) -> list[str]:
        """The keys of the JSON of a kind beside "kind", in their order."""
        return [key for key, _ in self._out[kind][1:]]

    def decode(self, line: bytes, epoch: int = 0) -> M | Unknown | Malformed | None:
        """What stands in a line, with or without its newline; None where that is torn, damaged or empty. Never fails.

        epoch: the number of the file.
        """
        record = records.decode(line)
        return None if record is None else self._message(record, epoch)

    def decode_all(self, lines: Sequence[bytes], epoch: int = 0) -> list[M | Unknown | Malformed | None]:
        """The same for each of several lines, which takes less time."""
        return [
            None if record is None else self._message(record, epoch) for record in records.decode_all(lines)
        ]

    def _message(self, record: Mapping[str, object], epoch: int) -> M | Unknown | Malformed:
        kind = record.get("kind")
        if type(kind) is not str:
            return Malformed(record, "kind is missing")
        plan = self._plans.get(kind)
        if plan is None:
            return Unknown(record)
        try:
            made: M = plan.make(record, epoch)
        except ValueError as error:
            return Malformed(record, str(error))
        return made

    def encode(self, message: M) -> bytes:
        """The line of a message, with its newline. Raises ValueError for nan and inf."""
        return records.encode(self.as_json(message))

    def as_json(self, message: M | Unknown | Malformed) -> Mapping[str, object]:
        """A message as its JSON has it."""
        if isinstance(message, Unknown | Malformed):
            return message.record
        json_fields = {key: get(message) for key, get in self._out[message.kind]}
        for key, write in self._write[message.kind]:
            json_fields[key] = write(json_fields[key])
        for key in self._sparse[message.kind]:
            if json_fields[key] in self._empty[message.kind].get(key, (None, "")):
                del json_fields[key]
        return json_fields
