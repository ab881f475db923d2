"""`omniopt dashboard`: the report of a run, live in a browser."""

from __future__ import annotations

import argparse
import getpass
import socket

from worker.cli.page_address import configure_page, page_address
from worker.cli.run_lookup import configure_run, find_run
from worker.errors import EXIT_DONE, OmnioptError
from worker.report.pages.dashboard import LiveReport, Server
from worker.store.starter import homes


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `omniopt dashboard`."""
    configure_run(parser)
    parser.add_argument("--port", type=int, default=0, help="listen on this port (default: any free one)")
    configure_page(parser)


def execute(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C; prints the address, and how to reach it from another machine."""
    paths = find_run(args.run, args.workdir)
    page_url = page_address(args.page, (paths.home, *homes(args.workdir)))
    try:
        server = Server(LiveReport(paths, page_url), args.port)
    except (OSError, OverflowError) as error:
        raise OmnioptError(
            f"Port {args.port} cannot be used ({error}). Leave out --port to get a free one."
        ) from error
    port = server.server_port
    print(f"The report of {paths.name} is at {server.url}")
    print("On your own computer, first run this in a terminal, and leave it open:")
    print(f"  ssh -L {port}:localhost:{port} {getpass.getuser()}@{_host()}")
    print("Ctrl-C ends it; the run is not affected.", flush=True)
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
