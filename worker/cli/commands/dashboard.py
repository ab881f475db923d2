"""`omniopt dashboard`: all runs, or the report of one, live in a browser."""

from __future__ import annotations

import argparse
import getpass
import socket

from worker.cli.page_address import configure_page, page_address
from worker.cli.run_lookup import configure_run, find_run, runs
from worker.errors import EXIT_DONE, OmnioptError
from worker.report.live.listing import Listing
from worker.report.live.overview import Overview
from worker.report.pages.dashboard import LiveReport, Server, Site
from worker.store.starter import homes


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt dashboard`."""
    configure_run(parser, required=False)
    parser.add_argument("--port", type=int, default=0, help="listen on this port (default: any free one)")
    configure_page(parser)


def execute(args: argparse.Namespace) -> int:
    """Serve one run, or all, until Ctrl-C; prints the address, and how to reach it from another machine."""
    if args.run is None:
        known = list(dict.fromkeys(homes(args.workdir)))
        overview = Overview(Listing(known, runs), page_address(args.page, tuple(known)))
        return _serve(overview, "All runs are", "they are", args.port)
    paths = find_run(args.run, args.workdir)
    page_url = page_address(args.page, (paths.home, *homes(args.workdir)))
    return _serve(LiveReport(paths, page_url), f"The report of {paths.name} is", "the run is", args.port)


def _serve(site: Site, what: str, who: str, wanted: int) -> int:
    try:
        server = Server(site, wanted)
    except (OSError, OverflowError) as error:
        raise OmnioptError(
            f"Port {wanted} cannot be used ({error}). Leave out --port to get a free one."
        ) from error
    port = server.server_port
    print(f"{what} at {server.url}")
    print("On your own computer, first run this in a terminal, and leave it open:")
    print(f"  ssh -L {port}:localhost:{port} {getpass.getuser()}@{_host()}")
    print(f"Ctrl-C ends it; {who} not affected.", flush=True)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return EXIT_DONE


def _host() -> str:
    """The name by which other machines know this one, as far as it knows that itself."""
    full = socket.getfqdn()
    return socket.gethostname() if full.startswith("localhost") else full
