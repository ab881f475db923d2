"""`omniopt video`: the course of a run as a film, in an html page or as a gif."""

from __future__ import annotations

import argparse

from worker.cli.result_files import (
    comma_list,
    configure_most,
    configure_run,
    of_parameters,
    open_results,
    output_path,
    say_written,
)
from worker.errors import EXIT_DONE
from worker.report.data.results import Results
from worker.report.pages import video
from worker.store.files import replacing, replacing_bytes


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt video`."""
    configure_run(parser)
    parser.add_argument(
        "--kind", choices=("html", "gif"), default="html", help="gif is for slides, and needs matplotlib"
    )
    parser.add_argument(
        "--columns", type=comma_list, metavar="NAMES", help="these parameters: a,b,c (in a gif)"
    )
    configure_most(parser, "in a gif")


def _gif(results: Results, args: argparse.Namespace) -> bytes:
    # Imported here: it takes a while, and the page needs none of it.
    from worker.report.pictures import gif, panels

    plot_data = results.columns
    plot_data = of_parameters(plot_data, args.columns) if args.columns else plot_data.with_all_parameters()
    return gif.film(results, panels.select(results, plot_data, named=bool(args.columns)), args.max)


def execute(args: argparse.Namespace) -> int:
    """Write the film and print where it is."""
    results = open_results(args)
    target = output_path(
        results.paths.root / "video" / f"{results.run.name}.{args.kind}", results.paths, args.out
    )
    if args.kind == "gif":
        moving = _gif(results, args)
        with replacing_bytes(target) as raw:
            raw.write(moving)
    else:
        with replacing(target) as file:
            file.write(video.page(results))
    say_written(target)
    return EXIT_DONE
