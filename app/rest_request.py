"""What the functions for other programs are sent: a JSON object with known keys, and a config in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any, NoReturn

from flask import Request

from app.catalogue import Catalogue
from worker.spec.config_limits import PAGE, TooMuchError
from worker.spec.fields import FIELDS, SECTIONS
from worker.spec.formats import any_config, toml
from worker.spec.formats.input_limits import MOST_PROBLEMS, text_of
from worker.spec.parameter_settings import SETTINGS
from worker.spec.problem import Problem, UnreadableError, did_you_mean
from worker.spec.run import ReadResult
from worker.spec.text import quoted, shown, visible

CONFIG, TEXT = "config", "text"
SOURCES = (CONFIG, TEXT)
_JSON = "application/json"

PARAMETERS = "parameters"
PARAMETER_KEYS = ("type", *SETTINGS)
LISTED_KEYS = ("name", *PARAMETER_KEYS)  # where the parameters are a list
# The keys of each table of a config, those of earlier versions included.
KEYS: Mapping[str, tuple[str, ...]] = {
    section: tuple(
        path.partition(".")[2]
        for field in FIELDS
        for path in (field.path, field.former)
        if path.startswith(f"{section}.")
    )
    for section in SECTIONS
}


class RefusedError(Exception):
    """A request that is not answered; status: of the answer. problems: why not."""

    def __init__(self, status: int, *problems: Problem) -> None:
        super().__init__(str(status))
        self.status = status
        self.problems = problems


def check_query(request: Request) -> None:
    """Raises RefusedError where the address has keys, as none of these functions knows any."""
    for key in request.args:
        raise RefusedError(400, Problem(visible(key), "This key has no meaning here.", "Leave it out."))


def read_object(request: Request, known: Collection[str]) -> dict[str, Any]:
    """The JSON object in the body of `request`, all keys of which are `known`. Raises RefusedError and TooMuchError."""
    if request.mimetype != _JSON:
        sent = f"not {shown(request.mimetype)}" if request.mimetype else "and this request names none"
        problem = Problem("", f"The content type must be {_JSON}, {sent}.", f"Send Content-Type: {_JSON}.")
        raise RefusedError(415, problem)
    found = _parsed(request.get_data(cache=False))
    if not isinstance(found, dict):
        raise RefusedError(400, Problem("", "The body must be a JSON object.", 'Send {"config": {...}}.'))
    if unknown := [_meaningless(key, key, known) for key in found if key not in known]:
        raise RefusedError(400, *unknown[:MOST_PROBLEMS])
    return found


def _parsed(data: bytes) -> object:
    try:
        text = text_of(data)
        PAGE.check_size(len(data))
        found: object = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()  # raises UnicodeError for half characters
    except TooMuchError:
        raise
    except UnreadableError as error:
        raise RefusedError(400, *error.problems) from error
    except RecursionError as error:
        raise RefusedError(400, Problem("", "This is nested too deeply.")) from error
    except ValueError as error:
        problem = Problem(
            "", f"This is not valid JSON: {visible(str(error))}.", "Send what a JSON library writes."
        )
        raise RefusedError(400, problem) from error
    return found


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON in which every key stands once. Raises ValueError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {quoted(twice)} stands in an object more than once")
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def text_in(found: Mapping[str, Any], key: str) -> str:
    """The text at `key`. Raises RefusedError where there is none."""
    value = found.get(key)
    if not isinstance(value, str):
        problem = Problem(key, "This must be a text." if key in found else "This is missing.")
        raise RefusedError(400, problem)
    return value


def read_config(found: Mapping[str, Any], catalogue: Catalogue) -> ReadResult:
    """The config in a body. Raises RefusedError where it is not sent as it must be, UnreadableError where it is none."""
    if sum(key in found for key in SOURCES) != 1:
        problem = Problem(
            CONFIG,
            "Exactly one config is needed.",
            f"Send it as an object ({quoted(CONFIG)}) or as a text ({quoted(TEXT)}).",
        )
        raise RefusedError(400, problem)
    if TEXT in found:
        return any_config.read_any(text_in(found, TEXT), catalogue.known_partitions, PAGE)
    if misplaced := list(islice(_misplaced(found[CONFIG]), MOST_PROBLEMS)):
        raise RefusedError(400, *misplaced)
    return toml.of_document(found[CONFIG], PAGE)


def _misplaced(config: object) -> Iterator[Problem]:
    """Tables and keys that no config has, whatever its values are."""
    if not isinstance(config, dict):
        yield Problem(CONFIG, "This must be an object.", "It has the tables of a config file.")
        return
    for section, table in config.items():
        if section == PARAMETERS:
            yield from _misplaced_settings(table)
        elif section not in KEYS:
            yield _meaningless(section, section, (*KEYS, PARAMETERS))
        elif not isinstance(table, dict):
            yield Problem(section, "This must be an object.", "It has the values of the section.")
        else:
            yield from (
                _meaningless(f"{section}.{key}", key, KEYS[section])
                for key in table
                if key not in KEYS[section]
            )


def _misplaced_settings(tables: object) -> Iterator[Problem]:
    if not isinstance(tables, (dict, list)):
        yield Problem(PARAMETERS, "This must be an object.", "It has a table for each parameter.")
        return
    listed = isinstance(tables, list)
    known = LISTED_KEYS if listed else PARAMETER_KEYS
    for index, table in enumerate(tables if isinstance(tables, list) else tables.values()):
        path = f"{PARAMETERS}.{index}"
        if isinstance(table, dict):
            yield from (_meaningless(f"{path}.{key}", key, known) for key in table if key not in known)
        else:
            yield Problem(path, "This must be an object.", "It has the settings of the parameter.")


def _meaningless(path: str, key: str, known: Collection[str]) -> Problem:
    return Problem(visible(path), f"{quoted(key)} has no meaning here.", did_you_mean(key, known))
