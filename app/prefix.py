"""A page that users reach below a path, such as https://example.org/omniopt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def below(path: str, application: WSGIApplication) -> WSGIApplication:
    """`application`, whose addresses begin with `path`; the web server in front may take it off or leave it on."""

    def moved(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["SCRIPT_NAME"] = path
        if f"{environ['PATH_INFO']}/".startswith(f"{path}/"):
            # Also without the slash at its end, or there would be a redirect to whatever host the request names.
            environ["PATH_INFO"] = environ["PATH_INFO"][len(path) :] or "/"
        return application(environ, start_response)

    return moved
