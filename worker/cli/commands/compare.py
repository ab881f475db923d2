"""`omniopt compare`: several runs in one page, and who stands where by rank tests."""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Sequence

from worker.cli.result_files import configure_out, output_path, say_written
from worker.cli.run_lookup import configure_workdir, find_run
from worker.errors import EXIT_DONE, UsageError
from worker.report.data import standing_lines
from worker.report.data.comparison import differences, distinct
from worker.report.data.results import Results, read
from worker.report.data.run_curves import Budget
from worker.report.data.standings import Comparison
from worker.report.pages import compare
from worker.spec.text import visible
from worker.store.files import replacing
from worker.store.paths import RunPaths

_LONGEST = 80  # characters of a file's name


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt compare`."""
    parser.add_argument("runs", metavar="RUN", nargs="+", help="names of runs, or paths of their folders")
    parser.add_argument(
        "--mixed",
        action="store_true",
        help="compare them even if their objectives differ: program, results, directions or parameters",
    )
    configure_workdir(parser)
    configure_out(parser)


def execute(args: argparse.Namespace) -> int:
    """Print who stands where; write page and csv files, into the folder of the first run, and print where they are.

    Raises UsageError where the objectives differ and nobody said that they may.
    """
    by_folder = {paths.root: paths for paths in (find_run(word, args.workdir) for word in args.runs)}
    if len(by_folder) < 2:
        raise UsageError("A comparison needs at least two different runs.")
    runs = distinct([read(paths) for paths in by_folder.values()])
    if not args.mixed:
        _refuse_mixed(runs)
    comparison = Comparison(runs)
    for line in standing_lines.lines(comparison):
        print(visible(line))
    first = runs[0].paths
    name = _name(list(by_folder.values()))
    page = output_path(first.root / "comparisons" / f"{name}.html", first, args.out)
    with replacing(page) as file:
        file.write(compare.page(name, comparison))
    say_written(page)
    table = page.with_suffix(".csv")
    with replacing(table) as file:
        compare.write_csv(file, runs)
    say_written(table)
    if standings := [found for budget in Budget if (found := comparison.standing(budget))]:
        tests = page.with_suffix(".tests.csv")
        with replacing(tests) as file:
            compare.write_tests(file, standings)
        say_written(tests)
    return EXIT_DONE


def _refuse_mixed(runs: Sequence[Results]) -> None:
    found = [f"  {difference.words}" for difference in differences(runs)]
    if found:
        raise UsageError(
            "These runs have different objectives, so a better result of one may mean nothing to another:\n"
            + "\n".join(found)
            + "\nTo compare them nevertheless, add --mixed."
        )


def _name(runs: Sequence[RunPaths]) -> str:
    """What no other comparison is called; the names of all runs where they are not too many."""
    names = "-and-".join(paths.name for paths in runs)
    if len(names) <= _LONGEST and len({paths.name for paths in runs}) == len(runs):
        return names
    mark = zlib.crc32("\0".join(str(paths.root) for paths in runs).encode("utf-8", "surrogateescape"))
    return f"{runs[0].name[:_LONGEST]}-and-{len(runs) - 1}-{mark:08x}"
