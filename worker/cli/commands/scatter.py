"""`omniopt scatter`: all parameters against each other, as an interactive html file, svg and png."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec

from worker.cli.menu_settings import side
from worker.cli.result_files import (
    comma_list,
    configure_failed,
    configure_most,
    configure_run,
    of_parameters,
    open_results,
    output_path,
    say_written,
    selected_trials,
)
from worker.errors import EXIT_DONE
from worker.report.data.plot_columns import make_plot_data
from worker.report.data.summary import best
from worker.report.pages import answer, plots
from worker.report.pictures import panels, scatter
from worker.spec.text import together
from worker.store.files import replacing, replacing_bytes
from worker.store.starter import command

KINDS = ("html", "svg", "png")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt scatter`."""
    configure_run(parser)
    parser.add_argument(
        "--kind", choices=KINDS, action="append", help="only this kind of file; may be repeated"
    )
    configure_most(parser)
    parser.add_argument("--columns", type=comma_list, metavar="NAMES", help="only these parameters: a,b,c")
    parser.add_argument(
        "--log", type=comma_list, metavar="NAMES", help="logarithmic axes for these parameters: a,b"
    )
    parser.add_argument(
        "--size",
        type=side,
        default=panels.SIDE,
        metavar="INCHES",
        help="side of a panel in svg and png, 1 to 20 (3.1)",
    )
    configure_failed(parser)


def execute(args: argparse.Namespace) -> int:
    """Write the plots and print where they are; svg and png are left out where matplotlib is missing."""
    results = open_results(args)
    plot_data = make_plot_data(results.run, selected_trials(results, args))
    plot_data = of_parameters(plot_data, args.columns) if args.columns else plot_data.with_all_parameters()
    if args.log:
        plot_data = plot_data.logarithmic(args.log)
    kinds = args.kind or (KINDS if find_spec("matplotlib") else KINDS[:1])
    name = results.run.name
    folder = output_path(results.paths.scatter / f"{name}.{kinds[0]}", results.paths, args.out).parent
    targets = {kind: folder / f"{name}.{kind}" for kind in kinds}
    if "html" in targets:
        with replacing(targets["html"]) as file:
            file.write(plots.scatter(plot_data, answer.sentence(results), args.max))
        say_written(targets["html"])
    pictures = [kind for kind in targets if kind != "html"]
    if pictures:
        shown = panels.select(results, plot_data, named=bool(args.columns))
        if shown.note:
            note = f"{' and '.join(pictures)} show {shown.note}; --columns a,b,c chooses others."
            print(together(note, shown.why), file=sys.stderr)
        figure = scatter.draw(shown, best(results.points, results.run), args.max, args.size).figure
        for kind in pictures:
            with replacing_bytes(targets[kind]) as raw:
                scatter.save(figure, raw, kind)
            say_written(targets[kind])
    elif not args.kind:
        print(f"For svg and png, too, install matplotlib: {command('install', 'plots')}")
    return EXIT_DONE
