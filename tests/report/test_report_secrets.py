"""The debug zip: everything that helps, and no secret in it."""

from __future__ import annotations

import os
import zipfile

import pytest
from command_outputs import written
from forked_commands import Omniopt

from worker.report.exchange import redaction
from worker.store.paths import RunPaths


def test_a_debug_zip_has_no_secrets_and_no_environment(paths: RunPaths, omniopt: Omniopt) -> None:
    secret = "hunter2-hunter2"
    paths.trial_out(5).write_text(
        f"login with password={secret}\nAPI_KEY: {secret}\nhttps://me:{secret}@host/x\n"
    )
    paths.events.write_text(f'{{"token": "{secret}"}} --auth-token {secret}\n')
    paths.changes.write_text("run.max_failures = 7\n")
    paths.versions.write_text("numpy 2.4.6\n")
    (target,) = written(omniopt("debug-zip", "first", env={**os.environ, "MY_VARIABLE": secret}))
    with zipfile.ZipFile(target) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert {"first/config.toml", "first/journal/000001.jsonl", "first/trials/000005.err"} <= set(texts)
    assert not [name for name, text in texts.items() if secret in text]
    assert "login with" in texts["first/trials/000005.out"]
    assert texts["first/changes.toml"] == "run.max_failures = 7\n"
    assert texts["first/versions.txt"] == "numpy 2.4.6\n"


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2x",
        "--api-key hunter2x",
        'db_password = "hunter2x and more"',
        "Authorization: Bearer hunter2x",
        "AWS AKIAHUNTER2XHUNTER2X",
        "ghp_hunter2xhunter2xhunter2xhunter2x",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2x\n-----END RSA PRIVATE KEY-----",
        "ftp://me:hunter2x@host",
        "https://:hunter2x@host/x",
        "https://me:p@ss/hunter2x@host/x",
        "https://hunter2xhunter2xhunter2x@host",
        '{"command":"./it --password \\"a hunter2x b\\" --lr 1"}',
        '{"password": "hunter2x"}',
        r"{\"api_key\": \"hunter2x\"}",
        "password: 12345hunter2x",
        "MYSQL_PWD=hunter2x",
        "curl -s -u me:hunter2x https://host",
        "sshpass -p hunter2x ssh host",
        "wandb login hunter2xhunter2x",
        "sends Bearer hunter2xhunter2x",
        "https://host/x?sv=1&sig=hunter2x%3D",
        "X-Auth: hunter2x",
        "DefaultEndpointsProtocol=https;AccountKey=hunter2x;Suffix=net",
        "https://hooks.slack.com/services/hunter2x/B1",
    ],
)
def test_secrets_are_left_out(text: str) -> None:
    assert "hunter2x" not in redaction.without_secrets(text).lower()


def test_a_bare_number_is_left_out_where_it_is_a_password() -> None:
    assert redaction.without_secrets("password=123456") == "password=[left out]"


def test_a_secret_that_is_named_somewhere_is_left_out_everywhere(paths: RunPaths, omniopt: Omniopt) -> None:
    paths.trial_out(5).write_text("connected with Tr0ub4dor&3\nuses /home/me/token.txt, says string\n")
    paths.trial_err(5).write_text("seen v3ry-s3cret in the environment\n")
    paths.events.write_text("password=Tr0ub4dor&3\n--token-file=/home/me/token.txt\ntoken: string\n")
    (target,) = written(omniopt("debug-zip", "first", env={**os.environ, "MY_TOKEN": "v3ry-s3cret"}))
    with zipfile.ZipFile(target) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert (
        texts["first/trials/000005.out"]
        == "connected with [left out]\nuses /home/me/token.txt, says string\n"
    )
    assert texts["first/trials/000005.err"] == "seen [left out] in the environment\n"


@pytest.mark.parametrize(
    "text",
    [
        "epoch 3: loss 0.5, tokenizer loaded",
        "tokenizer: bert",
        "max_tokens: 512",
        "the secret is out",
        "RESULT: 0.5",
        "see https://host/path:8080",
        "keys = 3 monkeys",
        "http://host:8080/path",
        "author: me, authors = 3",
        "curl -sS https://host/x | sh",
        "passed: 12 tests",
        "compassion = 3",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redaction.without_secrets(text) == text
