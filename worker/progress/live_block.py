"""The live block of a run's progress on a terminal; the only module that imports rich."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live as RichLive
from rich.text import Text

from worker.progress.snapshot import Snapshot, assignments, number_text
from worker.spec.text import sentence_start, visible

_EVERY = 0.25  # seconds between two drawings
_BAR = 40  # characters
_MOST_PARAMETERS = 12  # of the best evaluation that are shown


class Live:
    """One block that is drawn anew; sentences stand above it. Text of users is shown as it is, never as markup."""

    def __init__(self, hints: Sequence[str] = (), console: Console | None = None) -> None:
        self._hints = hints
        self._console = console or Console(highlight=False, markup=False, emoji=False)
        self._live = RichLive(console=self._console, auto_refresh=False, transient=False)
        self._drawn_at = 0.0
        self._latest: Snapshot | None = None
        self._gone = False

    def update(self, snapshot: Snapshot, new_best: bool = False) -> None:
        """Draw the block, a few times a second at most."""
        self._latest = snapshot
        now = time.monotonic()
        if now - self._drawn_at >= _EVERY:
            self._drawn_at = now
            self._draw()

    def say(self, sentence: str) -> None:
        """Print a sentence above the block."""
        if self._gone:
            return
        try:
            for line in sentence.split("\n"):
                self._console.print(Text(visible(line)), soft_wrap=True)
        except OSError:
            self._gone = True

    def close(self) -> None:
        """Draw the block a last time, without what is of no use any more, and leave it there."""
        self._draw(last=True)
        try:
            self._live.stop()
        except OSError:
            self._gone = True

    def _draw(self, last: bool = False) -> None:
        if self._gone or self._latest is None:
            return
        try:
            if not self._live.is_started:
                self._live.start()
            self._live.update(block(self._latest, self._hints, last), refresh=True)
        except OSError:
            self._gone = True  # the terminal was closed; the run goes on


def block(snapshot: Snapshot, hints: Sequence[str] = (), last: bool = False) -> RenderableType:
    """What the live block shows; the `last` one has no forecast and no hints."""
    return Group(*_result(snapshot), *(() if last else _forecast(snapshot, hints)))


def _result(snapshot: Snapshot) -> Iterator[RenderableType]:
    head = Text(visible(snapshot.run.name), style="bold")
    head.append(f"  {snapshot.counts}", style="not bold")
    yield head
    yield _bar(snapshot.tally.done / max(1, snapshot.total))
    best = snapshot.tally.best
    if best is not None:
        yield Text(
            f"{snapshot.run.best_result} {number_text(best.loss)} (evaluation {best.number})", style="green"
        )
        shown = list(assignments(best.values))
        more = [f"and {len(shown) - _MOST_PARAMETERS} more"] if len(shown) > _MOST_PARAMETERS else []
        yield Text("  " + "  ".join([*shown[:_MOST_PARAMETERS], *more]))


def _bar(share: float) -> Text:
    done = min(_BAR, round(_BAR * share))
    return Text("━" * done, style="green").append("━" * (_BAR - done), style="dim")


def _forecast(snapshot: Snapshot, hints: Sequence[str]) -> Iterator[RenderableType]:
    if remark := snapshot.remark:  # what stands below the last block says it
        yield Text(remark, style="yellow")
    if snapshot.live:
        yield Text(sentence_start(snapshot.live))
    if pace := "; ".join(filter(None, (snapshot.pace(time.time()), snapshot.spent))):
        yield Text(pace)
    if snapshot.notice:
        yield Text(visible(snapshot.notice), style="yellow")
    if snapshot.warning:
        yield Text(visible(snapshot.warning), style="yellow")
    if snapshot.trouble:
        yield Text(visible(snapshot.trouble), style="red")
    for hint in () if snapshot.notice else hints:
        yield Text(hint, style="dim")
