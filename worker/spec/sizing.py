"""What one measured evaluation suggests for the limits of a run: its time limit and its memory."""

from __future__ import annotations

import math
from collections.abc import Iterator

from worker.spec.field_definition import MEMORY_PER_CPU
from worker.spec.fields import BY_PATH
from worker.spec.raw_values import duration_text
from worker.spec.run import Run
from worker.spec.shares import shares
from worker.spec.text import duration_words

# Other values take other times and amounts; a limit is there for what hangs or leaks.
_TIMES_AS_LONG, _TIMES_AS_MUCH = 3, 1.5
_CLOSE = 0.7  # of a limit, from which on others are likely to meet it
_WASTE = 4  # so many times what was used, memory is kept from others for nothing
_STEPS = (60, 300, 600, 1800, 3600)  # seconds, of which a suggested time limit is a multiple
_MEMORY_STEP = 256  # MB


def suggestions(run: Run, seconds: float, peak_memory: float | None, remote: bool) -> Iterator[str]:
    """Sentences on what to change. peak_memory: MB. remote: whether memory is asked for at all, as a job."""
    yield from _time(run, seconds)
    if remote and peak_memory:
        yield from _memory(run, peak_memory)


def _time(run: Run, seconds: float) -> Iterator[str]:
    enough = time_limit(seconds)
    option = f"--time-limit {duration_text(enough)}"
    if not run.time_limit:
        yield (
            f"There is no {BY_PATH['run.time_limit'].in_sentence}, so one that hangs would keep its worker; "
            f"{duration_words(enough)} leaves room for longer ones: {option}"
        )
    elif seconds > _CLOSE * run.time_limit:
        yield (
            f"That is close to the {BY_PATH['run.time_limit'].in_sentence}, {duration_words(run.time_limit)}, "
            f"and others may take longer; with more room: {option}"
        )


def _memory(run: Run, peak: float) -> Iterator[str]:
    has = shares(run).memory_per_node
    wanted = memory(peak)
    per = shares(run).cpus_per_node if run.memory_per == MEMORY_PER_CPU else 1
    option = f"--memory {-(-wanted // per)}"
    if has and peak > _CLOSE * has:
        yield f"That is close to the {has:,} MB that a worker has, and others may use more; with more room: {option}"
    elif has > _WASTE * wanted:
        yield f"A worker has {has:,} MB, much more than that; less is given sooner and costs less: {option}"


def time_limit(seconds: float) -> int:
    """A time limit in whole, round numbers for evaluations of which one took `seconds`."""
    wanted = _TIMES_AS_LONG * seconds
    step = max([step for step in _STEPS if 5 * step <= wanted], default=_STEPS[0])
    return step * max(1, -(-math.ceil(wanted) // step))


def memory(peak: float) -> int:
    """MB in round numbers for evaluations of which one used `peak` MB."""
    return _MEMORY_STEP * max(1, -(-math.ceil(_TIMES_AS_MUCH * peak) // _MEMORY_STEP))
