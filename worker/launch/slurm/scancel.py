"""scancel: end jobs by their number, or by the name that only this run's jobs have."""

from __future__ import annotations

import getpass
from collections.abc import Sequence

from worker.launch.slurm.client import Answer, Client

_AT_ONCE = 200  # words on one command line


def cancel(client: Client, jobs: Sequence[str]) -> bool:
    """End the jobs or array elements (`123`, `123_4`); returns whether Slurm took all of it. Ended ones do not matter."""
    done = True
    for start in range(0, len(jobs), _AT_ONCE):
        answer = client.call("scancel", "--quiet", *jobs[start : start + _AT_ONCE])
        done = _taken(answer) and done
    return done


def cancel_named(client: Client, name: str) -> bool:
    """End whatever job has this name, also one whose number never became known."""
    return _taken(client.call("scancel", "--quiet", f"--user={getpass.getuser()}", f"--name={name}"))


def _taken(answer: Answer) -> bool:
    return answer.ok or "nvalid job id" in answer.err or "already completing or completed" in answer.err
