"""`omniopt compare`: several runs in one page and one csv."""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Sequence

from worker.cli.result_files import configure_out, output_path, say_written
from worker.cli.run_lookup import configure_workdir, find_run
from worker.errors import EXIT_DONE, UsageError
from worker.report.data.comparison import distinct
from worker.report.data.results import read
from worker.report.pages import compare
from worker.store.files import replacing
from worker.store.paths import RunPaths

_LONGEST = 80  # characters of a file's name


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt compare`."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="names of runs, or paths of their folders")
    configure_workdir(parser)
    configure_out(parser)


def execute(args: argparse.Namespace) -> int:
    """Write page and csv, into the folder of the first run, and print where they are."""
    by_folder = {paths.root: paths for paths in (find_run(word, args.workdir) for word in args.runs)}
    if len(by_folder) < 2:
        raise UsageError("A comparison needs at least two different runs.")
    runs = distinct([read(paths) for paths in by_folder.values()])
    first = runs[0].paths
    name = _name(list(by_folder.values()))
    page = output_path(first.root / "comparisons" / f"{name}.html", first, args.out)
    with replacing(page) as file:
        file.write(compare.page(name, runs))
    say_written(page)
    table = page.with_suffix(".csv")
    with replacing(table) as file:
        compare.write_csv(file, runs)
    say_written(table)
    return EXIT_DONE


def _name(runs: Sequence[RunPaths]) -> str:
    """What no other comparison is called; the names of all runs where they are not too many."""
    names = "-and-".join(paths.name for paths in runs)
    if len(names) <= _LONGEST and len({paths.name for paths in runs}) == len(runs):
        return names
    mark = zlib.crc32("\0".join(str(paths.root) for paths in runs).encode("utf-8", "surrogateescape"))
    return f"{runs[0].name[:_LONGEST]}-and-{len(runs) - 1}-{mark:08x}"
