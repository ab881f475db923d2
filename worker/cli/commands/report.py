"""`omniopt report`: one html file with the answer, how it came about, what failed and what it cost."""

from __future__ import annotations

import argparse
import time
from datetime import datetime, timezone
from pathlib import Path

from worker.cli.page_address import configure_page, page_address
from worker.cli.result_files import configure_run, output_path, say_written
from worker.cli.run_lookup import find_run
from worker.errors import EXIT_DONE
from worker.report.data import paper_text
from worker.report.data.paper import paper
from worker.report.data.results import Results, read
from worker.report.pages import report
from worker.store import provenance
from worker.store.files import replacing
from worker.store.starter import homes


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt report`."""
    configure_run(parser)
    configure_page(parser)
    parser.add_argument(
        "--no-importance",
        action="store_true",
        help="skip the importance of the parameters, which takes longest",
    )
    parser.add_argument(
        "--paper",
        action="store_true",
        help="write what a paper says of the run instead: methods, tables of space and best values, BibTeX",
    )
    parser.add_argument("--follow", action="store_true", help="rewrite it every minute until the run ends")


def execute(args: argparse.Namespace) -> int:
    """Write the report and print where it is."""
    paths = find_run(args.run, args.workdir)
    results = read(paths)
    if args.paper:
        return _write_paper(results, args.out)
    target = output_path(paths.report, paths, args.out)
    page_url = page_address(args.page, (paths.home, *homes(args.workdir)))
    options = report.Options(page_url, not args.no_importance)

    def write(latest: Results) -> None:
        with replacing(target) as file:
            file.write(report.page(latest, options, datetime.now(timezone.utc)))

    write(results)
    say_written(target)
    while args.follow and results.running:
        time.sleep(report.REFRESH)
        results = read(paths)
        write(results)
    return EXIT_DONE


def _write_paper(results: Results, out: Path | None) -> int:
    """Methods and tables as Markdown and LaTeX, and the reference to OmniOpt; prints where they are."""
    made = paper(results, provenance.read(results.paths))
    texts = {
        "paper.md": paper_text.markdown(made),
        "paper.tex": paper_text.latex(made),
        "references.bib": paper_text.bibtex(),
    }
    for name, text in texts.items():
        target = output_path(results.paths.paper / name, results.paths, out)
        with replacing(target) as file:
            file.write(text)
        say_written(target)
    return EXIT_DONE
