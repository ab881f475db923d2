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
    """A part of the form with its fields in their order."""

    key: str
    title: str
    fields: tuple[Field, ...]


def _section(key: str, title: str, paths: tuple[str, ...]) -> Section:
    by_path = {field.path: field for field in FIELDS}
    return Section(key, title, tuple(by_path[path] for path in paths))


PROGRAM = _section("program", "Your program", _PROGRAM)
SEARCH = _section("search", "Search", _SEARCH)
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
)
TIMES = _section("times", "Times", _TIMES)
_SITE = SITE_FIELDS + DRIVER_FIELDS
SITE = _section("site", "Rules of your cluster", tuple(field.path for field in _SITE))
ENVIRONMENT = _section(
    "environment", "Modules, environment, variables", tuple(field.path for field in ENVIRONMENT_FIELDS)
)
ADVANCED = _section(
    "advanced",
    "Advanced",
    tuple(
        field.path
        for field in FIELDS
        if field.advanced and field not in (*_SITE, *ENVIRONMENT_FIELDS, *NESTED)
    ),
)
SECTIONS = (PROGRAM, SEARCH, RESOURCES, TIMES, ENVIRONMENT, ADVANCED, SITE)
# Those whose fields have their help behind a question mark, but for the one that nobody knows by its name.
COMPACT = frozenset(
    field.path for section in (PROGRAM, SEARCH, RESOURCES, TIMES) for field in section.fields
) - {"run.objective"}
# Those that are closed while there is nothing to see in them.
FOLDED = (ENVIRONMENT, ADVANCED, SITE)
