"""A launcher that starts nothing, for tests that need one and have no agents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.launch.launcher import AgentReport
from worker.spec.problem import Problem
from worker.store.outbox_messages import Heard


class IdleLauncher:
    """Takes every call and does nothing; tests say what is different."""

    trouble = ""
    takes_no_more = False
    hopeless: Problem | None = None

    def start(self, count: int) -> Sequence[str]:
        return []

    def poll(self) -> Mapping[str, AgentReport]:
        return {}

    def stop(self, identities: Sequence[str]) -> None:
        pass

    def note(self, identity: str, message: Heard) -> None:
        pass

    def close(self) -> None:
        pass
