"""What one running server has to offer: partitions, the wheel, and the installer for an address."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from flask import Flask, Request, abort, current_app, g

from app.catalogue import Catalogue, CatalogueError
from app.environment import Settings
from app.in_front import LOOPBACK, unknown_address
from app.kept_texts import KeptTexts
from app.site_file import SiteFile, SiteFileError
from app.wheel import Wheel
from worker.spec.command import Installer
from worker.spec.problem import Problem

EXTENSION = "omniopt"
_LOG = logging.getLogger("gunicorn.error")  # where the server's own messages go
# What a Host header may be, since it goes into the command: a name or an address, and a port.
_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
# What the path of the page may be, as a server in front gives it (SCRIPT_NAME), for the same reason.
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_SCHEMES = ("http", "https")


@dataclass(frozen=True)
class Site:
    """Made when the server starts, and whenever its files change.

    file: what the settings file says. render_installer: base address -> the text of install.sh. empty_forms: the page that
    most people begin with, by all that it hangs on in a request.
    """

    settings: Settings
    file: SiteFile
    catalogue: Catalogue
    wheel: Wheel
    render_installer: Callable[[str], str]
    empty_forms: KeptTexts = field(default_factory=KeptTexts, compare=False)

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

    def address_problems(self, request: Request) -> tuple[Problem, ...]:
        """What keeps commands with the address of this request from being of use."""
        problem = None if self.settings.public_url else unknown_address(request)
        return (problem,) if problem else ()

    def check_host(self, request: Request) -> None:
        """Abort with 400 where a page that knows its names is asked for under another one."""
        known = set(self.file.hosts)
        if self.settings.public_url:
            known.add(str(urlsplit(self.settings.public_url).hostname))
        name = urlsplit(f"//{request.host}").hostname if _HOST.fullmatch(request.host) else None
        if known and name not in known | LOOPBACK:  # health checks, and web servers on the same machine
            abort(400, "This page does not answer under the server name in your request (its Host header).")

    def installer(self, base_url: str) -> Installer:
        """Where the installer for `base_url` is, and its checksum."""
        text = self.render_installer(base_url)
        checksum = hashlib.sha256(text.encode()).hexdigest()
        return Installer(f"{base_url}/install.sh", checksum, f"{base_url}/i")


class Sites:
    """The site as its files describe it now: they are looked at with every request, so that no restart is needed."""

    def __init__(self, files: Sequence[Path], make: Callable[[], Site]) -> None:
        """files: what it is made of. Raises what `make` raises."""
        self._files = files
        self._make = make
        self._parts: tuple[Path, ...] = ()
        self._seen = self._signature()
        self._site = make()
        self._parts = self._site.file.parts
        self.up_to_date = True  # whether that is what the files say now
        self._lock = Lock()

    def current(self) -> Site:
        """The newest site that could be made; files that cannot be used are named in the log, once."""
        seen = self._signature()
        with self._lock:
            if seen != self._seen:
                # From before they are read, or a change meanwhile would be lost. Parts that show only then are looked at again.
                self._seen = seen
                try:
                    self._site = self._make()
                    self._parts = self._site.file.parts
                    self.up_to_date = True
                except (SiteFileError, CatalogueError) as error:
                    self._parts = tuple({*self._parts, *getattr(error, "parts", ())})
                    self.up_to_date = False
                    _LOG.error("The settings stay as they were: %s", error)
            return self._site

    def _signature(self) -> list[object]:
        """What differs whenever a file does."""
        found: list[object] = []
        for path in sorted({*self._files, *self._parts}):
            found.append(path)
            try:
                status = path.stat()
                found.append((status.st_mtime_ns, status.st_size, status.st_ino))
            except OSError as error:
                found.append(error.errno)
        return found


def attach(app: Flask, sites: Sites) -> None:
    """Make `sites` what `current_site` takes it from for `app`."""
    app.extensions[EXTENSION] = sites


def current_site() -> Site:
    """The site of the request that is being answered."""
    if EXTENSION not in g:
        setattr(g, EXTENSION, _sites().current())
    site: Site = g.get(EXTENSION)
    return site


def settings_current() -> bool:
    """Whether the site is what its files say now; not so where they cannot be used."""
    return _sites().up_to_date


def _sites() -> Sites:
    sites: Sites = current_app.extensions[EXTENSION]
    return sites
