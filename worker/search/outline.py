"""What the search of a run does at the moment, and why, in one line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from worker.search.models import START_RESULTS
from worker.search.several import common_length, several_results
from worker.search.start_count import start_points
from worker.spec.algorithms import ALGORITHMS, AUTO
from worker.spec.run import Run
from worker.spec.text import counted
from worker.trial import MOST_OUTPUTS, Trial


def outline(run: Run, trials: Iterable[Trial]) -> str:
    """A line such as "Gaussian process on 7 parameters; 9 start points; 8 running"."""
    known = list(trials)
    running = sum(not trial.status.ended for trial in known)
    parts = [_method(run, known)]
    if run.algorithm == AUTO:
        parts.append(f"{start_points(len(run.parameters))} start points")
    if imported := sum(trial.imported for trial in known):
        parts.append(f"{imported:,} imported")
    if running:
        parts.append(f"{running:,} running")
    return "; ".join(parts)


def _method(run: Run, known: list[Trial]) -> str:
    parameters = counted(len(run.parameters), "parameter")
    if run.algorithm != AUTO:
        algorithm = ALGORITHMS[run.algorithm]
        alone = (
            f" ({run.main.name} alone)" if run.several and algorithm.learns and not algorithm.fronts else ""
        )
        return f"{run.algorithm} on {parameters}{alone}: {algorithm.summary}"
    results = sum(trial.status.ended and trial.loss is not None for trial in known)
    if len(known) < start_points(len(run.parameters)) or results < START_RESULTS:
        return f"Points spread over {parameters} until {START_RESULTS} results are known"
    if run.several:
        return f"Gaussian processes of {counted(len(run.results), 'result')} on {parameters}, for their Pareto front"
    if run.maximises:
        return f"Gaussian process on {parameters}"
    if several := _several(known):
        return f"Gaussian processes of {counted(several, 'result')} on {parameters}"
    alone = f" of the norm alone, since only {MOST_OUTPUTS} columns are kept," if _are_cut(known) else ""
    return f"Gaussian process{alone} on {parameters}"


def _are_cut(known: Iterable[Trial]) -> bool:
    """Whether the loss of most trials is the norm of more results than are kept."""
    informing = [trial for trial in known if trial.status.informs and trial.loss is not None]
    cut = [
        len(trial.outputs) >= MOST_OUTPUTS and 0 < _norm_of_kept(trial.outputs) <= (trial.loss or 0.0)
        for trial in informing
    ]
    return 2 * sum(cut) > len(cut)


def _norm_of_kept(outputs: Mapping[str, float]) -> float:
    return math.hypot(*(number for name, number in outputs.items() if re.fullmatch(r"RESULT[1-9]\d*", name)))


def _several(known: Iterable[Trial]) -> int:
    """How many results `auto` models, as it counts them itself."""
    return common_length(
        several_results(trial.outputs, trial.loss)
        for trial in known
        if trial.status.informs and trial.loss is not None
    )
