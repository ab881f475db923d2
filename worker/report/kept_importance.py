"""The importance of a run's parameters, which is measured once for the evaluations that there are, and kept in the run's folder."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict
from importlib import metadata

from worker import __version__
from worker.report.data.effects import Dependence, Effects, Interaction
from worker.report.data.importance import Importance, Lesson, lesson, measure
from worker.report.data.results import Results
from worker.store.files import replacing

_FORM = 1  # of the file; another one is measured anew


def importance_of(results: Results) -> Importance:
    """The importance of the parameters for the results of the points. Raises NoImportanceError where it cannot be told.

    What is kept counts where it is of the same evaluations, and of the same versions of this and of the library. A
    folder that cannot be written keeps nothing.
    """
    of = lesson(results.columns_of_points)
    key = _key(of)
    target = results.paths.importance
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        return _read(json.loads(target.read_text(encoding="utf-8")), key)
    found = measure(of)
    with suppress(OSError), replacing(target) as file:
        json.dump({"of": key, "importance": asdict(found)}, file, separators=(",", ":"))
    return found


def _key(of: Lesson) -> str:
    """Number and checksum of the evaluations, and the versions by which the figures could differ."""
    text = json.dumps(of.content, separators=(",", ":"))
    try:
        library = metadata.version("scikit-learn")
    except metadata.PackageNotFoundError:
        library = "none"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{len(of.points)} {digest} {__version__} {library} {_FORM}"


def _read(kept: dict[str, object], key: str) -> Importance:
    """What is kept. Raises ValueError, TypeError, KeyError or AttributeError where it is something else."""
    fields = kept["importance"]
    if kept["of"] != key or not isinstance(fields, dict):
        raise ValueError("of other evaluations")
    effects = fields["effects"]
    return Importance(
        shares={
            name: (float(mean), float(deviation)) for name, (mean, deviation) in fields["shares"].items()
        },
        score=float(fields["score"]),
        learned=int(fields["learned"]),
        tested=int(fields["tested"]),
        intervals={
            name: (float(share), float(low), float(high))
            for name, (share, low, high) in fields["intervals"].items()
        },
        effects=Effects(
            tuple(
                Dependence(
                    str(one["name"]), *(_numbers(one[part]) for part in ("xs", "middle", "low", "high"))
                )
                for one in effects["curves"]
            ),
            tuple(
                Interaction(
                    str(one["x"]),
                    str(one["y"]),
                    _numbers(one["xs"]),
                    _numbers(one["ys"]),
                    tuple(map(_numbers, one["results"])),
                )
                for one in effects["maps"]
            ),
        ),
    )


def _numbers(listed: list[object]) -> tuple[float, ...]:
    return tuple(float(number) for number in listed)  # type: ignore[arg-type]
