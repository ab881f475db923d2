"""The driver's side of the mailboxes: an inbox to write and an outbox to read for every agent."""

from __future__ import annotations

import resource
from collections.abc import Iterable, Iterator
from contextlib import suppress

from worker.store.appender import Appender, StorageFullError
from worker.store.inbox_messages import INBOX, Order
from worker.store.outbox_messages import OUTBOX, Heard
from worker.store.paths import RunPaths
from worker.store.tail import Tail

_QUICKEST = 0.001  # seconds between two looks into an outbox that has just had news
_MOST_LOOKS = 200  # in a second into outboxes that are silent, however many there are
_SLOWEST_LATE = 60.0  # seconds after which one of an agent that was given up is looked into at the latest
_SHARE = 50  # one that has been silent for some time is looked into after this part of that time
_RETRY = 5.0  # seconds between two tries to write where the disk is full
_MOST_OPEN = 200  # inboxes that are kept open for writing
_OTHERS = 300  # files that must be possible to open beside the outboxes


class _Box:
    """The mailboxes of one agent. Times are of one monotonic clock."""

    __slots__ = ("due", "news", "tail", "unsent")

    def __init__(self, tail: Tail[Heard], now: float) -> None:
        self.tail = tail
        self.news = now
        self.due = now
        self.unsent: list[Order] = []


class Mailboxes:
    """All mailboxes of one driver, that of `epoch`."""

    def __init__(self, paths: RunPaths, epoch: int, slowest: float, sync: bool) -> None:
        """slowest: seconds after which each outbox is looked into at the latest. sync: agents may be on other machines."""
        self._paths = paths
        self._epoch = epoch
        self._slowest = slowest
        self._sync = sync
        self._boxes: dict[str, _Box] = {}
        self._late: set[str] = set()  # of agents that were given up, and may live nevertheless
        self._inboxes: dict[str, Appender] = {}
        self._unsent: set[str] = set()
        self._retry_at = 0.0
        self._room = _room_for(1)  # outboxes that can be kept open
        self.trouble = ""

    def open(self, identity: str, now: float) -> None:
        """Begin to read what an agent says, from its first word on."""
        if identity not in self._boxes:
            self._boxes[identity] = _Box(
                Tail(self._paths.agent(identity).outbox, OUTBOX.decode, create=True), now
            )
            if len(self._boxes) > self._room:
                self._room = _room_for(len(self._boxes))

    def poll(self, now: float) -> Iterator[tuple[str, Heard]]:
        """What agents have said, of those that it is time to look at."""
        slowest = max(self._slowest, (len(self._boxes) - len(self._late)) / _MOST_LOOKS)
        for identity in [identity for identity, box in self._boxes.items() if box.due <= now]:
            box = self._boxes[identity]
            news = box.tail.read()
            if len(self._boxes) > self._room:
                box.tail.close()
            if news:
                box.news = now
            longest = _SLOWEST_LATE if identity in self._late else slowest
            box.due = now + min(longest, max(_QUICKEST, (now - box.news) / _SHARE))
            for message in news:
                yield identity, message

    def due(self, now: float) -> float:
        """How many seconds nothing is to be looked at; `slowest` at most."""
        return max(0.0, min((box.due for box in self._boxes.values()), default=now + self._slowest) - now)

    def open_late(self, identity: str, now: float) -> bool:
        """Begin to read now and then what an agent says that an earlier driver has given up; whether it may still say anything."""
        if self._sync:
            self.open(identity, now)
            self._late.add(identity)
        return self._sync

    def last_words(self, identity: str, at_once: bool = False, certain: bool = True) -> list[Heard] | None:
        """What an agent that is gone has said and was not read yet; it is not watched any more.

        certain: whether it has really ended. Another one may still say something if it is not on this machine, which `late` tells.
        None where that cannot be read now, and is to be asked for again, unless it is to be done `at_once`.
        """
        box = self._boxes.get(identity)
        if box is None:
            return []
        box.tail.close()  # opened again, a file shows its newest content on NFS, too
        messages = box.tail.read()
        if box.tail.trouble and not at_once:
            return None
        box.tail.close()
        if self._sync and not certain:
            self._late.add(identity)
            return messages
        del self._boxes[identity]
        self._late.discard(identity)
        inbox = self._inboxes.pop(identity, None)
        if inbox is not None:
            inbox.close()
        self._unsent.discard(identity)
        return messages

    def late(self, identity: str) -> bool:
        """Whether an agent that is gone may still say something, and is listened to now and then."""
        return identity in self._late

    def unreadable(self, identity: str) -> str:
        """Why what an agent says cannot be read now, as a sentence; "" where it can."""
        box = self._boxes.get(identity)
        if box is None or box.tail.trouble is None:
            return ""
        error = box.tail.trouble
        return (
            f"The last messages of worker {identity}, which has ended, cannot be read "
            f"({error.strerror or error}), so its results are unknown for now; trying again. See what is "
            f"wrong with {box.tail.path}."
        )

    def send(self, messages: Iterable[tuple[str, Order]], now: float) -> None:
        """Write into inboxes; what cannot be written for want of space is tried again at every call."""
        for identity, order in messages:
            box = self._boxes.get(identity)
            if box is not None:
                box.unsent.append(order)
                box.news = box.due = now
                self._unsent.add(identity)
        if now < self._retry_at:
            return
        for identity in list(self._unsent):
            box = self._boxes[identity]
            try:
                self._inbox(identity).append(*map(INBOX.encode, box.unsent), sync=self._sync)
            except StorageFullError as error:
                self._retry_at, self.trouble = now + _RETRY, str(error)
                return
            box.unsent.clear()
            self._unsent.discard(identity)
        self.trouble = ""

    def close(self) -> None:
        """Close all files."""
        for inbox in self._inboxes.values():
            inbox.close()
        for box in self._boxes.values():
            box.tail.close()

    def _inbox(self, identity: str) -> Appender:
        inbox = self._inboxes.pop(identity, None)
        if inbox is None:
            if len(self._inboxes) >= _MOST_OPEN:
                self._inboxes.pop(next(iter(self._inboxes))).close()
            folder = self._paths.agent(identity)
            try:
                folder.root.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageFullError(folder.root, error) from error
            inbox = Appender(folder.inbox(self._epoch))
        self._inboxes[identity] = inbox  # the last one used stands last
        return inbox


def _room_for(count: int) -> int:
    """How many outboxes can be kept open; the system is asked to allow `count` of them, if it can."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(2 * count + _OTHERS, hard) if hard != resource.RLIM_INFINITY else 2 * count + _OTHERS
    if soft != resource.RLIM_INFINITY and soft < count + _OTHERS:
        # Not more than needed: local agents inherit it, and some old programs fail where it is very high.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
            soft = max(soft, wanted)
    return max(0, soft - _OTHERS) if soft != resource.RLIM_INFINITY else 10**6
