"""Records as objects: what was written is read again, and whatever stands in a line, reading it never fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.launch.slurm import sbatch
from worker.launch.slurm.script import AgentJob
from worker.launch.slurm.submission_log import NOTES
from worker.spec.notation import NUMBER_FORMATS
from worker.store.inbox_messages import INBOX
from worker.store.journal import NEXT
from worker.store.journal_records import JOURNAL, Ended, Requeued
from worker.store.messages import Codec, Filed, Malformed, Message, Unknown
from worker.store.outbox_messages import OUTBOX, Finished, NewValue
from worker.store.records import encode
from worker.store.requests import REQUESTS
from worker.trial import Outcome, Status

CODECS: Mapping[str, Codec[Any]] = {
    "journal": JOURNAL,
    "inbox": INBOX,
    "outbox": OUTBOX,
    "commands": REQUESTS,
    "next": NEXT,
    "submissions": NOTES,
}
KINDS = [(name, kind) for name, codec in CODECS.items() for kind in codec.kinds]
integers = st.integers(-(2**70), 2**70)
numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text()
tables = st.dictionaries(texts, numbers | integers, max_size=3)
outcomes = st.builds(
    Outcome,
    loss=st.none() | numbers,
    raw_loss=st.sampled_from(["", "nan", "inf", "-inf"]),
    outputs=tables,
    curve=st.lists(st.tuples(numbers, numbers), max_size=3).map(tuple),
    exit_code=st.none() | integers,
    signal=st.none() | integers,
    seconds=st.none() | numbers,
    start=st.none() | numbers,
    end=st.none() | numbers,
    peak_memory=st.none() | numbers,
    reason=texts,
)
jobs = st.builds(
    AgentJob, texts, texts, integers, integers, integers, integers, st.lists(texts, max_size=2).map(tuple)
)
TYPES: Mapping[str, st.SearchStrategy[object]] = {
    "int": integers,
    "float": numbers,
    "str": texts,
    "bool": st.booleans(),
    "Status": st.sampled_from([status for status in Status if status.ended]),
    "Mapping[str, Value]": st.dictionaries(texts, numbers | integers | texts, max_size=3),
    "Mapping[str, str]": st.dictionaries(texts, texts, max_size=3),
    "tuple[float, ...]": st.lists(numbers, max_size=3).map(tuple),
    "tuple[str, ...]": st.lists(texts, max_size=3).map(tuple),
    "tuple[int, ...]": st.lists(integers, max_size=3).map(tuple),
    "Outcome": outcomes,
    "AgentJob": jobs,
    "sbatch.Outcome": st.sampled_from(sbatch.Outcome),
}
json_values = st.recursive(
    st.none() | st.booleans() | integers | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def messages(kind: type[Message]) -> st.SearchStrategy[Message]:
    """Any object of a class."""
    known = {}
    for part in fields(kind):  # type: ignore[arg-type]
        name, _, optional = str(part.type).partition(" | ")
        known[part.name] = TYPES[name] | st.none() if optional else TYPES[name]
    return st.builds(kind, **known)


@pytest.mark.parametrize(("name", "kind"), KINDS, ids=[f"{name}-{kind}" for name, kind in KINDS])
@given(data=st.data())
def test_every_record_comes_back_as_it_was(name: str, kind: str, data: st.DataObject) -> None:
    codec = CODECS[name]
    message = data.draw(messages(codec.kinds[kind]))
    epoch = message.epoch if isinstance(message, Filed) else 1
    assert codec.decode(codec.encode(message), epoch) == message


@pytest.mark.parametrize(("name", "kind"), KINDS, ids=[f"{name}-{kind}" for name, kind in KINDS])
def test_no_kind_of_record_has_methods_made_for_it(name: str, kind: str) -> None:
    # Those of `Message` do, and making others would cost every start of an agent some time.
    made = vars(CODECS[name].kinds[kind]).keys() & {"__eq__", "__hash__", "__repr__", "__lt__"}
    assert not made


@given(name=st.sampled_from(sorted(CODECS)), data=st.data())
def test_whatever_a_line_says_it_is_read_without_an_error(name: str, data: st.DataObject) -> None:
    codec = CODECS[name]
    kind = data.draw(st.sampled_from([*codec.kinds, "weather"]) | json_values)
    known = codec.keys(kind) if isinstance(kind, str) and kind in codec.kinds else []
    keys = st.sampled_from(known) | texts if known else texts
    record = data.draw(st.dictionaries(keys, json_values, max_size=12))
    found = codec.decode(encode({**record, "kind": kind}), 1)
    if isinstance(kind, str) and kind in codec.kinds:
        assert isinstance(found, codec.kinds[kind] | Malformed)
    else:
        assert isinstance(found, Unknown if isinstance(kind, str) else Malformed)


@given(st.binary())
def test_bytes_that_are_no_line_are_nothing(data: bytes) -> None:
    assert all(codec.decode(data) is None for codec in CODECS.values())


@pytest.mark.parametrize(("name", "kind"), KINDS, ids=[f"{name}-{kind}" for name, kind in KINDS])
@given(data=st.data())
def test_a_key_with_a_default_may_be_missing_or_null(name: str, kind: str, data: st.DataObject) -> None:
    codec = CODECS[name]
    made = codec.kinds[kind]
    message = data.draw(messages(made))
    whole = codec.as_json(message)
    for part in fields(made):
        if part.name not in whole:
            continue
        without = {key: value for key, value in whole.items() if key != part.name}
        for record in (without, {**whole, part.name: None}):
            found = codec.decode(encode(record), 1)
            if part.default is MISSING and part.default_factory is MISSING:
                assert isinstance(found, Malformed)
                assert part.name in found.problem
            else:
                assert getattr(found, part.name) == getattr(codec.decode(encode(without), 1), part.name)


# What a missing key means where that is not "nothing is known": see the classes.
MEANT: dict[tuple[str, str, str], object] = {
    ("inbox", "assign", "cwd"): ".",
    ("inbox", "assign", "number_format"): NUMBER_FORMATS[0],
    ("inbox", "assign", "repeat"): 1,
}


@pytest.mark.parametrize(("name", "kind"), KINDS, ids=[f"{name}-{kind}" for name, kind in KINDS])
@given(data=st.data())
def test_what_a_record_leaves_out_is_not_made_up(name: str, kind: str, data: st.DataObject) -> None:
    codec = CODECS[name]
    required = {
        part.name
        for part in fields(codec.kinds[kind])
        if part.default is MISSING and part.default_factory is MISSING
    }
    whole = codec.as_json(data.draw(messages(codec.kinds[kind])))
    found = codec.decode(encode({key: value for key, value in whole.items() if key in {"kind", *required}}))
    assert isinstance(found, codec.kinds[kind])
    for part in fields(codec.kinds[kind]):
        if part.name not in required:
            value = getattr(found, part.name)
            meant = MEANT.get((name, kind, part.name))
            assert value == meant if meant else not value, part.name


FINISHED = {"kind": "finished", "trial": 1, "attempt": 1, "values": {"x": 1}, "status": "ok", "loss": 0.5}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("trial", True),
        ("trial", "1"),
        ("trial", 1.5),
        ("attempt", None),
        ("values", ["x", 1]),
        ("values", {"x": [1]}),
        ("values", {"x": True}),
        ("status", "great"),
        ("status", "running"),
        ("status", ["ok"]),
        ("loss", "0.5"),
        ("loss", False),
        ("outputs", {"accuracy": "high"}),
        ("curve", [[0.1, 0.5, 3]]),
        ("curve", [[0.1, None]]),
        ("curve", "ab"),
        ("reason", ["a", "b"]),
    ],
)
def test_what_is_of_another_type_is_malformed(key: str, value: object) -> None:
    assert isinstance(OUTBOX.decode(encode(FINISHED)), Finished)
    record = {**FINISHED, key: value}
    found = OUTBOX.decode(encode(record))
    assert isinstance(found, Malformed)
    assert found.record == record
    assert key in found.problem


def test_a_number_that_is_larger_than_numbers_are_is_malformed() -> None:
    line = encode({"kind": "value", "trial": 1, "attempt": 1, "value": 12345})
    assert isinstance(OUTBOX.decode(line), NewValue)
    body = line[9:-1].replace(b"12345", b"1e999")
    assert isinstance(OUTBOX.decode(b"%08x %b" % (crc32(body), body)), Malformed)


def test_a_journal_tells_its_records_which_driver_they_are_of() -> None:
    ended = Ended(epoch=3, exit_code=0, reason="It is over.", at=1.0)
    assert "epoch" not in JOURNAL.as_json(ended)
    assert JOURNAL.decode(JOURNAL.encode(ended), 7) == Ended(
        epoch=7, exit_code=0, reason="It is over.", at=1.0
    )


def test_a_key_that_says_nothing_is_left_out_where_it_always_was() -> None:
    without = Requeued(epoch=1, trial=1, attempt=1)
    assert "strikes" not in JOURNAL.as_json(without)
    assert JOURNAL.as_json(Requeued(epoch=1, trial=1, attempt=1, strikes=0))["strikes"] == 0
