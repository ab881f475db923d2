"""What an administrator can set: environment variables, read once when the server starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from app.catalogue import BUNDLED

# The address goes into commands that people paste, so it is made of harmless characters only.
_PUBLIC_URL = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[A-Za-z0-9._~/-]*)?"
)
MOST_WORKERS = 1000
# What gunicorn reads from the environment by itself.
SERVER_VARIABLES = ("WEB_CONCURRENCY", "PORT", "SENDFILE", "FORWARDED_ALLOW_IPS")


class SettingsError(ValueError):
    """A setting that cannot be used; its text names the variable."""


@dataclass(frozen=True)
class Settings:
    """partitions: the partition file. public_url: the page's address as users see it, "" to take it from each request.

    site: the settings file; None for none.
    """

    partitions: Path = BUNDLED
    public_url: str = ""
    site: Path | None = None

    @property
    def prefix(self) -> str:
        """The path below which users reach the page, such as "/omniopt"; "" for none or for one that is not known."""
        return urlsplit(self.public_url).path


# Environment variable -> what it is for; docs/administration.md has a line for each (a test sees to it).
VARIABLES: Mapping[str, str] = {
    "OMNIOPT_SITE": "A TOML file with the settings of the site.",
    "OMNIOPT_PARTITIONS": "A TOML file with the partitions to offer instead of the bundled ones.",
    "OMNIOPT_PUBLIC_URL": "The address at which users reach the page, used in its commands and links.",
}


def workers(environment: Mapping[str, str]) -> int:
    """How many processes answer. Raises SettingsError."""
    text = environment.get("WEB_CONCURRENCY", "2").strip()
    if not re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII):
        raise SettingsError(f"WEB_CONCURRENCY is {text!r}, but must be a whole number, such as 2.")
    if int(text) < 1:
        raise SettingsError(f"WEB_CONCURRENCY is {text}, but must be at least 1.")
    if int(text) > MOST_WORKERS:
        raise SettingsError(
            f"WEB_CONCURRENCY is {text}, but must be at most {MOST_WORKERS}; one per core is a good choice."
        )
    return int(text)


def check_server(environment: Mapping[str, str]) -> None:
    """Raises SettingsError for a variable that gunicorn itself reads and would not understand."""
    workers(environment)
    port = environment.get("PORT")
    if port is not None and not (re.fullmatch(r"\d{1,5}", port, re.ASCII) and int(port) <= 65535):
        raise SettingsError(
            f"PORT is {port!r}, but must be a number up to 65535; unset it if --bind gives the address."
        )
    sendfile = environment.get("SENDFILE")
    if sendfile is not None and sendfile.lower() not in ("y", "1", "yes", "true", "n", "0", "no", "false"):
        raise SettingsError(f"SENDFILE is {sendfile!r}, but must be yes or no.")
    forwarded = environment.get("FORWARDED_ALLOW_IPS", "")
    for address in filter(None, map(str.strip, forwarded.split(","))):
        try:
            if address != "*":
                ip_network(address, strict=False)
        except ValueError as error:
            raise SettingsError(
                f"FORWARDED_ALLOW_IPS contains {address!r}, but must be IP addresses separated by commas, or *."
            ) from error


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`. Raises SettingsError."""
    public_url = environment.get("OMNIOPT_PUBLIC_URL", "").rstrip("/")
    if public_url and not _PUBLIC_URL.fullmatch(public_url):
        raise SettingsError(
            f"OMNIOPT_PUBLIC_URL is {public_url!r}, but must look like https://omniopt.example.org or "
            "http://host:8000/omniopt."
        )
    partitions = environment.get("OMNIOPT_PARTITIONS", "")
    site = environment.get("OMNIOPT_SITE", "")
    return Settings(Path(partitions) if partitions else BUNDLED, public_url, Path(site) if site else None)
