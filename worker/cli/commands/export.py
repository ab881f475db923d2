"""`omniopt export`: a run for other programs and for archives."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone
from pathlib import Path

from worker.cli.result_files import configure_run, open_results, output_path, say_written
from worker.cli.said_progress import said_progress
from worker.errors import EXIT_DONE
from worker.report.data.results import Results
from worker.spec.text import counted
from worker.store.files import replacing


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt export`."""
    configure_run(parser)
    parser.usage = "%(prog)s [options] RUN"  # the kinds are more than fit into a line
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
    kinds.add_argument(
        "--mlflow",
        type=Path,
        metavar="FOLDER",
        help="an experiment in a folder of MLflow, for example mlruns",
    )
    kinds.add_argument(
        "--ro-crate",
        action="store_true",
        help="a zip for an archive, as an RO-Crate: config, table, report, provenance",
    )
    parser.add_argument("--study", metavar="NAME", help="the name of the study (default: that of the run)")
    parser.add_argument(
        "--license", default="", metavar="URL", help="the license that --ro-crate states for the data"
    )
    parser.add_argument(
        "--author",
        action="append",
        default=[],
        metavar="TEXT",
        help='an author that --ro-crate states: "NAME; AFFILIATION; https://orcid.org/..."; may be repeated',
    )
    parser.add_argument(
        "--publisher", metavar="TEXT", help='who publishes it, for --ro-crate: "NAME; https://..."'
    )


def execute(args: argparse.Namespace) -> int:
    """Write the export and print where it is. Raises UsageError where an author has no name, or a study is there already."""
    results = open_results(args)
    if args.optuna:
        _to_optuna(results, args.optuna, args.study or results.run.name)
    elif args.mlflow:
        _to_mlflow(results, args.mlflow)
    else:
        kind = "json" if args.json else "parquet" if args.parquet else "crate.zip"
        default = results.paths.root / "export" / f"{results.run.name}.{kind}"
        target = output_path(default, results.paths, args.out)
        _write(results, target, args)
        say_written(target)
    return EXIT_DONE


def _to_optuna(results: Results, storage: str, study: str) -> None:
    from worker.report.exchange import optuna_study

    with said_progress("evaluations") as progress:
        count = optuna_study.export(results, storage, study, progress)
    print(f"{counted(count, 'evaluation')} in the study {study} of {storage}")


def _to_mlflow(results: Results, folder: Path) -> None:
    from worker.report.exchange import mlflow_store

    with said_progress("evaluations") as progress:
        count = mlflow_store.write(results, folder, progress)
    print(f"{counted(count, 'evaluation')} in the experiment {results.run.name} of {folder}")


def _write(results: Results, target: Path, args: argparse.Namespace) -> None:
    from worker.report.exchange import export

    if args.json:
        with replacing(target) as file:
            export.write_json(results, file)
    elif args.parquet:
        export.write_parquet(results, target)
    else:
        from worker.report.exchange import ro_crate
        from worker.report.exchange.crate_people import party
        from worker.report.pages import report

        made_at = datetime.now(timezone.utc)
        publisher = party(args.publisher) if args.publisher else None
        statement = ro_crate.Statement(args.license, tuple(map(party, args.author)), publisher)
        html = report.page(results, report.Options(refresh=0), made_at)
        ro_crate.write(results, target, html, statement, made_at)
