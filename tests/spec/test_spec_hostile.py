"""Whatever text is given to a reader: it is read, or refused with an UnreadableError, soon and in visible words."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec_strategies import drafts, texts, wild_drafts

from worker.spec.check import check, check_read
from worker.spec.fields import FIELDS
from worker.spec.formats import any_config, original, original_writer, token, toml, url
from worker.spec.formats.input_limits import LONGEST_INPUT, text_of
from worker.spec.problem import UnreadableError, has_errors
from worker.spec.run import Draft, ParameterDraft, ReadResult
from worker.spec.text import encodable, invisible

READERS: dict[str, Callable[[str], ReadResult]] = {
    "toml": toml.read,
    "ini": original.read_ini,
    "json": original.read_json,
    "url": url.read,
    "token": token.decode,
    "any": any_config.read_any,
}
every_reader = pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))


def survives(read: Callable[[str], ReadResult], text: str) -> None:
    """Fail unless `text` is read or refused, and everything said about it is visible and short."""
    try:
        result = read(text)
    except UnreadableError as error:
        problems = error.problems
    else:
        problems = check_read(result).problems
        for write in (toml.write, url.write, original_writer.write_ini, original_writer.write_json):
            write(result.draft).encode()
    for problem in problems:
        assert not invisible(problem.path + problem.message + problem.hint)
        assert len(str(problem)) < 2000
        assert problem.hint


WORDS = (
    "[ ] [[ ]] { } = : , . \" ' # & ? % + \\ ($x_0) int($a) [DATA] [DIMENSIONS] [run] [parameters.x] [parameters] "
    "dimensions type values hp.choice hp.pchoice hp.uniform hp.choiceint param_0_type param_1_values param_0_value_max "
    "number_of_parameters mu_0 dim_0_name range_generator_0 options_0 data name max min objective run.name "
    "1 0 -1 1e999 nan inf true null 2026-01-01 07:00:00 0x10 99999999999999999999 a=1,b=2 https://a.b/?"
)
CONTROLS = ("\n", "\t", "\r", "\x00", "\x1b[0m", "\u202e", "\ufffd", " ")
KEYS = [key for field in FIELDS for key in (field.query, field.path, field.original)]
words = st.sampled_from([*WORDS.split(), *CONTROLS, *KEYS])
soups = st.lists(words | texts, max_size=30).map("".join) | st.lists(words | texts, max_size=30).map(" ".join)


@every_reader
@given(text=texts | soups | st.text())
def test_arbitrary_text(read: Callable[[str], ReadResult], text: str) -> None:
    survives(read, text)


@every_reader
@given(draft=drafts() | wild_drafts, data=st.data())
def test_damaged_configs(read: Callable[[str], ReadResult], draft: Draft, data: st.DataObject) -> None:
    write = data.draw(
        st.sampled_from(
            [toml.write, url.write, original_writer.write_ini, original_writer.write_json, token.encode]
        )
    )
    text = write(draft)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    survives(read, text[:start] + data.draw(texts | words) + text[end:])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                texts
                | st.sampled_from(["data", "DIMENSIONS", "dimensions", "name", "options", "seed", "min"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_json(document: object) -> None:
    survives(original.read_json, json.dumps(document))
    survives(any_config.read_any, json.dumps({"data": document, "dimensions": document}))


@given(wild_drafts)
def test_any_draft_can_be_checked(draft: Draft) -> None:
    checked = check(draft)
    assert (checked.run is None) == has_errors(checked.problems)
    for problem in checked.problems:
        assert not invisible(problem.path + problem.message + problem.hint)
        assert problem.message
        assert problem.hint


@every_reader
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[" * 100_000, id="nested arrays"),
        pytest.param("a=" + "[" * 100_000, id="nested values"),
        pytest.param("a=" + "{a=" * 100_000, id="nested tables"),
        pytest.param('{"a":' * 100_000, id="nested objects"),
        pytest.param('{"data":' + "[" * 900 + "]" * 900 + "}", id="nested as deep as the parser lets"),
        pytest.param('{"data":{"seed":' + "[" * 900 + "]" * 900 + "}}", id="nested seeds"),
        pytest.param('{"data":{"range_generator_name":' + "[" * 900 + "]" * 900 + "}}", id="nested type"),
        pytest.param("[run]\nname=" + "[" * 300 + "]" * 300, id="nested name"),
        pytest.param("[parameters.a]\ntype=" + "[" * 300 + "]" * 300, id="nested parameter type"),
        pytest.param("[parameters]\na={" + "b={" * 100 + "}" * 101, id="nested parameter"),
        pytest.param("a" + ".a" * 400_000 + "=1", id="key of many parts"),
        pytest.param('"="' + '."="' * 200_000 + "=1", id="quoted key of many parts"),
        pytest.param("\n".join(f"{'a.' * 900}b{index}=1" for index in range(500)), id="many long keys"),
        pytest.param("\n".join(f"[run.a{index}]" for index in range(60_000)), id="many tables"),
        pytest.param(
            "\n".join(f"[parameters.a{index}]\nx=1" for index in range(30_000)), id="many parameters"
        ),
        pytest.param("[run]\n" + "\n".join(f"nam{index}=1" for index in range(60_000)), id="many keys"),
        pytest.param("[run]\nname=" + "9" * 900_000, id="long number"),
        pytest.param("[run]\nname=0x" + "f" * 900_000, id="long hexadecimal number"),
        pytest.param("[parameters.a]\nmax=0x" + "f" * 900_000, id="long hexadecimal setting"),
        pytest.param("[DATA]\n" + "a" + " " * 900_000 + "b", id="long ini line of blanks"),
        pytest.param("[DATA]\na=1\n" + "  b\n" * 200_000, id="ini value of many lines"),
        pytest.param("[DATA]\n" + "\n".join(f"a{index}=1" for index in range(60_000)), id="many ini keys"),
        pytest.param("[DATA]\n" + "a=1\n" * 200_000, id="one ini key many times"),
        pytest.param("[DIMENSIONS]\ndimensions=1000000000", id="very many dimensions"),
        pytest.param("[DIMENSIONS]\ndim_999999999_name=a", id="very large dimension"),
        pytest.param('{"dimensions":[' + ",".join(["{}"] * 200_000) + "]}", id="many objects"),
        pytest.param('{"dimensions":[' + ",".join(["1"] * 200_000) + "]}", id="many non-objects"),
        pytest.param("{" + ",".join(f'"a{index}":1' for index in range(60_000)) + "}", id="many json keys"),
        pytest.param("number_of_parameters=1000000000", id="very many parameters"),
        pytest.param("number_of_parameters=" + "9" * 900_000, id="long number of parameters"),
        pytest.param("number_of_parameters=-1", id="negative number of parameters"),
        pytest.param("param_999999999_name=a", id="very large parameter"),
        pytest.param("param_" + "9" * 900_000 + "_name=a", id="parameter with a long number"),
        pytest.param("&".join(f"param_{index}_name=a" for index in range(40_000)), id="many url parameters"),
        pytest.param("&" * 900_000, id="many separators"),
        pytest.param("objective_program=" + "%" * 900_000, id="broken percent signs"),
        pytest.param("objective_program=" + "%FF" * 300_000, id="no UTF-8"),
        pytest.param("param_0_type=hp.choice&param_0_values=" + "," * 900_000, id="many empty values"),
        pytest.param("param_0_type=hp.choice&param_0_values=" + "\\" * 900_000, id="many backslashes"),
        pytest.param("param_0_type=hp.choice&param_0_values=" + "\\," * 400_000, id="many escaped commas"),
        pytest.param("param_0_type=hp.pchoice&param_0_values=" + "=" * 900_000, id="many equals signs"),
        pytest.param("objective_program=" + "(%24x)" * 1600 + "&number_of_parameters=500", id="undefined"),
        pytest.param("\ud800", id="half a character"),
        pytest.param('{"data":{"projectname":"\\ud800","\\udfff":1}}', id="half a character in json"),
        pytest.param("a" * (LONGEST_INPUT + 1), id="too long"),
        pytest.param("", id="empty"),
        pytest.param("\ufeff", id="only a byte order mark"),
        pytest.param("\x00", id="nul"),
    ],
)
def test_the_zoo(read: Callable[[str], ReadResult], text: str) -> None:
    survives(read, text)


def token_of(content: bytes) -> str:
    """A token with any content."""
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


GOOD = token.encode(Draft({"run.name": "my_run", "run.objective": "./run ($x_0)"}, (ParameterDraft("a"),)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(token_of(b"a" * 100_000_000), "holds more than", id="bomb"),
        pytest.param(token_of(b"\xff\xfe"), "contains no text", id="bytes"),
        pytest.param(token_of(b"hello"), "contains no config", id="no TOML"),
        pytest.param(GOOD[:-1], "is damaged", id="last letter missing"),
        pytest.param(GOOD[:-8], "its end is missing", id="end missing"),
        pytest.param(GOOD[:20] + GOOD[24:], "is damaged", id="middle missing"),
        pytest.param(GOOD + "AAAA", "its end is missing or wrong", id="something behind it"),
        pytest.param(GOOD[0] + GOOD, "is damaged", id="first letter doubled"),
        pytest.param(GOOD[:8] + "\n" + GOOD[8:], "U+000A", id="line break"),
        pytest.param(GOOD[:8] + "+" + GOOD[8:], "U+002B", id="letter of plain base64"),
        pytest.param(GOOD[:8] + "\u200b" + GOOD[8:], "U+200B", id="zero width space"),
        pytest.param("", "is damaged", id="empty"),
    ],
)
def test_tokens_that_are_none(text: str, message: str) -> None:
    with pytest.raises(UnreadableError, match=message.replace("+", r"\+")):
        token.decode(text)


@given(st.data())
def test_a_token_with_a_wrong_letter_is_not_taken_for_another_config(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(GOOD) - 1))
    letter = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
    try:
        read = token.decode(GOOD[:position] + letter + GOOD[position + 1 :])
    except UnreadableError:
        return
    assert read == token.decode(GOOD)  # the same letter, or one that differs in bits that carry nothing


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    try:
        text = text_of(data)
    except UnreadableError:
        return
    assert encodable(text) == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfea\x00", "UTF-16"),
        (b"\x7fELF\x00\x01", "binary"),
        (b'[run]\nname = "\xe4"\n', "line 2"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableError, match=message):
        text_of(data)


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert text_of(b"\xef\xbb\xbf[run]") == "[run]"
    assert toml.read('\ufeff[run]\nname = "a"').draft.values == {"run.name": "a"}
