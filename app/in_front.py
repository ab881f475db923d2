"""Whether a web server stands in front of the page whose address the page does not know, as its requests show."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request

from worker.spec.problem import Problem

LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))  # names of the machine itself
# What web servers in front add. None of it is believed here, or anybody could put an address into the commands.
_ADDED = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X-Real-IP",
)


def unknown_address(request: Request) -> Problem | None:
    """For whoever runs the page: that its commands would lead nowhere; None where nothing speaks for that.

    For a page that was told no public address, so that it takes the one that is asked for.
    """
    if not _misled(request):
        return None
    return Problem(
        "",
        "This page is behind a web server and does not know the address under which people reach it, so that its "
        f"commands would lead to {request.scheme}://{request.host}.",
        "Whoever runs it: set OMNIOPT_PUBLIC_URL to that address, such as https://omniopt.example.org, and restart the page.",
    )


def _misled(request: Request) -> bool:
    headers = request.headers
    asked = urlsplit(f"//{request.host}").hostname
    if asked in LOOPBACK:
        # No browser speaks HTTP/1.0, as nginx does to the servers behind it unless it is told otherwise.
        old = request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
        origin = urlsplit(headers.get("Origin", "")).hostname
        return old or any(name in headers for name in _ADDED) or (origin or asked) not in LOOPBACK
    host, scheme = _first(headers.get("X-Forwarded-Host")), _first(headers.get("X-Forwarded-Proto"))
    return (host or request.host).lower() != request.host.lower() or (
        scheme or request.scheme
    ) != request.scheme


def _first(value: str | None) -> str:
    """What the web server that is closest to the browser says."""
    return (value or "").partition(",")[0].strip()
