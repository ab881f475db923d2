"""What the page does not take: refused at once, with a small answer that says what to do; and the most that it takes."""

from __future__ import annotations

import base64
import json
import tempfile
import zlib
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.environment import Settings
from worker.spec.config_limits import MOST_FIELDS, PAGE
from worker.spec.formats import token

CLIENT = create_app(Settings()).test_client()
MANY = PAGE.parameters + 30


def refused(answer: TestResponse, *texts: str) -> None:
    """Fail unless the request was refused with a small answer that has the words and says what to do."""
    assert answer.status_code == 413
    assert len(answer.data) < 5_000
    for text in (*texts, PAGE.instead):
        assert text in answer.text


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def fields(count: int, **others: str) -> dict[str, str]:
    """A form with so many parameters."""
    rows = {f"param_{number}_name": f"p{number}" for number in range(count)}
    bounds = {f"param_{number}_value_max": "3" for number in range(count)}
    text = {"projectname": "many", "objective_program": "./run", "partition": ""}
    return {**text, "number_of_parameters": str(count), **rows, **bounds, **others}


TOO_MANY = {
    "toml": "\n".join(f"[parameters.p{number}]\nmax = 3" for number in range(MANY)),
    "a list in toml": "\n".join(f"[[parameters]]\nname = 'p{number}'\nmax = 3" for number in range(MANY)),
    "ini": "[DIMENSIONS]\n" + "\n".join(f"dim_{number}_name = p{number}" for number in range(MANY)),
    "json": json.dumps({"dimensions": [{"name": f"p{number}"} for number in range(MANY)]}),
    "link": "https://a.example/?" + "&".join(f"param_{number}_name=p{number}" for number in range(MANY)),
    "token": packed("\n".join(f"[parameters.p{number}]\nmax = 3" for number in range(MANY))),
    "command": "omniopt start "
    + packed("\n".join(f"[parameters.p{number}]\nmax = 3" for number in range(MANY))),
}
TOO_LONG = {
    "toml": "# " + "x" * PAGE.size,
    "letters of several bytes": "# " + "\u4e2d" * (PAGE.size // 3 + 1),
    "ini": "[DATA]\n" + "; x\n" * (PAGE.size // 4),
    "json": json.dumps({"data": {"objective_program": "x" * PAGE.size}}),
    "token": packed("# " + "x" * 900_000),
}
TOO_MANY_VALUES = {
    "toml": f"[parameters.a]\ntype = 'hp.choice'\nvalues = {list(range(PAGE.values + 1))}",
    "ini": "[DIMENSIONS]\nrange_generator_0 = hp.choice\noptions_0 = " + "1," * PAGE.values + "1",
    "link": "?param_0_type=hp.choice&param_0_values=" + "1," * PAGE.values + "1",
}
CASES = [
    *(pytest.param(text, f"{MANY} parameters", id=f"parameters, {kind}") for kind, text in TOO_MANY.items()),
    *(pytest.param(text, "bytes", id=f"size, {kind}") for kind, text in TOO_LONG.items()),
    *(
        pytest.param(text, f"{PAGE.values + 1:,} values", id=f"values, {kind}")
        for kind, text in TOO_MANY_VALUES.items()
    ),
]


@pytest.mark.parametrize("way", ["field", "file", "body"])
@pytest.mark.parametrize(("text", "word"), CASES)
def test_a_config_that_is_too_much(text: str, word: str, way: str) -> None:
    headers = {"Accept": "application/json"}
    if way == "body":
        answer = CLIENT.post("/import", data=text.encode(), headers=headers)
    else:
        data = {"config": text} if way == "field" else {"file": (BytesIO(text.encode()), "a.toml")}
        answer = CLIENT.post("/import", data=data, headers=headers, content_type="multipart/form-data")
    refused(answer, word)


@pytest.mark.parametrize(("text", "word"), CASES)
def test_the_form_stays_where_a_config_is_too_much(text: str, word: str) -> None:
    data = {"projectname": "typed_before", "config": text}
    answer = CLIENT.post("/import", data=data, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert 'value="typed_before"' in answer.text
    assert word in answer.text
    assert len(answer.data) < 90_000


def test_a_link_with_too_many_parameters() -> None:
    query = "&".join(f"param_{number}_name=p{number}" for number in range(MANY))
    for path in ("/", "/config.toml", "/config.ini", "/config.json"):
        refused(CLIENT.get(f"{path}?{query}"), f"{MANY} parameters")


@pytest.mark.parametrize("path", ["/", "/preview", "/config.toml", "/config.json"])
def test_a_form_that_is_too_much(path: str) -> None:
    refused(CLIENT.post(path, data=fields(MANY)), f"{MANY} parameters")
    refused(CLIENT.post(path, data={"objective_program": "x" * (PAGE.size + 1)}), f"{PAGE.size + 1:,} bytes")
    values = {"param_0_type": "hp.choice", "param_0_values": "1," * PAGE.values + "1"}
    refused(CLIENT.post(path, data=values), f"{PAGE.values + 1:,} values")
    refused(CLIENT.post(path, data={f"k{number}": "" for number in range(MOST_FIELDS + 1)}), "fields")


def test_who_sends_too_much_by_hand_is_told_that_it_is_not_lost() -> None:
    answer = CLIENT.post("/", data=fields(MANY))
    assert "Back button" in answer.text
    assert "Back button" not in CLIENT.get("/nowhere").text


@pytest.mark.parametrize("letter", ['"', "&", "<", "'", "\x01", "\u202e", "\U0001f600", "\\"])
def test_the_largest_answers_stay_small(letter: str) -> None:
    # Each letter is written many times over: in its field, in the config, in problems, and in three commands.
    each = (PAGE.size - 4_000) // PAGE.parameters // len(letter.encode())
    for key in ("name", "type", "value_max", "values"):
        texts = {f"param_{number}_{key}": letter * each for number in range(PAGE.parameters)}
        types = {f"param_{number}_type": "hp.choice" for number in range(PAGE.parameters) if key == "values"}
        for path in ("/", "/preview", "/config.json", "/config.ini"):
            answer = CLIENT.post(path, data=fields(PAGE.parameters, workdir="'" * 490, **types, **texts))
            assert answer.status_code == 200
            assert len(answer.data) < 1_000_000


@pytest.mark.parametrize("number", [PAGE.parameters, 499, 1000, 99999, 999_999_999])
def test_a_number_far_away_makes_no_parameters(number: int) -> None:
    body = f"param_{number}_name=x"
    for answer in (CLIENT.get(f"/?{body}"), CLIENT.post("/", data={f"param_{number}_name": "x"})):
        assert answer.status_code == 200
        assert len(answer.data) < 90_000
        assert f"a run on this page has 1 to {PAGE.parameters}." in answer.text
    problems = CLIENT.post("/preview", data={f"param_{number}_name": "x"}).get_json()["problems"]
    assert any(f"{number + 1:,} parameters are not possible" in problem["message"] for problem in problems)


def test_a_count_that_is_too_large_makes_no_parameters() -> None:
    for answer in (
        CLIENT.get("/?number_of_parameters=500"),
        CLIENT.post("/", data={"number_of_parameters": "500"}),
        CLIENT.post("/import", data={"config": "[DATA]\n[DIMENSIONS]\ndimensions = 500"}),
    ):
        assert len(answer.data) < 90_000
        assert "500 parameters are not possible" in answer.text


@pytest.mark.parametrize("count", [100, PAGE.parameters])
def test_as_many_parameters_as_the_page_takes(count: int) -> None:
    answer = CLIENT.post("/preview", data=fields(count)).get_json()
    assert answer["usable"]
    read = token.decode(next(word for word in answer["command"].split() if token.looks_like_token(word)))
    assert [parameter.name for parameter in read.draft.parameters] == [
        f"p{number}" for number in range(count)
    ]
    imported = CLIENT.post("/import", data={"config": answer["config"]}, headers={"Accept": "text/html"})
    assert f'value="p{count - 1}"' in imported.text
    assert len(imported.data) < 1_000_000


def test_no_parameter_is_added_beyond_the_last_possible() -> None:
    answer = CLIENT.post("/", data=fields(PAGE.parameters, action="add"))
    assert f"{PAGE.parameters + 1} parameters are not possible" in answer.text
    assert f'value="p{PAGE.parameters - 1}"' in answer.text


def test_kept_parameters_are_shown_again_before_there_are_too_many() -> None:
    # Parameters behind the shown ones are kept: adding one more would make them too many.
    sent = {**fields(PAGE.parameters), "number_of_parameters": "5", "action": "add"}
    answer = CLIENT.post("/", data=sent)
    assert answer.status_code == 200
    assert 'name="number_of_parameters" inputmode="numeric" value="6"' in answer.text
    assert f'value="p{PAGE.parameters - 1}"' in answer.text


def test_integers_are_listed_for_the_original_only_where_they_are_few() -> None:
    for kind in ("ini", "json"):
        query = "param_0_name=a&param_0_type=hp.choiceint&param_0_value_min=0&param_0_value_max="
        assert "0,1,2,3" in CLIENT.get(f"/config.{kind}?{query}3").text
        many = CLIENT.get(f"/config.{kind}?{query}90000")
        assert len(many.data) < 5_000
        assert "hp.choiceint" in many.text


def test_many_problems_of_a_kind_are_summed_up() -> None:
    wrong = {f"param_{number}_value_max": "x" for number in range(100)}
    answer = CLIENT.post("/preview", data={**fields(100), **wrong}).get_json()
    of_a_kind = [problem for problem in answer["problems"] if problem["field"].endswith("_value_max")]
    assert len(of_a_kind) == 20
    assert any(problem["message"] == "And 80 more of this kind." for problem in answer["problems"])
    assert answer["headline"].startswith("100 things")


@pytest.mark.parametrize("size", [100, PAGE.size - 100, 4 * PAGE.size - 1000, 600_000, 3_000_000])
def test_an_upload_needs_no_disk(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    text = '[run]\nname = "uploaded"\n# ' + "x" * size
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.toml"\r\n\r\n'
    body = head + text.encode() + b"\r\n--b--\r\n"
    for accept in ("application/json", "text/html"):
        answer = CLIENT.post(
            "/import", data=body, content_type="multipart/form-data; boundary=b", headers={"Accept": accept}
        )
        assert answer.status_code in (200, 413)
        assert ("uploaded" if size < PAGE.size - 50 else PAGE.instead) in answer.text


def test_letters_are_not_spelled_out_in_json() -> None:
    answer = CLIENT.post("/preview", data={"objective_program": "\U0001f600" * 100})
    assert "\U0001f600" * 100 in answer.text


def test_a_form_in_bytes_that_are_no_text(client: FlaskClient = CLIENT) -> None:
    for data in (b"projectname=\xff\xfe", b"\xff=\xfe", b"projectname=%FF%FE"):
        answer = client.post("/preview", data=data, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\u00e4",
        "multipart/form-data; boundary=" + "x" * 300,
        "multipart/form-data; boundary=other",
    ],
)
def test_a_broken_boundary(kind: str) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="projectname"\r\n\r\na\r\n--b--\r\n'
    for path in ("/", "/preview", "/import"):
        answer = CLIENT.open(
            path, method="POST", input_stream=BytesIO(body),
            environ_overrides={"CONTENT_TYPE": kind.encode().decode("latin-1"), "CONTENT_LENGTH": str(len(body))},
        )  # fmt: skip
        assert answer.status_code < 500


def test_what_a_shell_needs_quoted_does_not_swell_the_answer() -> None:
    for size in (490, 5_000, 9_000, 20_000):
        answer = CLIENT.post("/", data=fields(PAGE.parameters, workdir="'" * size))
        assert answer.status_code == 200
        assert len(answer.data) < 1_000_000
    assert "at most 500 are allowed" in answer.text
