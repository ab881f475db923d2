"""The advanced fields of a run that say how it is searched: how it begins and ends, and what is done about noise."""

from __future__ import annotations

from worker.spec.early_stopping import EARLY_STOPPING, OFF
from worker.spec.field_definition import Field

SEARCH_FIELDS: tuple[Field, ...] = (
    Field(
        "search.constraints",
        "constraints",
        "Constraints on parameters",
        "lines",
        (),
        "What must hold between values, one line each: layers * width <= 4096, or a + b <= 1. Points that violate it are not tried.",
        advanced=True,
    ),
    Field(
        "search.results",
        "results",
        "Results by name",
        "goals",
        (),
        "What the program prints in place of RESULT, by name, and which way is good: loss=min, accuracy=max. The first one is the main "
        "one; of several, the best compromises are searched.",
        advanced=True,
    ),
    Field(
        "search.reference",
        "reference",
        "Reference point",
        "reference",
        (),
        "With several results: values that a compromise must beat to be of any use, loss=1.5, accuracy=0.5; empty for a little "
        "worse than the worst of the best compromises.",
        advanced=True,
    ),
    Field(
        "search.start_with",
        "start_with",
        "Settings to begin with",
        "points",
        (),
        "What you use now, and what you would try yourself, one setting a line: lr=0.001, layers=3. They are the first evaluations, "
        "and results are compared with the best of them.",
        advanced=True,
    ),
    Field(
        "search.like",
        "like",
        "Earlier runs to learn from",
        "lines",
        (),
        "What similar runs have found is known to the search from the first evaluation on: names of runs in the same workdir, or paths "
        "of csv files, one a line.",
        advanced=True,
    ),
    Field(
        "search.target",
        "target",
        "Target",
        "result",
        "",
        "The run ends once a RESULT is as good as this; empty for never.",
        advanced=True,
    ),
    Field(
        "search.patience",
        "patience",
        "Patience",
        "integer",
        0,
        "The run ends after this many successful evaluations in a row that are no better than the best before them; 0 for never.",
        advanced=True,
        minimum=0,
        maximum=10_000_000,
    ),
    Field(
        "search.repeats",
        "repeats",
        "Evaluations of each point",
        "integer",
        1,
        "For programs whose results scatter: each point is evaluated so often, with OMNIOPT_REPEAT (1, 2, ...) as a seed, and the mean "
        "counts. The limits on evaluations, such as the maximum and patience, count points then.",
        advanced=True,
        minimum=1,
        maximum=100,
    ),
    Field(
        "search.confirm",
        "confirm",
        "Confirm the best",
        "confirm",
        "",
        "After the evaluations, the best points are evaluated again with new seeds, which says how good they really are, and whether "
        "the winner is better than the second: best=5, times=10; empty for no.",
        advanced=True,
    ),
    Field(
        "search.early_stopping",
        "early_stopping",
        "Early stopping",
        "choice",
        OFF,
        "For programs that print a RESULT after each epoch: ends what is not promising. median: worse than half of the others so far; "
        "asha: not in the best third, checked less and less often; wilcoxon: the lines are folds, then their mean, and worse than the best's.",
        advanced=True,
        choices=EARLY_STOPPING,
    ),
    Field(
        "search.early_stopping_after",
        "early_stopping_after",
        "RESULT lines in any case",
        "integer",
        3,
        "No evaluation is stopped early before it has printed this many RESULT lines, epochs or folds.",
        advanced=True,
        minimum=1,
        maximum=10_000,
    ),
)
