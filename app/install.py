"""What the pasted command fetches: install.sh, and the wheel that it installs."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from flask import Blueprint, Flask, Response, abort, request

from app.site import current_site
from app.site_file import InstallerOptions
from app.wheel import Wheel
from worker.spec.guard import GUARD

blueprint = Blueprint("install", __name__)


def renderer(app: Flask, wheel: Wheel, options: InstallerOptions) -> Callable[[str], str]:
    """A function from the page's address to the text of its installer, which the last few addresses keep."""
    template = app.jinja_env.get_template("install.sh")

    @lru_cache(maxsize=32)
    def render(base_url: str) -> str:
        # One newline at the end, as the command puts it there again before it computes the checksum.
        text = template.render(base_url=base_url, wheel=wheel, guard=GUARD.strip(), options=options)
        return text.rstrip("\n") + "\n"

    return render


@blueprint.get("/i")  # short, for the command
@blueprint.get("/install.sh")
def install_script() -> Response:
    """The installer for the address under which it is asked for."""
    site = current_site()
    text = site.render_installer(site.base_url(request))
    return Response(text, mimetype="text/plain")


@blueprint.get("/<name>.whl")
def wheel(name: str) -> Response:
    """The wheel; its name changes with its content."""
    site = current_site()
    if f"{name}.whl" != site.wheel.name:
        abort(
            404,
            "This version of OmniOpt is no longer served here. Reload the page and copy the command again.",
        )
    response = Response(site.wheel.content, mimetype="application/octet-stream")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
