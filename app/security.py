"""The headers that every answer of the page carries, those of gunicorn's own error pages included."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The address of a form holds what a user has typed; it is nobody else's business.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def headers_of(public_url: str) -> Mapping[str, str]:
    """The headers of a page that users reach at `public_url`, "" where that is not known."""
    if not public_url.startswith("https://"):
        return HEADERS
    # Browsers then ask for it by https alone, for a year. Only a page that has a name to itself speaks for names below that.
    below = "" if urlsplit(public_url).path else "; includeSubDomains"
    return {**HEADERS, "Strict-Transport-Security": f"max-age=31536000{below}"}
