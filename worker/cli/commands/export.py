"""`omniopt export`: a run for other programs, as JSON, Parquet, or a study of Optuna."""

from __future__ import annotations

import argparse

from worker.cli.result_files import configure_run, open_results, output_path, say_written
from worker.cli.said_progress import said_progress
from worker.errors import EXIT_DONE
from worker.spec.text import counted
from worker.store.files import replacing


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt export`."""
    configure_run(parser)
    kinds = parser.add_mutually_exclusive_group(required=True)
    kinds.add_argument("--json", action="store_true", help="everything known, as JSON")
    kinds.add_argument(
        "--parquet", action="store_true", help="the table of evaluations (needs pandas and pyarrow)"
    )
    kinds.add_argument(
        "--optuna",
        metavar="STORAGE",
        help="a study, for example sqlite:///x.db or a journal file x.log (needs optuna)",
    )
    parser.add_argument("--study", metavar="NAME", help="the name of the study (default: that of the run)")


def execute(args: argparse.Namespace) -> int:
    """Write the export and print where it is."""
    results = open_results(args)
    if args.optuna:
        from worker.report.exchange import optuna_study

        name = args.study or results.run.name
        with said_progress("evaluations") as progress:
            count = optuna_study.export(results, args.optuna, name, progress)
        print(f"{counted(count, 'evaluation')} in the study {name} of {args.optuna}")
        return EXIT_DONE
    from worker.report.exchange import export

    kind = "json" if args.json else "parquet"
    target = output_path(
        results.paths.root / "export" / f"{results.run.name}.{kind}", results.paths, args.out
    )
    if args.json:
        with replacing(target) as file:
            export.write_json(results, file)
    else:
        export.write_parquet(results, target)
    say_written(target)
    return EXIT_DONE
