"""The one table of a run's fields; form, command line, config, URL keys and docs derive from it."""

from __future__ import annotations

from worker.spec.advanced_fields import ADVANCED_FIELDS
from worker.spec.basic_fields import BASIC_FIELDS
from worker.spec.driver_fields import DRIVER_FIELDS
from worker.spec.environment_fields import ENVIRONMENT_FIELDS
from worker.spec.hook_fields import HOOK_FIELDS
from worker.spec.site_fields import SITE_FIELDS

FIELDS = BASIC_FIELDS + ENVIRONMENT_FIELDS + ADVANCED_FIELDS + HOOK_FIELDS + SITE_FIELDS + DRIVER_FIELDS
# What a run keeps once it has begun: the search space, how it is searched, and what a result means.
FIXED = frozenset(
    {
        "run.name",
        "run.workdir",
        "run.objective",
        "run.precision",
        "run.accept_exit_code",
        "run.dont_start",
        "search.algorithm",
        "search.direction",
        "search.results",
        "search.constraints",
        "search.start_with",
        "search.like",
        "search.repeats",
        "search.seed",
        "search.allow_repeats",
        "search.grid_points",
        "slurm.cluster",
    }
)
CHANGEABLE = tuple(field for field in FIELDS if field.path not in FIXED)
BY_PATH = {field.path: field for field in FIELDS}
BY_QUERY = {field.query: field for field in FIELDS}
SECTIONS = ("run", "search", "environment", "slurm", "driver", "on")
