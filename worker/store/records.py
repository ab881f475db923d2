"""The line of one record: a checksum and JSON, so that a torn or damaged one is recognised. What it says is in `messages`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NoReturn
from zlib import crc32

_WORD = b"NaN"  # Python's reader knows it, JSON does not
_BETWEEN = b"," + _WORD + b","
_CHECKSUM = 8  # hexadecimal digits of a CRC-32, followed by one blank


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not allowed in a record")


def _word(constant: str) -> bytes:
    return _WORD if constant == _WORD.decode() else _refuse(constant)


# Built once, since json.dumps and json.loads build a coder for every call with options; neither holds state.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode
_scan_several = json.JSONDecoder(parse_constant=_word).raw_decode
_scan = json.JSONDecoder(parse_constant=_refuse).raw_decode  # decode would look for blanks around it


def encode(record: Mapping[str, object]) -> bytes:
    """The line of `record`, with its newline. Raises ValueError for nan and inf, TypeError for what JSON lacks."""
    body = _encode(record).encode("ascii")
    return b"%08x %b\n" % (crc32(body), body)


def decode_all(lines: Sequence[bytes]) -> list[Mapping[str, object] | None]:
    """What `decode` finds in each of several lines, in less time where none of them is damaged."""
    return _decode_whole(lines) or list(map(decode, lines))


def _decode_whole(lines: Sequence[bytes]) -> list[Mapping[str, object] | None]:
    """The same if these are records without any doubt, read as one list; [] otherwise.

    Between each two of them stands a word that none of them has. So each is a whole object of its own if the list is
    one object and one such word in turn.
    """
    bodies = [line[_CHECKSUM + 1 :].rstrip(b"\n") for line in lines]
    checksums = b"%08x " * len(lines) % tuple(map(crc32, bodies))
    whole = _BETWEEN.join(bodies)
    apart = (whole.count(_WORD), whole.count(b"}" + _BETWEEN + b"{")) == (len(lines) - 1, len(lines) - 1)
    if not (apart and whole[:1] == b"{" and whole[-1:] == b"}"):
        return []
    if checksums != b"".join([line[: _CHECKSUM + 1] for line in lines]):
        return []
    try:
        text = f"[{whole.decode('ascii')}]"
        found, end = _scan_several(text)
    except (ValueError, RecursionError):
        return []
    objects: list[Mapping[str, object] | None] = found[::2]
    between: list[object] = found[1::2]
    whole_objects = end == len(text) and len(objects) == len(lines) and set(map(type, objects)) == {dict}
    return objects if whole_objects and between == [_WORD] * (len(lines) - 1) else []


def intact(line: bytes) -> bytes | None:
    """The JSON in `line` (with or without newline), or None where it does not have the checksum in front of it."""
    body = line[_CHECKSUM + 1 :].rstrip(b"\n")
    return body if line[: _CHECKSUM + 1] == b"%08x " % crc32(body) else None


def decode(line: bytes) -> Mapping[str, object] | None:
    """The record in `line` (with or without newline), or None where it is torn, damaged or empty."""
    body = intact(line)
    if body is None:
        return None
    try:
        text = body.decode("ascii")
        record, end = _scan(text)
    except (ValueError, RecursionError):
        return None
    return record if end == len(text) and isinstance(record, dict) else None
