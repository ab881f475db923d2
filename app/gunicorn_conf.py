"""How gunicorn serves the page; `python -m app` names this module to it."""

from __future__ import annotations

import os
import sys
import tempfile
from itertools import count
from typing import Any

from app.environment import SettingsError
from app.environment import workers as worker_count
from app.malloc import give_back

wsgi_app = "app.wsgi:application"
# Threads, so that a client that sends slowly keeps no other waiting; see app.server for the rest.
worker_class = "app.server.PageWorker"
try:
    workers = worker_count(os.environ)
except SettingsError as error:
    sys.exit(f"The page cannot start: {error}")
threads = 256  # each waits for one client at most, and only those that are busy exist
# The wheel is built once, before the workers are forked off; a wrong setting shows before a port is opened.
preload_app = True
# Links to filled-in forms are long; gunicorn allows no more.
limit_request_line = 8190
limit_request_fields = 60
limit_request_field_size = 8190
keepalive = 15
timeout = 60
graceful_timeout = 10
# Workers tell that they are alive by touching a file, which must not wait for a disk. Some containers have no
# /dev/shm, or one that nobody but root may write.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK | os.X_OK) else None
if worker_tmp_dir is None:
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        sys.exit(
            "The page cannot start: gunicorn needs a folder that it can write to (/dev/shm, or the one in "
            "TMPDIR) for an empty file per worker."
        )
give_back()
# A control socket in the home folder is of no use here.
control_socket_disable = True


def pre_fork(server: Any, worker: Any) -> None:
    """Give the process that is about to begin a place for its counters that no living one has."""
    taken = {other.place for other in server.WORKERS.values()}
    worker.place = next(place for place in count() if place not in taken)


def when_ready(server: Any) -> None:
    """Print the page's address as soon as it answers."""
    addresses = ", ".join(str(listener) for listener in server.LISTENERS)
    print(f"OmniOpt's page: {addresses}", flush=True)
