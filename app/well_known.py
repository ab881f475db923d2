"""Addresses that browsers and operators ask for by custom."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

blueprint = Blueprint("system", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """Says that the server answers."""
    return Response("ok\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The icon, for browsers that do not read the page's link to it."""
    return current_app.send_static_file("icon.svg")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """The empty form may be found; filled-in forms are links between people."""
    return Response("User-agent: *\nAllow: /$\nAllow: /static/\nDisallow: /\n", mimetype="text/plain")
