"""`omniopt figure`: one chart of a run as a picture for a paper, in the width of a column or of a page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

from worker.cli.result_files import comma_list, configure_run, open_results, output_path, say_written
from worker.errors import EXIT_DONE, UsageError
from worker.report.pictures import figure_charts, figure_forest, figure_panels, figure_style
from worker.report.pictures.figure_request import Drawing, Request
from worker.store.files import replacing_bytes

CHARTS: Mapping[str, Callable[[Request], Drawing]] = {
    "progress": figure_charts.progress,
    "parallel": figure_panels.parallel,
    "importance": figure_forest.importance,
    "effects": figure_forest.effects,
    "slices": figure_panels.slices,
    "map": figure_forest.map_of_two,
    "pareto": figure_charts.front,
    "curves": figure_charts.learning,
    "scatter": figure_panels.scatter,
}
_OF_PARAMETERS = ("parallel", "effects", "slices", "map", "scatter")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt figure`."""
    configure_run(parser)
    parser.add_argument(
        "chart", metavar="CHART", choices=figure_style.NAMES, help=f"one of {', '.join(figure_style.NAMES)}"
    )
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
    named = parser.add_mutually_exclusive_group()
    named.add_argument(
        "--parameters",
        type=comma_list,
        metavar="NAMES",
        help=f"these parameters: a,b,c (in {', '.join(_OF_PARAMETERS)})",
    )
    named.add_argument("--of", nargs=2, metavar="NAME", help="the two parameters of a map")


def execute(args: argparse.Namespace) -> int:
    """Draw the chart and print where it is; what it leaves out, and what to doubt, goes to standard error."""
    named = tuple(args.of or args.parameters or ())
    if args.of and args.chart != "map":
        raise UsageError(f"--of is for a map; {args.chart} takes --parameters a,b,c.")
    if named and args.chart not in _OF_PARAMETERS:
        raise UsageError(
            f"--parameters is for {', '.join(_OF_PARAMETERS)}; {args.chart} has no choice of parameters."
        )
    results = open_results(args)
    with figure_style.figure_settings():
        drawing = CHARTS[args.chart](Request(results, args.width, named))
        stem = "-".join([args.chart, *(_plain(name) for name in args.of or ()), args.width])
        for page, figure in enumerate(drawing.figures, 1):
            for kind in dict.fromkeys(args.format or ["pdf"]):
                name = f"{stem}{f'-{page}' if page > 1 else ''}.{kind}"
                target = output_path(results.paths.figures / name, results.paths, args.out)
                with replacing_bytes(target) as raw:
                    figure_style.save(figure, raw, kind)
                say_written(target)
    if drawing.note:
        print(drawing.note, file=sys.stderr)
    return EXIT_DONE


def _plain(name: str) -> str:
    """A parameter's name as part of a file's."""
    return "".join(letter if letter.isalnum() or letter in "._" else "_" for letter in name)[:40]
