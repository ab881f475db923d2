"""What a field of a run is: its kind, its words, its limits, and what the texts of some kinds may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Kind = Literal[
    "line",
    "word",
    "name",
    "path",
    "integer",
    "switch",
    "choice",
    "duration",
    "memory",
    "gpus",
    "value",
    "seeds",
    "lines",
    "points",
    "goals",
    "reference",
    "modules",
    "variables",
    "result",
    "budget",
    "confirm",
]

MEMORY_PER_NODE, MEMORY_PER_CPU = "node", "cpu"
NAME_PATTERN = r"[A-Za-z0-9_]+"
LONGEST_NAME = 100  # file systems take 255 bytes, and files are named after the run
LONGEST_PATH = 500  # the system takes 4,095 bytes, and the folders of the runs are below it
HOME_VARIABLE_PATTERN = r"^(?:\$HOME|\$\{HOME\})(?=/|$)"  # at the beginning of a path, beside ~
_SECTIONS_TO_SAY = frozenset({"on", "driver"})
WORD_PATTERN = r"[A-Za-z0-9_.,:@%+/=][A-Za-z0-9_.,:@%+/=-]*"


# Each is a row of one table, so no two are equal; and their attributes take long to compare.
@dataclass(frozen=True, eq=False)
class Field:
    """One thing that a run is told.

    path: section and key in the TOML config; `word` is also the attribute of `Run`, unless `run_attribute` names that.
    query: the key in the page's URL. kind: how its text is read (see `worker.spec.field_values`).
    default: the typed value of a field that is left out. original: the key in the [DATA] section of the
    original tool's config.ini, if it had one. minimum and maximum are inclusive.
    option: the option of sbatch that a field of a value of its own becomes, if any. pattern and example: what a
    text of the kind "value" must match, and one that does.
    always_in_url: the page has a default of its own (it knows the partitions), so a URL states the value.
    former: the path that earlier versions had for it, which is still read.
    choice_words: what the form calls choices. at_first: the typed value that a new form begins with, where that is not what leaving the field out means.
    """

    path: str
    query: str
    label: str
    kind: Kind
    default: object
    help: str
    advanced: bool = False
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    original: str = ""
    always_in_url: bool = False
    run_attribute: str = ""
    option: str = ""
    pattern: str = ""
    example: str = ""
    at_first: object = None
    former: str = ""
    choice_words: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def section(self) -> str:
        """The TOML table that the field stands in."""
        return self.path.partition(".")[0]

    @cached_property
    def key(self) -> str:
        """The field's name inside its section."""
        return self.path.partition(".")[2]

    @cached_property
    def attribute(self) -> str:
        """The attribute of `Run` that holds the field's value."""
        return self.run_attribute or self.word

    @property
    def in_sentence(self) -> str:
        """The label inside of a sentence: "number of workers", but "GPUs per worker"."""
        return self.label if self.label[:2].isupper() else self.label[:1].lower() + self.label[1:]

    @cached_property
    def word(self) -> str:
        """The key as it stands alone: a word that needs its section has that before it."""
        return f"{self.section}_{self.key}" if self.section in _SECTIONS_TO_SAY else self.key

    @cached_property
    def flag(self) -> str:
        """The option of `omniopt start` that overrides the field."""
        return "--" + self.word.replace("_", "-")

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """The same, and that of earlier versions."""
        former = self.former.partition(".")[2].replace("_", "-")
        return (self.flag, f"--{former}") if former else (self.flag,)
