"""What the commands that show results share: finding the run, and a place for what they write."""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from worker.cli import run_lookup
from worker.cli.run_lookup import find_run
from worker.cli.whereabouts import note_elsewhere
from worker.errors import OmnioptError, UsageError
from worker.report.data.plot_columns import PlotData
from worker.report.data.results import Results, read
from worker.report.data.summary import is_usable
from worker.store.files import replacing
from worker.store.paths import RunPaths
from worker.trial import Trial

_NEGATIVE = re.compile(r"-(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
ELSEWHERE = "omniopt-results"  # the folder for results of runs that somebody else owns


def configure_run(parser: argparse.ArgumentParser) -> None:
    """Add the options by which every such command finds its run and its place to write."""
    run_lookup.configure_run(parser)
    configure_out(parser)


def configure_out(parser: argparse.ArgumentParser) -> None:
    """Add --out."""
    parser.add_argument("--out", type=Path, metavar="DIR", help="write into this folder instead of the run's")


def open_results(args: argparse.Namespace) -> Results:
    """The run that the command line names, read."""
    results = read(find_run(args.run, args.workdir))
    note_elsewhere(results.paths, results.run)
    return results


def configure_failed(parser: argparse.ArgumentParser) -> None:
    """Add --no-failed."""
    parser.add_argument(
        "--no-failed", action="store_true", help="leave out evaluations without a usable result"
    )


def comma_list(text: str) -> list[str]:
    """The names in a comma list, each once. Raises ArgumentTypeError where there is none."""
    unique_names = list(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
    if not unique_names:
        raise argparse.ArgumentTypeError("the list contains no name")
    return unique_names


def of_parameters(plot_data: PlotData, wanted: Sequence[str]) -> PlotData:
    """The data with these columns. Raises UsageError where none of them is a parameter, or one is no column."""
    shown = plot_data.with_axes(wanted)
    if not any(column.shown for column in shown.of_role("parameter")):
        parameters = ", ".join(column.name for column in plot_data.of_role("parameter"))
        raise UsageError(f"--columns names no parameter. The parameters are {parameters}.")
    return shown


def configure_most(parser: argparse.ArgumentParser, where: str = "") -> None:
    """Add --max, for what is made as `where` says; "" for everything."""
    # argparse takes "-1" for a number, but "-1e-05" for an option.
    parser._negative_number_matcher = _NEGATIVE
    help_text = "leave out larger results" + (f" ({where})" if where else "")
    parser.add_argument("--max", type=_limit, metavar="RESULT", help=help_text)


def _limit(text: str) -> float:
    """A number that results can be compared with. Raises ValueError."""
    number = float(text)
    if math.isnan(number):
        raise ValueError(text)
    return number


def selected_trials(results: Results, args: argparse.Namespace) -> list[Trial]:
    """The evaluations that the command line asks for."""
    return [trial for trial in results.trials if is_usable(trial)] if args.no_failed else results.trials


def output_path(default: Path, paths: RunPaths, out: Path | None) -> Path:
    """Where to write what belongs to `default` in the run's folder.

    In `out` where the user names one. Otherwise there, or below the present folder where the run is somebody
    else's, which is said. Raises OmnioptError where neither is possible.
    """
    if out is not None:
        return out / default.name
    if _writable(default):
        return default
    fallback = Path.cwd() / ELSEWHERE / paths.name / default.relative_to(paths.root)
    if not _writable(fallback):
        raise OmnioptError(
            f"You can write neither to {paths.root} nor to {Path.cwd()}. Name a folder with --out DIR."
        )
    print(f"You cannot write to {paths.root}, so this goes to {fallback.parent}.", file=sys.stderr)
    return fallback


def _writable(target: Path) -> bool:
    folder = target.parent
    while not folder.exists():
        folder = folder.parent
    effective = os.access in os.supports_effective_ids
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK, effective_ids=effective)


def print_or_write(lines: Iterable[str], name: str, out: Path | None) -> None:
    """Print the lines; with --out, write them to the file `name` in that folder instead, and print its path."""
    if out is None:
        for line in lines:
            print(line)
        return
    with replacing(out / name) as file:
        file.writelines(f"{line}\n" for line in lines)
    say_written(out / name)


def say_written(path: Path) -> None:
    """Print the path of what was written, alone on its line, so that scripts can take it."""
    print(path)
