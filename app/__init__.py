"""The web page: a form for a run, and the command that starts it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from flask import Flask, Response, request

from app import (
    api,
    body,
    bundles,
    docs_pages,
    error_pages,
    importing,
    install,
    metrics,
    page,
    prefix,
    reading_programs,
    rest,
    well_known,
)
from app.catalogue import read_catalogue
from app.environment import Settings, from_environment
from app.form import UntouchedFields
from app.security import headers_of
from app.site import Site, Sites, attach, current_site
from app.site_file import SiteFile, read_site_file
from app.unindented import Unindented
from app.wheel import Wheel, build_wheel
from worker import __version__
from worker.spec.config_limits import LARGEST_BODY, MOST_FIELDS

_HERE = Path(__file__).parent


def create_app(settings: Settings | None = None) -> Flask:
    """The application. settings: by default those of the environment. Raises SettingsError and CatalogueError."""
    # In an installed wheel the two folders lie inside the package.
    bundled = _HERE / "_bundled"
    root = bundled if bundled.is_dir() else _HERE.parent
    app = Flask("app", template_folder=str(root / "templates"), static_folder=str(root / "static"))
    app.request_class = body.PageRequest
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # or a letter could take twelve bytes
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        MAX_FORM_PARTS=MOST_FIELDS,
        # Static files are asked for again each time, and answered with "not modified": no old script with a new page.
        SEND_FILE_MAX_AGE_DEFAULT=0,
    )
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "extensions": [Unindented]}
    settings = settings if settings is not None else from_environment(os.environ)
    wheel = build_wheel()
    files = [path for path in (settings.site, settings.partitions) if path]
    attach(app, Sites(files, lambda: _site(app, settings, wheel)))
    if settings.prefix:
        app.wsgi_app = prefix.below(settings.prefix, app.wsgi_app)  # type: ignore[method-assign, assignment]
    for module in (page, docs_pages, api, importing, reading_programs, install, rest, well_known):
        app.register_blueprint(module.blueprint)
    docs_pages.attach(app, root / "docs")
    error_pages.register(app)
    bundles.register(app)
    app.jinja_env.globals["untouched"] = UntouchedFields(
        app.jinja_env.get_template("macros.html").module
    ).html
    app.context_processor(lambda: {"site": current_site().file, "version": __version__})
    metrics.attach(app)
    app.before_request(body.refuse)
    app.before_request(_check_host)
    added = headers_of(settings.public_url)
    app.after_request(partial(_with_headers, added))
    app.wsgi_app = body.in_memory(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def _site(app: Flask, settings: Settings, wheel: Wheel) -> Site:
    """What the files of `settings` say now. Raises SiteFileError and CatalogueError."""
    file = read_site_file(settings.site) if settings.site else SiteFile()
    catalogue = file.catalogue or read_catalogue(settings.partitions)
    return Site(settings, file, catalogue, wheel, install.renderer(app, wheel, file.installer))


def _check_host() -> None:
    # Whoever asks whether the server lives asks it by any name.
    if request.path != well_known.HEALTH:
        current_site().check_host(request)


def _with_headers(added: Mapping[str, str], response: Response) -> Response:
    response.headers.update(added)
    # What people type is kept nowhere; files that are the same for everybody say otherwise themselves.
    response.headers.setdefault("Cache-Control", "no-store")
    return response
