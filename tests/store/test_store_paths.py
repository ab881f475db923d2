"""The workdir as people type it."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.errors import UsageError
from worker.store.paths import Home


@pytest.mark.parametrize(
    ("typed", "folder"),
    [
        ("", "{here}"),
        ("runs", "{here}/runs"),
        ("/scratch/my runs/", "/scratch/my runs"),
        ("~", "{home}"),
        ("~/runs", "{home}/runs"),
        ("$HOME/runs", "{home}/runs"),
        ("${HOME}", "{home}"),
        ("/a/$HOME", "/a/$HOME"),
    ],
)
def test_workdirs(typed: str, folder: str, workdir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(workdir)
    monkeypatch.setenv("HOME", "/home/me")
    expected = folder.format(here=workdir.resolve(), home="/home/me")
    assert Home.for_workdir(typed).root == Path(expected, "omniopt")


def test_the_home_of_nobody_known() -> None:
    with pytest.raises(UsageError, match="there is no such user"):
        Home.for_workdir("~nobody-of-this-name/runs")
