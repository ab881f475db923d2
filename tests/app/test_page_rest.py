"""The functions for other programs: what they answer, what they refuse, and that their description is true."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_client import CLIENT, GOOD

from app.openapi import BASE
from worker.spec.check import check
from worker.spec.config_limits import PAGE
from worker.spec.fields import FIELDS
from worker.spec.formats import any_config, toml, url
from worker.spec.parameter_settings import SETTINGS
from worker.spec.parameter_types import PARAMETER_TYPES
from worker.spec.run import Draft

CONFIG: Mapping[str, Any] = {
    "run": {"name": "first", "objective": "./train ($lr)", "workdir": "/tmp"},
    "parameters": {"lr": {"type": "real", "min": 0, "max": 1}},
}
DESCRIPTION = CLIENT.get(f"{BASE}/openapi.json").get_json()
POSTS = [path for path, methods in DESCRIPTION["paths"].items() if "post" in methods]
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)


def tables(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of JSON, whose keys often are those of a config."""
    known = [*(field.key for field in FIELDS), *SETTINGS, "run", "search", "slurm", "parameters", "type"]
    return st.dictionaries(st.sampled_from(known) | st.text(max_size=5), values, max_size=4)


JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | tables(inner), max_leaves=8)


def post(function: str, body: object, status: int = 200) -> dict[str, Any]:
    answer = CLIENT.post(f"{BASE}{function}", json=body)
    assert answer.status_code == status
    content: dict[str, Any] = answer.get_json()
    return content


def as_described(content: object, schema: Mapping[str, Any]) -> bool:
    """Whether an answer has the keys and the types of its description."""
    if "$ref" in schema:
        schema = DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    types: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "null": type(None),
    }
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if kinds == ["object"]:
        inner = schema["properties"]
        return (
            isinstance(content, dict)
            and content.keys() == inner.keys() == set(schema["required"])
            and all(as_described(content[key], inner[key]) for key in inner)
        )
    if kinds == ["array"]:
        return isinstance(content, list) and all(as_described(item, schema["items"]) for item in content)
    named = "enum" not in schema or content in schema["enum"]
    return named and any(isinstance(content, types[kind]) for kind in kinds)


