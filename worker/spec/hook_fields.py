"""The shell commands that a run starts when something happens, in the order of the form; most people leave them empty."""

from __future__ import annotations

from enum import Enum

from worker.spec.field_definition import Field


class Event(str, Enum):
    """What may happen; each value is what OMNIOPT_EVENT holds, and with _ for - the key in [on]."""

    ENDED = "ended"
    INTERRUPTED = "interrupted"
    FIRST_RESULT = "first-result"
    NEW_BEST = "new-best"
    WAITING = "waiting"

    @property
    def attribute(self) -> str:
        """The attribute of `Run` that holds the command."""
        return f"on_{self.value.replace('-', '_')}"


def _command(event: Event, label: str, text: str, **more: str) -> Field:
    key = event.value.replace("-", "_")
    return Field(
        f"on.{key}",
        event.attribute if event is not Event.ENDED else "on_end",
        label,
        "line",
        "",
        text,
        advanced=True,
        **more,  # type: ignore[arg-type]
    )


HOOK_FIELDS: tuple[Field, ...] = (
    _command(
        Event.ENDED,
        "Command at the end",
        "A shell command that runs once when the run has ended; OMNIOPT_RUN holds the run's folder.",
        former="run.on_end",
    ),
    _command(
        Event.INTERRUPTED,
        "Command if it is stopped",
        "Runs instead of the one at the end where the run was stopped or cancelled, or no worker can start.",
    ),
    _command(
        Event.FIRST_RESULT,
        "Command at the first result",
        "Runs once, when the first evaluation has been successful.",
    ),
    _command(
        Event.NEW_BEST,
        "Command for a new best",
        "Runs when a result is better than all before it, at most once a minute and the last one at the end; OMNIOPT_BEST holds the result.",
    ),
    _command(
        Event.WAITING,
        "Command while it waits",
        "Runs once when no evaluation has run for the time below, for example because no worker starts.",
    ),
    Field(
        "on.waiting_time",
        "on_waiting_time",
        "Time until it counts as waiting",
        "duration",
        2 * 3600,
        "How long no evaluation runs before the command for that is started.",
        advanced=True,
        minimum=60,
        maximum=3650 * 86400,
        unit="h",
    ),
)
