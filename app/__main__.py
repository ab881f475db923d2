"""Serve the page: `python -m app` is gunicorn with this project's settings, and takes gunicorn's options."""

from __future__ import annotations

import os
import sys

from app.environment import SERVER_VARIABLES, SettingsError, check_server


def main() -> None:
    """Look at the environment before gunicorn does, which ends with a traceback at what it does not understand."""
    for name in [name for name in SERVER_VARIABLES if os.environ.get(name) == ""]:
        del os.environ[name]  # as compose files pass on what is not set
    try:
        check_server(os.environ)
    except SettingsError as error:
        sys.exit(f"The page cannot start: {error}")
    from gunicorn.app.wsgiapp import run  # reads the environment when it is imported

    sys.argv[1:1] = ["--config", "python:app.gunicorn_conf"]
    run(prog="python -m app")


if __name__ == "__main__":
    main()
