"""Who drives next where the driver rides in a worker's job: pings that name the next in line, and its last word to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from worker.driver.assignments import Assignments
from worker.driver.members import Member
from worker.store.inbox_messages import Lead, Order, Ping

_PING_EVERY = 15.0  # seconds between two signs of life for agents that have nothing to do
_LINE_EVERY = 5.0  # the same for those that are next in line
_LINE_LOOK = 0.5  # seconds after which one that has changed is told at the latest
_LINE = 4  # how many are; a file server must bear a thousand agents


class Succession:
    """That of one driver. Times are of one monotonic clock."""

    def __init__(self, rides_with: str = "") -> None:
        """rides_with: the agent in whose job the driver is; "" where no agent is to follow it."""
        self.rides_with = rides_with
        self._idle_at = self._line_at = self._line_looked = 0.0
        self._told: list[str] = []  # the line as it was told last

    def pings(self, assignments: Assignments, now: float) -> Iterator[tuple[str, Order]]:
        """The signs of life that are due."""
        look_due = bool(self.rides_with) and now - self._line_looked >= _LINE_LOOK
        idle_due = now - self._idle_at >= _PING_EVERY
        if not (look_due or idle_due):
            return
        line, epoch = self.line(assignments.members), assignments.epoch
        self._line_looked = now
        if look_due and (line != self._told or now - self._line_at >= _LINE_EVERY):
            self._line_at, self._told = now, line
            for place, identity in enumerate(line):
                yield identity, Ping(epoch=epoch, line=place)
        if idle_due:
            self._idle_at = now
            for member in assignments.takers(0):
                if member.identity not in line:
                    yield member.identity, Ping(epoch=epoch)

    def last_words(self, assignments: Assignments) -> Iterator[tuple[str, Order]]:
        """What those that are to follow are told when the driver leaves."""
        for place, identity in enumerate(self.line(assignments.members)):
            yield identity, Lead(epoch=assignments.epoch, line=place)

    def line(self, members: Mapping[str, Member]) -> list[str]:
        """The next in line, first those on other machines, and of these the ones that stay longest."""
        if not self.rides_with:
            return []
        own = members.get(self.rides_with)
        here = own.host if own else ""
        able = [
            member
            for member in members.values()
            if member.ready and not member.leaving and member.identity != self.rides_with
        ]
        able.sort(key=lambda member: (member.host == here, -member.ends_at, member.identity))
        return [member.identity for member in able[:_LINE]]
