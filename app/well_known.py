"""Addresses that browsers and operators ask for by custom."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from hashlib import sha256

from flask import Blueprint, Response, abort, current_app, request

from app.metrics import MIMETYPE, metrics_of
from app.site import current_site, settings_current
from worker import __version__

blueprint = Blueprint("system", __name__)

HEALTH = "/healthz"


@blueprint.get(HEALTH)
def health() -> Response:
    """Says that the server answers, and which version it is."""
    return Response(f"ok {__version__}\n", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """What the page counts, for Prometheus, where the site wants that."""
    if not current_site().file.metrics:
        abort(404)
    text = metrics_of(current_app).text(__version__, settings_current())
    return Response(text, content_type=MIMETYPE)


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """The icon, for browsers that do not read the page's link to it."""
    return current_app.send_static_file("icon.svg")


@blueprint.get("/logo")
def logo() -> Response:
    """The picture beside the site's name."""
    picture = current_site().file.logo
    if picture is None:
        abort(404)
    response = Response(picture.content, mimetype=picture.mimetype)
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(sha256(picture.content).hexdigest())
    response.make_conditional(request)
    return response


@blueprint.get("/.well-known/security.txt")
def security_contact() -> Response:
    """Whom to tell of a weakness (RFC 9116), where the site has named somebody."""
    contact = current_site().file.contact
    if not contact:
        abort(404)
    expires = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=30)
    text = f"Contact: {contact}\nExpires: {expires.isoformat().replace('+00:00', 'Z')}\n"
    return Response(text, mimetype="text/plain")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """The empty form and the documentation may be found; filled-in forms are links between people."""
    return Response(
        "User-agent: *\nAllow: /$\nAllow: /help$\nAllow: /docs\nAllow: /static/\nDisallow: /\n",
        mimetype="text/plain",
    )
