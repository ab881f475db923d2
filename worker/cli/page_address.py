"""The address of the page with the form: from the command line, the environment, or what the installer noted down."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from urllib.parse import urlsplit

from worker.errors import UsageError
from worker.spec.text import quoted
from worker.store.paths import Home

VARIABLE = "OMNIOPT_PAGE"
_LONGEST = 2000  # characters of an address


def configure_page(parser: argparse.ArgumentParser) -> None:
    """Add --page."""
    parser.add_argument(
        "--page",
        metavar="URL",
        help="the address of the page with the form (default: the one that OmniOpt was installed from)",
    )


def page_address(named: str | None, homes: Iterable[Home]) -> str:
    """The page's address without a slash at its end; "" where it is unknown, or `named` as "".

    Raises UsageError where the user names something that is no address.
    """
    address = os.environ.get(VARIABLE) if named is None else named
    if address is None:
        return next(filter(None, map(_noted, homes)), "")
    if address and not _is_address(address):
        where = VARIABLE if named is None else "--page"
        raise UsageError(
            f"{where} is {quoted(address)}, which is not the address of a page. It must begin with http:// or https://."
        )
    return address.rstrip("/")


def _noted(home: Home) -> str:
    """What the installer of this user wrote down; "" where that is nothing that a link may lead to."""
    try:
        if home.page.stat().st_uid not in (0, os.getuid()):
            return ""
        text = home.page.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return text.rstrip("/") if _is_address(text) else ""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isprintable() and " " not in text and len(text) <= _LONGEST
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname)
