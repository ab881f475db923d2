"""The token reaches a program byte for byte through every shell, without any quoting."""

from __future__ import annotations

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st
from shells import INTERACTIVE, in_shells
from spec_strategies import drafts, wild_drafts

from worker.spec.check import check
from worker.spec.formats import token, toml
from worker.spec.run import Draft


@in_shells
@settings(max_examples=15)
@given(configs=st.lists(drafts() | wild_drafts, min_size=1, max_size=5))
def test_tokens_through_a_shell(shell: str, configs: list[Draft]) -> None:
    command = "printf '%s\\n' " + " ".join(map(token.encode, configs))
    done = subprocess.run([shell, "-c", command], capture_output=True, text=True, check=True)
    arrived = done.stdout.splitlines()
    assert arrived == [token.encode(draft) for draft in configs]
    for text, draft in zip(arrived, configs, strict=True):
        read = token.decode(text).draft
        assert toml.write(read) == toml.write(toml.read(toml.write(draft)).draft)
        if check(draft).run is not None:
            assert check(read).run == check(draft).run


@in_shells
def test_a_token_typed_into_an_interactive_shell(shell: str) -> None:
    text = token.encode(Draft({"run.name": "a", "run.objective": "echo '$(id)' \"`id`\" !! #"}))
    typed = f"printf '%s\\n' {text}\nexit\n"
    done = subprocess.run(
        [shell, *INTERACTIVE[shell]],
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert text in done.stdout.splitlines()
