"""What an administrator can set: environment variables, read once when the server starts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.catalogue import BUNDLED

# The address goes into commands that people paste, so it is made of harmless characters only.
_PUBLIC_URL = re.compile(
    r"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?(?:/[A-Za-z0-9._~/-]*)?"
)


class SettingsError(ValueError):
    """A setting that cannot be used; its text names the variable."""


@dataclass(frozen=True)
class Settings:
    """partitions: the partition file. public_url: the page's address as users see it, "" to take it from each request."""

    partitions: Path = BUNDLED
    public_url: str = ""

    @property
    def prefix(self) -> str:
        """The path below which users reach the page, such as "/omniopt"; "" for none or for one that is not known."""
        return urlsplit(self.public_url).path


# Environment variable -> what it is for; docs/page.md has a line for each (a test sees to it).
VARIABLES: Mapping[str, str] = {
    "OMNIOPT_PARTITIONS": "A TOML file with the partitions to offer, in place of the bundled ones.",
    "OMNIOPT_PUBLIC_URL": "The address under which users reach the page, for the commands and links that it gives.",
}


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`. Raises SettingsError."""
    public_url = environment.get("OMNIOPT_PUBLIC_URL", "").rstrip("/")
    if public_url and not _PUBLIC_URL.fullmatch(public_url):
        raise SettingsError(
            f"OMNIOPT_PUBLIC_URL is {public_url!r}, but must look like https://omniopt.example.org or "
            "http://host:8000/omniopt."
        )
    partitions = environment.get("OMNIOPT_PARTITIONS", "")
    return Settings(Path(partitions) if partitions else BUNDLED, public_url)
