"""In which part of the form each field stands; labels, order and help come from the table of fields."""

from __future__ import annotations

from dataclasses import dataclass

from app.nested_times import NESTED
from worker.spec.driver_fields import DRIVER_FIELDS
from worker.spec.environment_fields import ENVIRONMENT_FIELDS
from worker.spec.field_definition import Field
from worker.spec.fields import FIELDS
from worker.spec.site_fields import SITE_FIELDS

_PROGRAM = ("run.name", "run.workdir", "run.objective")
_SEARCH = ("search.algorithm", "search.direction", "search.max_evals", "search.seed")
_TIMES = tuple(field.path for field in NESTED)


@dataclass(frozen=True)
class Section:
    """A part of the form with its fields in their order. help: where the page says more, below its own address."""

    key: str
    title: str
    fields: tuple[Field, ...]
    help: str = ""


def _section(key: str, title: str, paths: tuple[str, ...], help: str = "") -> Section:
    by_path = {field.path: field for field in FIELDS}
    return Section(key, title, tuple(by_path[path] for path in paths), help)


HELP_ON_PARAMETERS = "help#what-the-types-mean"
_ON_SLURM = "docs/slurm#what-the-config-means-for-slurm"


PROGRAM = _section("program", "Your program", _PROGRAM, "help#what-the-program-must-print")
SEARCH = _section("search", "Search", _SEARCH, "help#how-many-evaluations-how-many-workers")
# Whatever is added to the table of fields finds its place by itself.
_COMMON = ("slurm.partition", "slurm.enable_gpus", "slurm.gpus", "run.workers", "slurm.memory")
RESOURCES = _section(
    "resources",
    "Resources",
    (
        *_COMMON,
        *(
            field.path
            for field in FIELDS
            if not field.advanced and field.path not in (*_PROGRAM, *_SEARCH, *_TIMES, *_COMMON)
        ),
    ),
    _ON_SLURM,
)
TIMES = _section("times", "Times", _TIMES)
_SITE = SITE_FIELDS + DRIVER_FIELDS
SITE = _section("site", "Rules of your cluster", tuple(field.path for field in _SITE), _ON_SLURM)
ENVIRONMENT = _section(
    "environment",
    "Modules, environment, variables",
    tuple(field.path for field in ENVIRONMENT_FIELDS),
    "help#a-wrapper-and-module-load",
)
ADVANCED = _section(
    "advanced",
    "Advanced",
    tuple(
        field.path
        for field in FIELDS
        if field.advanced and field not in (*_SITE, *ENVIRONMENT_FIELDS, *NESTED)
    ),
    "docs/configuration",
)
SECTIONS = (PROGRAM, SEARCH, RESOURCES, TIMES, ENVIRONMENT, ADVANCED, SITE)
# Those whose fields have their help behind a question mark, but for the one that nobody knows by its name.
COMPACT = frozenset(
    field.path for section in (PROGRAM, SEARCH, RESOURCES, TIMES) for field in section.fields
) - {"run.objective"}
# Those that are closed while there is nothing to see in them.
FOLDED = (ENVIRONMENT, ADVANCED, SITE)
