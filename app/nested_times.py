"""How long a run, its worker jobs and an evaluation may last: how they nest, for a small picture and a sentence beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from worker.spec.field_definition import Field
from worker.spec.field_values import field_value
from worker.spec.fields import BY_PATH
from worker.spec.raw_values import ConversionError, duration_text

NESTED = tuple(BY_PATH[path] for path in ("run.runtime", "slurm.walltime", "run.time_limit"))
# Of the picture: its width, how far apart the edges of what is nested are, and the least that is still seen.
_WIDTH, _EDGE, _LEAST = 200, 4, 14


@dataclass(frozen=True)
class NestedTimes:
    """job, evaluation: how wide they are in a picture in which the run is 200 wide. sentence: the same in words, "" where a duration cannot be read."""

    job: int
    evaluation: int
    sentence: str

    def as_json(self) -> dict[str, object]:
        """What the page's script draws."""
        return asdict(self)


def nested_times(texts: Mapping[str, str]) -> NestedTimes:
    """How the durations in a form nest. texts: of its fields, by the key in the URL."""
    try:
        runtime, walltime, limit = (_seconds(field, texts[field.query]) for field in NESTED)
    except ConversionError:
        return _drawn(1, 1, 1, "")
    job = min(walltime or runtime, runtime)
    return _drawn(runtime, job, min(limit or job, job), " ".join(_sentences(runtime, job, limit)))


def _sentences(runtime: int, job: int, limit: int) -> Iterator[str]:
    yield f"The run lasts at most {_text(runtime)}."
    if job < runtime:
        yield f"A worker job ends after {_text(job)}, and another one follows."
    if limit:
        yield f"An evaluation is ended after {_text(limit)}."
    else:
        yield "An evaluation may take as long as its worker job."


def _drawn(run: int, job: int, evaluation: int, sentence: str) -> NestedTimes:
    job_width = _inside(_WIDTH, job, run)
    return NestedTimes(job_width, _inside(job_width, evaluation, job), sentence)


def _inside(width: int, part: int, whole: int) -> int:
    """How wide what takes a part of the whole is, inside of what is `width` wide."""
    room = width - 2 * _EDGE
    return max(min(_LEAST, room), round(room * part / whole)) if whole else room


def _seconds(field: Field, text: str) -> int:
    value = field_value(field, text)
    if not isinstance(value, int) or value < 0:
        raise ConversionError("This is no duration.", "")
    return value


def _text(seconds: int) -> str:
    text = duration_text(seconds)
    return text if ":" in text else f"{text} h"
