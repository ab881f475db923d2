"""`omniopt parallel`: the parallel plot as an html file that needs nothing but a browser."""

from __future__ import annotations

import argparse

from worker.cli.result_files import (
    comma_list,
    configure_failed,
    configure_run,
    open_results,
    output_path,
    say_written,
    selected_trials,
)
from worker.errors import EXIT_DONE
from worker.report.data.plot_columns import make_plot_data
from worker.report.pages import answer, plots
from worker.store.files import replacing


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt parallel`."""
    configure_run(parser)
    parser.add_argument(
        "--columns",
        type=comma_list,
        metavar="NAMES",
        help="only these axes at first, in this order: a,b,RESULT",
    )
    configure_failed(parser)


def execute(args: argparse.Namespace) -> int:
    """Write the plot and print where it is."""
    results = open_results(args)
    target = output_path(results.paths.parallel, results.paths, args.out)
    plot_data = make_plot_data(results.run, selected_trials(results, args))
    if args.columns:
        plot_data = plot_data.with_axes(args.columns)
    with replacing(target) as file:
        file.write(plots.parallel(plot_data, answer.sentence(results)))
    say_written(target)
    return EXIT_DONE
