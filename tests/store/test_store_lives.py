"""The names of an agent whose job is started again."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from worker.store import lives
from worker.store.paths import RunPaths

FIRST = st.builds("{}{}-{}-{}".format, st.sampled_from("je"), st.integers(0), st.integers(1), st.integers(0))


@given(FIRST, st.integers(0, 10**6))
def test_a_life_names_the_first_one_its_number_and_its_place(first: str, number: int) -> None:
    name = lives.named(first, number)
    assert lives.split(name) == (first, number)
    assert lives.index(name) == int(first.rpartition("-")[2])


@given(st.text())
def test_any_other_name_is_a_first_life(name: str) -> None:
    first, number = lives.split(name)
    assert lives.named(first, number) == name


def said(paths: RunPaths, identity: str, words: str = "hello") -> None:
    """An agent has said something; with no words, a driver has only made the file for it."""
    outbox = paths.agent(identity).outbox
    outbox.parent.mkdir(parents=True)
    outbox.write_text(words)


def test_a_job_that_is_started_again_is_the_next_agent_that_never_spoke(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path)
    assert lives.begun_again(paths) == []
    assert lives.next_to_begin(paths, "j1-1-2") == lives.newest_begun(paths, "j1-1-2") == "j1-1-2"
    said(paths, "j1-1-2")
    said(paths, "j1-1-2r1", words="")
    assert lives.next_to_begin(paths, "j1-1-2") == "j1-1-2r1"
    assert lives.newest_begun(paths, "j1-1-2") == "j1-1-2"
    assert lives.begun_again(paths) == []
    paths.agent("j1-1-2r1").outbox.write_text("hello")
    assert lives.next_to_begin(paths, "j1-1-2") == "j1-1-2r2"
    assert lives.newest_begun(paths, "j1-1-2") == "j1-1-2r1"
    assert lives.begun_again(paths) == ["j1-1-2r1"]
