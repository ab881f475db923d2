"""Folders that others can change: nothing in them is run before the person has agreed, as `worker.spec.guard` finds them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from worker.cli import prompts
from worker.errors import OmnioptError
from worker.spec.guard import AGREED, STRANGERS, TRUST
from worker.spec.text import visible
from worker.store.paths import RunPaths

_MOST = 5  # lines


def agree_to_new(folder: Path) -> None:
    """Ask where others could change what will be made in `folder`. Raises OmnioptError unless the person agrees."""
    _agree(_find("strangers_before", str(folder)))


def agree_to_run(paths: RunPaths) -> None:
    """Ask where others could have changed what a run does next. Raises OmnioptError unless the person agrees."""
    parts = (paths.config, paths.changes, paths.started_in, paths.journals, paths.agents, paths.commands)
    _agree(_find("strangers_of", str(paths.root), *(part.name for part in parts)))


def _find(finder: str, *arguments: str) -> list[tuple[str, str]]:
    """What others can change, each with why."""
    script = f'{STRANGERS}\n{finder} "$@"'
    done = subprocess.run(
        ["/bin/sh", "-c", script, "omniopt", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
    )
    lines = os.fsdecode(done.stdout).splitlines()
    if done.returncode != 0:
        raise OmnioptError(f"Cannot determine who can change {visible(arguments[0])}; see ls -ld.")
    return [(path, why) for path, _, why in (line.partition("\t") for line in lines)]


def _agree(changeable: list[tuple[str, str]]) -> None:
    if not changeable:
        return
    print("Other users could change, or have changed, what runs here as you:")
    for path, why in changeable[:_MOST]:
        print(f"  {visible(path)} {visible(why)}.")
    if len(changeable) > _MOST:
        print(f"  and {len(changeable) - _MOST} more.")
    if not prompts.somebody_there():
        reason = "There is no terminal to ask whether to use it; nothing was run."
    elif prompts.choose("Use it anyway? [y/N] ", prompts.YES_OR_NO):
        agreed = [os.environ.get(AGREED, ""), *("\t".join(path_and_reason) for path_and_reason in changeable)]
        os.environ[AGREED] = "\n".join(agreed)
        return
    else:
        reason = "Nothing was run."
    raise OmnioptError(
        f"{reason} Use a workdir that nobody else can write to, or close yours to others (chmod go-w). If "
        f"you trust these people: export {TRUST}=FOLDER (several: FOLDER:FOLDER), then run the same "
        "command again."
    )
