"""Requests to the page, drawn at random from a seed: links, forms and configs of every format, of all sizes that it takes."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote, urlencode

from worker.spec.config_limits import LARGEST_BODY, PAGE
from worker.spec.fields import BY_QUERY, FIELDS
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameter_types import PARAMETER_TYPES

LONGEST_ADDRESS = 8000
_FORM = "application/x-www-form-urlencoded"
_BOUNDARY = "omniopt-fuzz"
# What takes most where it is quoted, escaped, counted, compared, or taken apart.
_FILLERS = (
    *'"&<\'\\,=.-9a($% \t\n', "\x01", "\u202e", "\u00e9", "\u4e2d", "\U0001f600", "\U000e0100", "\ufffd",
    "1,", "a,", "\\,", "a=1,", "($x)", "($x_1)", "$x_1 ", "(${a})", "[[", "{", '"a",', "a.b.", "'' ", '\\"', "0x",
    "1e999", "-1,", "--exclude=a\n", "--comment='a'\n", "1 2 ", "#SBATCH ", "<a>", "%(lr)", "{lr} ", "/", "~", "a;",
    "--config_file=", "--config_file=e30 ", "16G ", "1-00:00:00", "http://a/?",
)  # fmt: skip
_NUMBERS = (
    "0", "1", "-1", "3", "1e-9", "1e308", "1e309", "-1e999999999", "9" * 400, "9" * 5000, "0.1", "0x1F", "1_000", "nan",
    "inf", "1e-400", "0." + "3" * 400, "4503599627370497", "100000", "5e-324",
)  # fmt: skip
_TYPES = (*PARAMETER_TYPES, "hp.what", "")
_ROW_KEYS = ("name", "type", *(setting.query for setting in SETTINGS.values()))


@dataclass(frozen=True)
class Sent:
    """One request; kind: what it is, for the table of the worst ones."""

    kind: str
    method: str
    address: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def some(random: Random) -> Sent:
    """One request."""
    make = random.choice(_MAKERS)
    return make(random)


def _link(random: Random) -> Sent:
    query = urlencode(_pairs(random, random.choice((300, 2000, LONGEST_ADDRESS))))[: LONGEST_ADDRESS - 2]
    path = random.choice(("/", "/", "/config.toml", "/config.ini", "/config.json"))
    return Sent("link", "GET", f"{path}?{query}")


def _form(random: Random) -> Sent:
    pairs = _pairs(random, _size(random))
    if random.random() < 0.3:
        pairs.append(("action", random.choice(("add", "remove-0", "up-5", "down-99999", "update", "x"))))
    path = random.choice(("/", "/", "/preview", "/preview", "/config.toml", "/config.ini", "/config.json"))
    body = urlencode(pairs).encode()[:LARGEST_BODY]
    return Sent(f"form {path}", "POST", path, body, {"Content-Type": _FORM})


def _separators(random: Random) -> Sent:
    """Keys that mean nothing, very many."""
    piece = random.choice(("&", "a&", "a=&", "param_1_name&", "=&", "%&", "param_99_&"))
    size = random.choice((LONGEST_ADDRESS - 2, LARGEST_BODY))
    text = (piece * size)[:size]
    if size < LARGEST_BODY:
        return Sent("separators", "GET", f"/?{text}")
    return Sent("separators", "POST", "/preview", text.encode(), {"Content-Type": _FORM})


def _import(random: Random) -> Sent:
    name, text = random.choice(_TEXTS)(random)
    accept = {"Accept": random.choice(("application/json", "text/html", "*/*"))}
    way = random.randrange(3)
    if way == 0:
        return Sent(f"import {name}", "POST", "/import", text.encode("utf-8", "replace"), accept)
    form = _pairs(random, 2000) if random.random() < 0.5 else []
    if way == 1:
        body = urlencode([*form, ("config", text)], errors="replace").encode()[:LARGEST_BODY]
        return Sent(f"import {name}", "POST", "/import", body, {**accept, "Content-Type": _FORM})
    body = _multipart([*form, ("config", "")], text)[:LARGEST_BODY]
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    return Sent(f"import {name}", "POST", "/import", body, {**accept, "Content-Type": kind})


def _multipart(pairs: Sequence[tuple[str, str]], file: str) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="'
    parts = [f'{head}{quote(key)}"\r\n\r\n{text}\r\n' for key, text in pairs]
    parts.append(f'{head}file"; filename="a.toml"\r\n\r\n{file}\r\n--{_BOUNDARY}--\r\n')
    return "".join(parts).encode("utf-8", "replace")


def _parts(random: Random) -> Sent:
    """A body of very many parts, or of broken ones."""
    piece = random.choice(
        (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n',
            f"--{_BOUNDARY}\r\n",
            f"--{_BOUNDARY}\r\nA: b\r\n\r\n",
            f"\r\n--{_BOUNDARY[:-1]}",
            "\r\n",
            "--",
            "A: b\r\n",
        )
    )
    text = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="a"\r\n' + piece * (
        LARGEST_BODY // len(piece)
    )
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    path = random.choice(("/", "/preview", "/import"))
    return Sent("parts", "POST", path, text.encode()[:LARGEST_BODY], {"Content-Type": kind})


_MAKERS: Sequence[Callable[[Random], Sent]] = (
    *[_link] * 4, *[_form] * 8, *[_import] * 12, _separators, _parts,
)  # fmt: skip


def _size(random: Random) -> int:
    return random.choice((100, 2000, 10_000, PAGE.size - 1000, PAGE.size - 10, PAGE.size + 10, 2 * PAGE.size))


def _count(random: Random) -> int:
    return random.choice((0, 1, 5, 20, PAGE.parameters - 1, PAGE.parameters, PAGE.parameters + 1, 500))


def _text(random: Random, size: int) -> str:
    """A text of about so many bytes."""
    if random.random() < 0.1:  # letters that are all different
        return "".join(chr(random.choice((0x4E00, 0x1F300, 0xE000, 0x20000)) + n) for n in range(size // 4))
    filler = random.choice(_FILLERS)
    text: str = filler * max(1, size // len(filler.encode()))
    return random.choice(("", "", "a", "hp.", "./run ")) + text


def _value(random: Random, size: int) -> str:
    return random.choice(_NUMBERS) if size < 30 or random.random() < 0.3 else _text(random, size)


def _pairs(random: Random, size: int) -> list[tuple[str, str]]:
    """Keys and texts of a form, of about so many bytes in all."""
    count = _count(random)
    pairs = [("number_of_parameters", str(count))] if random.random() < 0.9 else []
    fields = list(BY_QUERY)
    if random.random() < 0.5:
        # Those that most is made of come most often.
        name = random.choice((*fields, *["workdir", "objective_program", "sbatch_lines", "seed"] * 6))
        pairs.append((name, _text(random, size)))
        size = 0
    for name in fields:
        if random.random() < 0.5:
            plain = random.choice(("a", "1", "x.y", "./run ($x_0) ($p1)", ""))
            pairs.append((name, plain if random.random() < 0.7 else _value(random, size // 40)))
    each = size // max(1, count * 3)
    for number in range(count):
        for key in _ROW_KEYS:
            if random.random() < 0.4:
                pairs.append((f"param_{number}_{key}", _setting(random, number, key, each)))
    if random.random() < 0.2:
        pairs.append((f"param_{random.choice((119, 120, 499, 1000, 99999))}_name", "x"))
    return pairs


def _setting(random: Random, number: int, key: str, size: int) -> str:
    if key == "type" and random.random() < 0.9:
        return random.choice(_TYPES)
    if key == "name" and random.random() < 0.7:
        return random.choice((f"p{number}", "same", f"x_{number + 1}", "a" * min(size + 1, 100)))
    return _value(random, size)


def _toml(random: Random) -> tuple[str, str]:
    lines: list[str] = []
    size = _size(random)
    for one in random.sample(FIELDS, random.randrange(len(FIELDS))):
        lines.append(f"[{one.section}]" if one.section not in str(lines) else "")
        lines.append(f"{one.key} = {random.choice(_NUMBERS)}")
    count = _count(random)
    for number in range(count):
        name = random.choice((f"p{number}", f'"{number}\\u202e"'))
        settings = [
            f"{key} = {json.dumps(_value(random, size // max(1, count * 3)))}"
            for key in (*SETTINGS, "other")
            if random.random() < 0.4
        ]
        lines += [f"[parameters.{name}]", f'type = "{random.choice(_TYPES)}"', *settings]
    return "toml", "\n".join(lines)


def _ini(random: Random) -> tuple[str, str]:
    size = _size(random)
    count = _count(random)
    originals = [one.original for one in FIELDS if one.original]
    lines = [
        "[DATA]",
        *(f"{key} = {_value(random, size // 20)}" for key in originals if random.random() < 0.6),
    ]
    lines += ["[DIMENSIONS]", f"dimensions = {count}"]
    for number in range(count):
        lines.append(f"range_generator_{number} = {random.choice(_TYPES)}")
        for setting in SETTINGS.values():
            if random.random() < 0.4:
                lines.append(f"{setting.original}_{number} = {_value(random, size // max(1, count * 3))}")
    return "ini", "\n".join(lines)


def _json(random: Random) -> tuple[str, str]:
    size = _size(random)
    count = _count(random)
    data = {
        one.original: _value(random, size // 20) for one in FIELDS if one.original and random.random() < 0.6
    }
    dimensions = [
        {
            "name": f"p{number}",
            "type": random.choice(_TYPES),
            **{key: _value(random, size // max(1, count * 3)) for key in SETTINGS if random.random() < 0.4},
        }
        for number in range(count)
    ]
    ascii_only = random.random() < 0.5
    return "json", json.dumps({"data": data, "dimensions": dimensions}, ensure_ascii=ascii_only)


def _repeated(random: Random) -> tuple[str, str]:
    """A piece of syntax as often as it fits, with another number each time."""
    start, piece = random.choice(
        (
            ("", "[parameters.a{0}]\nx=1\n"),
            ("", "[parameters.a{0}]\ntype='hp.choice'\nvalues=['a','a']\n"),
            ("[run]\n", "nam{0}=1\n"),
            ("[run]\n", "tasks_per_worke{0}='a'\n"),
            ("", "[run.a{0}]\n"),
            ("", "a.b.c.d{0}=1\n"),
            ("a" + ".a" * 900 + "=1\n", "a" + ".b" * 100 + "{0}=1\n"),
            ("a=", "["),
            ("a=", "{{a="),
            ("[run]\nname=", "9"),
            ("[run]\nname=0x", "f"),
            ("[search]\nseed=[", "-{0},"),
            ("[slurm]\nsbatch=[", "'a{0}',"),
            ("[slurm]\nsetup=[", "'''a\n''',"),
            ("[parameters.a]\ntype='hp.choice'\nvalues=[", "'a','a{0}',"),
            ("[parameters.a]\ntype='hp.choice'\nvalues=[", "{0},"),
            ("[parameters.a]\ntype='hp.choice'\nvalues=[", "1e9,"),
            ("[parameters.a]\ntype='hp.pchoice'\nvalues={{", "a{0}=1,"),
            ("[parameters.a]\ntype='hp.choiceint'\nmin=0\nmax=99999\n", "#"),
            ("[DATA]\n", "a{0}=1\n"),
            ("[DATA]\n", "a=1\n"),
            ("[DATA]\n", "hello{0}\n"),
            ("[DATA]\na=1\n", " b\n"),
            ("[DIMENSIONS]\n", "dim_{0}_name=a\n"),
            ("[DIMENSIONS]\n", "range_generator_1{0}=a\n"),
            ("[DIMENSIONS]\ndimensions=500\n", "#"),
            ("", "[a{0}]\n[DATA]\n"),
            ('{{"data":', "["),
            ("", '{{"a":'),
            ('{{"dimensions":[', "{{}},"),
            ("{{", '"a{0}":1,'),
            ("{{", '"a":1,'),
            ("?", "param_{0}_name=a&"),
            ("?objective_program=", "%F"),
            ("?param_0_type=hp.choice&param_0_values=", "{0},"),
            ("?param_0_type=hp.pchoice&param_0_values=", "a{0}=1,"),
            ("?sbatch_lines=", "--a%0A"),
            ("", "x"),
            ("eJ", "A"),
            ("omniopt start ", "eJ "),
            ("x --config_file=", "e30"),
            ("x --config_file=e30 --sbatch_command=", "a"),
            ("x --config_file=e30 ", "--workdir='' "),
            ("x --config_file=", "''"),
        )
    )
    text, number = start.format(), 0
    most = _size(random)
    while len(text) < most:
        text += piece.format(number)
        number += 1
    return "repeated " + (start + piece)[:40].replace("\n", "|"), text[:most]


def _token(random: Random) -> tuple[str, str]:
    """A token that holds more than its own length."""
    _, text = random.choice((_toml, _repeated))(random)
    content = text.encode("utf-8", "replace") * random.choice((1, 1, 40))
    return "token", base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def _pasted(random: Random) -> tuple[str, str]:
    """A command of the original's page."""
    _, text = random.choice((_ini, _json))(random)
    packed = base64.b64encode(text.encode("utf-8", "replace")).decode()
    return "pasted", f"bash omniopt.sh --workdir=/a --projectname=b --config_file={packed}"


_TEXTS: Sequence[Callable[[Random], tuple[str, str]]] = (
    _toml, _toml, _ini, _json, *[_repeated] * 6, _token, _pasted,
    lambda random: ("filler", _text(random, _size(random))),
)  # fmt: skip
