"""The web page: a form for a run, and the command that starts it."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response

from app import api, errors, importing, install, page, prefix, system
from app.catalogue import read_catalogue
from app.security import HEADERS
from app.settings import Settings, from_environment
from app.site import Site, attach
from app.wheel import build_wheel

_HERE = Path(__file__).parent
MOST_BYTES = (
    2_000_000  # of a request's body; a config of the largest size, percent-encoded, has about as many
)
MOST_FORM_PARTS = 12_000  # the fields of as many parameters as there can be, kept ones included


def create_app(settings: Settings | None = None) -> Flask:
    """The application. settings: by default those of the environment. Raises SettingsError and CatalogueError."""
    # In an installed wheel the two folders lie inside the package.
    bundled = _HERE / "_bundled"
    root = bundled if bundled.is_dir() else _HERE.parent
    app = Flask("app", template_folder=str(root / "templates"), static_folder=str(root / "static"))
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=MOST_FORM_PARTS,
        # Static files are asked for again each time, and answered with "not modified": no old script with a new page.
        SEND_FILE_MAX_AGE_DEFAULT=0,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    settings = settings if settings is not None else from_environment(os.environ)
    wheel = build_wheel()
    site = Site(settings, read_catalogue(settings.partitions), wheel, install.renderer(app, wheel))
    attach(app, site)
    if settings.prefix:
        app.wsgi_app = prefix.below(settings.prefix, app.wsgi_app)  # type: ignore[method-assign, assignment]
    for module in (page, api, importing, install, system):
        app.register_blueprint(module.blueprint)
    errors.register(app)
    app.after_request(_with_headers)
    return app


def _with_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
