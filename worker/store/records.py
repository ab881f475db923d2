"""The line of one record: a checksum and JSON, so that a torn or damaged one is recognised. What it says is in `messages`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn
from zlib import crc32

_CHECKSUM = 8  # hexadecimal digits of a CRC-32, followed by one blank


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not allowed in a record")


# Built once, since json.dumps and json.loads build a coder for every call with options; neither holds state.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode
_scan = json.JSONDecoder(parse_constant=_refuse).raw_decode  # decode would look for blanks around it


def encode(record: Mapping[str, object]) -> bytes:
    """The line of `record`, with its newline. Raises ValueError for nan and inf, TypeError for what JSON lacks."""
    body = _encode(record).encode("ascii")
    return b"%08x %b\n" % (crc32(body), body)


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
