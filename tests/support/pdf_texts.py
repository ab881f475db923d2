"""What stands in a PDF that Chromium has printed: its texts in the order of drawing, its pages and pictures."""

from __future__ import annotations

import itertools
import re
import zlib
from dataclasses import dataclass

_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)


@dataclass(frozen=True)
class Printed:
    """pages: how many; pictures: how many pictures, of points or of lines, are in it; text: all that is drawn as letters."""

    pages: int
    pictures: int
    text: str


def read_pdf(content: bytes) -> Printed:
    """The printed pages."""
    objects = _objects(content)
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    pictures = sum(re.search(rb"/Subtype\s*/(Image|Form)\b", body) is not None for body in objects.values())
    letters = {number: _letters(objects, body) for number, body in objects.items() if b"/ToUnicode" in body}
    text = "\n".join(_text(objects, page, letters) for page in pages)
    return Printed(len(pages), pictures, text)


def _objects(content: bytes) -> dict[int, bytes]:
    """Number -> body, found by the table at the end, since anything may stand in pictures."""
    table = int(content[content.rindex(b"startxref") :].split()[1])
    starts = [int(entry) for entry in re.findall(rb"(\d{10}) \d{5} n", content[table:])]
    ends = dict(itertools.pairwise([*sorted(starts), table]))
    return {int(content[start : start + 20].split()[0]): content[start : ends[start]] for start in starts}


def _stream(body: bytes) -> bytes:
    match = _STREAM.search(body)
    if match is None:
        return b""
    return zlib.decompress(match[1]) if b"FlateDecode" in body[: match.start()] else match[1]


def _letters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    """Glyph -> what it means, as the font says."""
    match = re.search(rb"/ToUnicode (\d+) 0 R", font)
    assert match
    table = _stream(objects[int(match[1])]).decode("latin-1")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, letter in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(glyph, 16)] = bytes.fromhex(letter).decode("utf-16-be", "replace")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, letter in re.findall(
            r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block
        ):
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(int(letter, 16) + step)
    return found


def _text(objects: dict[int, bytes], drawing: bytes, letters: dict[int, dict[int, str]]) -> str:
    """What a page, or a drawing that it takes in, shows as letters."""
    fonts, inner = _named(objects, drawing, b"Font"), _named(objects, drawing, b"XObject")
    match = re.search(rb"/Contents (\d+) 0 R", drawing)
    drawn = _stream(objects[int(match[1])] if match else drawing).decode("latin-1")
    parts, known = [], dict[int, str]()
    for name, shown, form in re.findall(r"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]*)>|/(\w+) Do", drawn):
        if name:
            known = letters.get(fonts.get(name, 0), {})
            parts.append(" ")
        elif not form:
            parts.append(
                "".join(known.get(int(shown[at : at + 4], 16), "") for at in range(0, len(shown), 4))
            )
        elif re.search(rb"/Subtype\s*/Form\b", body := objects.get(inner.get(form, 0), b"")):
            parts.append(_text(objects, body, letters))
    return "".join(parts)


def _named(objects: dict[int, bytes], drawing: bytes, kind: bytes) -> dict[str, int]:
    """Name in the drawing -> number of the object of this kind that it has there."""
    match = re.search(rb"/Resources (\d+) 0 R", drawing)
    resources = objects[int(match[1])] if match else drawing
    block = re.search(rb"/" + kind + rb"\s*<<(.*?)>>", resources, re.DOTALL)
    found = re.findall(rb"/(\w+) (\d+) 0 R", block[1]) if block else []
    return {name.decode(): int(number) for name, number in found}
