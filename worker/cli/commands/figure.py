"""`omniopt figure`: one chart of a run as a picture for a paper, in the width of a column or of a page."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from worker.cli.result_files import configure_run, open_results, output_path, say_written
from worker.errors import EXIT_DONE
from worker.report.data.results import Results
from worker.report.pictures import figure_charts, figure_panels, figure_style
from worker.report.pictures.figure_style import Width
from worker.store.files import replacing_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHARTS: Mapping[str, Callable[[Results, Width], Figure]] = {
    "progress": figure_charts.progress,
    "parallel": figure_panels.parallel,
    "importance": figure_charts.importance,
    "slices": figure_panels.slices,
    "map": figure_panels.map_of_two,
    "pareto": figure_charts.front,
    "curves": figure_charts.learning,
    "scatter": figure_panels.scatter,
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt figure`."""
    configure_run(parser)
    parser.add_argument("chart", metavar="CHART", choices=tuple(CHARTS), help=f"one of {', '.join(CHARTS)}")
    parser.add_argument(
        "--width",
        choices=tuple(figure_style.WIDTHS),
        default="column",
        help="of a column (88 mm, the default) or of a page (180 mm)",
    )
    parser.add_argument(
        "--format",
        choices=figure_style.FORMATS,
        action="append",
        help="the kind of file (pdf); may be repeated",
    )


def execute(args: argparse.Namespace) -> int:
    """Draw the chart and print where it is."""
    results = open_results(args)
    formats = args.format or ["pdf"]
    with figure_style.figure_settings():
        figure = CHARTS[args.chart](results, args.width)
        for kind in dict.fromkeys(formats):
            target = output_path(
                results.paths.figures / f"{args.chart}-{args.width}.{kind}", results.paths, args.out
            )
            with replacing_bytes(target) as raw:
                figure_style.save(figure, raw, kind)
            say_written(target)
    return EXIT_DONE
