"""What a link or a config from somebody would do, for a person to read before the command is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.form_state import FormState
from worker.spec.fields import BY_PATH, FIELDS
from worker.spec.hook_fields import HOOK_FIELDS
from worker.spec.marked_text import Part, is_remarkable, marked

ACKNOWLEDGED = "read"  # what the button does that shows the command
FOREIGN = "foreign"  # the form field that says that the values are somebody else's
_ALWAYS = {
    "run.objective": "nothing yet",
    "run.workdir": "the folder that you start in",
    "slurm.partition": "the default of the cluster",
}
# What runs, or says where and under which rules; in this order.
_TOLD = (
    "run.objective",
    "environment.before",
    "slurm.setup",
    "environment.modules",
    "environment.conda",
    "environment.venv",
    "environment.variables",
    *(field.path for field in HOOK_FIELDS if field.kind == "line"),
    "run.workdir",
    "environment.run_in",
    "slurm.partition",
    "slurm.cluster",
    "slurm.account",
    "slurm.sbatch",
    "driver.sbatch",
    "slurm.mail_user",
)
_MOST_PARAMETERS = 30  # whose strange texts are shown, each in a line of its own


@dataclass(frozen=True)
class Fact:
    """One thing that would be done. parts: its text, marked."""

    label: str
    parts: tuple[Part, ...]

    def as_json(self) -> dict[str, object]:
        """The fact as the page's script reads it."""
        return {"label": self.label, "parts": [[part.shown, part.note] for part in self.parts]}


def facts(state: FormState) -> tuple[Fact, ...]:
    """What the form would run, where, and under which rules; and every text with characters that are easily overlooked."""
    return tuple(_facts(state))


def _facts(state: FormState) -> Iterator[Fact]:
    for path in _TOLD:
        field = BY_PATH[path]
        text = state.values[field.query].strip("\n")
        if text.strip():
            yield Fact(field.label, marked(text))
        elif path in _ALWAYS:
            yield Fact(field.label, (Part(f"({_ALWAYS[path]})"),))
    for field in FIELDS:
        if field.path not in _TOLD and is_remarkable(state.values[field.query]):
            yield Fact(field.label, marked(state.values[field.query]))
    strange = [
        (f"Parameter {number}, {key}", text)
        for number, row in enumerate(state.rows[: state.shown], 1)
        for key, text in row.items()
        if is_remarkable(text)
    ]
    for label, text in strange[:_MOST_PARAMETERS]:
        yield Fact(label, marked(text))
    if len(strange) > _MOST_PARAMETERS:
        yield Fact("Parameters", (Part("", f"{len(strange) - _MOST_PARAMETERS} more texts like these"),))