def schema_of(path: str, method: str, status: int) -> Mapping[str, Any]:
    responses = DESCRIPTION["paths"][path][method]["responses"]
    schema: Mapping[str, Any] = responses[str(status)]["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize("path", ["/fields", "/partitions"])
def test_what_there_is_is_answered_as_described(path: str) -> None:
    answer = CLIENT.get(f"{BASE}{path}")
    assert answer.status_code == 200
    assert as_described(answer.get_json(), schema_of(path, "get", 200))


def test_every_field_and_type_is_there() -> None:
    answer = CLIENT.get(f"{BASE}/fields").get_json()
    assert [field["path"] for field in answer["fields"]] == [field.path for field in FIELDS]
    assert {kind["name"]: len(kind["settings"]) for kind in answer["parameter_types"]} == {
        name: len(kind.known) for name, kind in PARAMETER_TYPES.items()
    }


def test_a_config_gives_the_command_of_the_page() -> None:
    page = CLIENT.post("/preview", data=GOOD).get_json()
    answer = post("/command", {"text": page["config"]})
    assert answer["usable"] and not answer["problems"]
    for key in ("command", "command_try", "command_long", "command_installed", "command_local", "url"):
        assert answer[key] and answer[key] == page[key]
    assert answer["command_file"] == page["command_file"]


def test_an_object_and_its_text_are_the_same_config() -> None:
    text = post("/config", {"config": CONFIG})["text"]
    assert (
        check(toml.read(text).draft).run == check(toml.of_document(json.loads(json.dumps(CONFIG))).draft).run
    )
    assert post("/command", {"text": text}) == post("/command", {"config": CONFIG})
    for name in ("ini", "json"):
        other = post("/config", {"config": CONFIG, "format": name})["text"]
        assert any_config.read_any(other).draft.parameters[0].name == "lr"


def test_a_config_with_an_error_has_no_command_but_a_link() -> None:
    answer = post("/command", {"config": {**CONFIG, "run": {"name": "a b", "objective": "./train ($lr)"}}})
    assert not answer["usable"]
    assert {text for key, text in answer.items() if key.startswith("command")} == {""}
    assert [problem["path"] for problem in answer["problems"]] == ["run.name"]
    assert url.read(answer["url"].partition("?")[2]).draft.values["run.name"] == "a b"


def test_the_jobs_of_a_config_are_said() -> None:
    answer = post("/validate", {"config": {**CONFIG, "slurm": {"cpus": 3}}})
    assert answer["usable"]
    assert "#SBATCH --cpus-per-task=3" in answer["job"].splitlines()


def test_a_program_is_read_and_what_is_none_is_said() -> None:
    answer = post(
        "/scan", {"text": "usage: t.py [--lr LR]\n\n  --lr LR  rate (default: 0.1)\n", "program": "./t"}
    )
    assert answer["usable"]
    draft: Draft = toml.read(answer["text"]).draft
    assert draft.values["run.objective"] == "./t --lr=($lr)"
    answer = post("/scan", {"text": "nothing"})
    assert (answer["usable"], answer["text"]) == (False, "")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("data", "kind", "status", "where"),
    [
        (b"{}", "text/plain", 415, ""),
        (b"{}", "", 415, ""),
        (b'{"confg": {}}', "application/json", 400, "confg"),
        (b'{"text": 3}', "application/json", 400, "text"),
        (b"[]", "application/json", 400, ""),
        (b"", "application/json", 400, ""),
        (b'{"text": NaN}', "application/json", 400, ""),
        (b'{"text": "a", "text": "b"}', "application/json", 400, ""),
        (b'{"text": "\\ud800"}', "application/json", 400, ""),
        (b"[" * 30_000, "application/json", 413, ""),
        (b"[" * 20_000, "application/json", 400, ""),
        (b"\xff\xfe", "application/json", 400, ""),
        (b'{"text": ' + b"1" * 5000 + b"}", "application/json", 400, ""),
        (b'{"text": "' + b"x" * PAGE.size + b'"}', "application/json", 413, ""),
    ],
)
def test_what_is_not_sent_as_described_is_refused(
    path: str, data: bytes, kind: str, status: int, where: str
) -> None:
    answer = CLIENT.post(f"{BASE}{path}", data=data, content_type=kind)
    assert answer.status_code == status
    assert as_described(answer.get_json(), schema_of(path, "post", status))
    assert answer.get_json()["problems"][0]["path"] == where


@pytest.mark.parametrize(
    ("config", "where"),
    [
        ({"run": {"nam": "x"}}, "run.nam"),
        ({"rn": {}}, "rn"),
        ({"run": 3}, "run"),
        ({"parameters": 3}, "parameters"),
        ({"parameters": {"x": 3}}, "parameters.0"),
        ({"parameters": {"x": {"mn": 3}}}, "parameters.0.mn"),
        ({"parameters": [{"name": "x"}, {"nme": "y"}]}, "parameters.1.nme"),
    ],
)
def test_a_key_that_no_config_has_is_named(config: object, where: str) -> None:
    [problem] = post("/validate", {"config": config}, 400)["problems"]
    assert problem["path"] == where


def test_an_address_with_keys_is_refused() -> None:
    answer = CLIENT.get(f"{BASE}/fields?page=2")
    assert answer.status_code == 400
    assert answer.get_json()["problems"][0]["path"] == "page"


@given(
    st.sampled_from(POSTS),
    tables(JSON)
    | st.fixed_dictionaries({"config": tables(tables(JSON))})
    | st.fixed_dictionaries({"text": st.text(max_size=30)}),
)
def test_whatever_is_sent_is_answered_as_described(path: str, body: object) -> None:
    answer = CLIENT.post(f"{BASE}{path}", json=body)
    assert answer.status_code in (200, 400, 413)
    content = answer.get_json()
    assert as_described(content, schema_of(path, "post", answer.status_code))
    if not content.get("usable"):
        assert any(problem["severity"] == "error" for problem in content["problems"])
