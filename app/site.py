"""What one running server has to offer: partitions, the wheel, and the installer for an address."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Request, abort, current_app

from app.catalogue import Catalogue
from app.environment import Settings
from app.wheel import Wheel
from worker.spec.command import Installer

EXTENSION = "omniopt"
# What a Host header may be, since it goes into the command: a name or an address, and a port.
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
# What the path of the page may be, as a server in front gives it (SCRIPT_NAME), for the same reason.
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Site:
    """Made once when the server starts. render_installer: base address -> the text of install.sh."""

    settings: Settings
    catalogue: Catalogue
    wheel: Wheel
    render_installer: Callable[[str], str]

    def base_url(self, request: Request) -> str:
        """The page's address without a slash at the end; aborts with 400 where the request names a strange one."""
        if self.settings.public_url:
            return self.settings.public_url
        if not _HOST.fullmatch(request.host):
            abort(
                400,
                "The server name in your request (its Host header) is not valid.",
            )
        prefix = request.root_path.rstrip("/")
        if request.scheme not in _SCHEMES or not _PREFIX.fullmatch(prefix):
            abort(
                400,
                "The page address in your request (its scheme or SCRIPT_NAME) is not valid.",
            )
        return f"{request.scheme}://{request.host}{prefix}"

    def installer(self, base_url: str) -> Installer:
        """Where the installer for `base_url` is, and its checksum."""
        text = self.render_installer(base_url)
        return Installer(f"{base_url}/install.sh", hashlib.sha256(text.encode()).hexdigest())


def attach(app: Flask, site: Site) -> None:
    """Make `site` what `current_site` gives for `app`."""
    app.extensions[EXTENSION] = site


def current_site() -> Site:
    """The site of the request that is being answered."""
    site: Site = current_app.extensions[EXTENSION]
    return site
