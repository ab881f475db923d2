"""The agents of one driver as its assignments have them: who has answered, who leaves, who holds which trials."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, field

MOST_HELD = 2  # trials at one agent: one that runs, and the next one


@dataclass(slots=True)
class Member:
    """An agent: `ready` once it has answered to this driver, `leaving` once it takes no more. ends_at: seconds since 1970, by the driver's clock."""

    identity: str
    ready: bool = False
    leaving: bool = False
    said_bye: bool = False
    told_to_end: bool = False
    comes_back: bool = False  # it leaves to have its job started again
    had_trial: bool = False  # whether it ever was given a trial
    ends_at: float = math.inf
    host: str = ""
    queue: list[int] = field(default_factory=list)

    def answers(self, time_left: float | None, at: float) -> bool:
        """Take in that it has answered to this driver, and has so many seconds left; whether it is for the first time."""
        # How late it is elsewhere says nothing: clocks differ, and what is left of a duration does not.
        self.ends_at = min(self.ends_at, at + (math.inf if time_left is None else time_left))
        if self.said_bye:  # a job that was started anew
            self.said_bye = self.leaving = False
        first, self.ready = not self.ready, True
        return first


class Members:
    """All agents by name, and those that may be given something by how much they hold."""

    def __init__(self) -> None:
        self.known: dict[str, Member] = {}
        self._loads: tuple[dict[str, Member], ...] = tuple({} for _ in range(MOST_HELD + 1))

    def called(self, identity: str) -> Member:
        """The agent of that name, known from now on."""
        if identity not in self.known:
            self.known[identity] = Member(identity)
        return self.known[identity]

    def takers(self, held: int) -> list[Member]:
        """The agents that may be given a trial and hold exactly `held` of them."""
        return list(self._loads[held].values())

    def elsewhere(self, hosts: Collection[str]) -> bool:
        """Whether any agent works on another host than these."""
        return any(
            member.ready and not member.leaving and member.host not in hosts for member in self.known.values()
        )

    def forget(self, identity: str) -> Member | None:
        """An agent does not exist any more; what it was, None where it was not known."""
        for load in self._loads:
            load.pop(identity, None)
        return self.known.pop(identity, None)

    def sort_in(self, member: Member) -> None:
        """To be called whenever what an agent holds, or whether it takes more, has changed."""
        for load in self._loads:
            load.pop(member.identity, None)
        if member.ready and not member.leaving and len(member.queue) <= MOST_HELD:
            self._loads[len(member.queue)][member.identity] = member

    def release(self, member: Member, number: int) -> None:
        """An agent does not hold a trial any more."""
        member.queue.remove(number)
        self.sort_in(member)
