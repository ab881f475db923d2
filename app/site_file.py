"""The settings file of a site: its name and links, what new forms begin with, presets, the installer, the partitions."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.catalogue import TABLES, Catalogue, CatalogueError, catalogue_of, of_clusters, read_catalogue
from worker.spec.config_limits import PAGE
from worker.spec.field_values import field_value
from worker.spec.fields import BY_PATH
from worker.spec.formats import toml
from worker.spec.problem import Problem, UnreadableError, did_you_mean
from worker.spec.raw_values import ConversionError
from worker.spec.run import Draft
from worker.spec.text import quoted, visible

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LOGOS: Mapping[str, str] = {".svg": "image/svg+xml", ".png": "image/png"}
# The tables with keys of their own, and those keys; the others hold fields of configs, or what a partition file holds.
KEYS: Mapping[str, tuple[str, ...]] = {
    "site": ("name", "logo", "contact", "help", "hardware", "hosts"),
    "server": ("metrics",),
    "installer": ("python", "index", "any_versions"),
    "clusters": ("name", "partitions"),
}
_TABLES = (*KEYS, "defaults", "presets", *TABLES)
MOST_LOGO = 200_000  # bytes; every visitor fetches it
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
_MAIL = re.compile(r"[^\s\"'<>@/:?]+@[A-Za-z0-9.-]+")
_HOST = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
# These go into the installer, whose lines a shell reads.
_PATH = re.compile(r"/[A-Za-z0-9._+/-]*")
_INDEX = re.compile(r"https?://[A-Za-z0-9.:/_~-]+")


class SiteFileError(ValueError):
    """A settings file that cannot be used; its text says where it is wrong. parts: the other files that it was read from."""

    parts: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Preset:
    """Values that an empty form can begin with. key: its name in the file. label: of the link that does."""

    key: str
    label: str
    draft: Draft


@dataclass(frozen=True)
class Logo:
    """A picture beside the site's name."""

    content: bytes
    mimetype: str


@dataclass(frozen=True)
class InstallerOptions:
    """What the installer does without being told. python: the one to take; index: of packages; any_versions: see docs/administration.md."""

    python: str = ""
    index: str = ""
    any_versions: bool = False


@dataclass(frozen=True)
class SiteFile:
    """What a site says of itself. contact, help, hardware: addresses. hosts: names under which the page answers, beside its public one.

    defaults: what a new form begins with. metrics: whether /metrics answers. catalogue: the partitions; None where the file has none.
    parts: the other files that this is read from.
    """

    name: str = ""
    logo: Logo | None = None
    contact: str = ""
    help: str = ""
    hardware: str = ""
    hosts: tuple[str, ...] = ()
    defaults: Draft = field(default_factory=lambda: Draft({}, ()))
    presets: tuple[Preset, ...] = ()
    installer: InstallerOptions = InstallerOptions()
    metrics: bool = False
    catalogue: Catalogue | None = None
    parts: tuple[Path, ...] = ()


def read_site_file(path: Path) -> SiteFile:
    """The settings in a TOML file. Raises SiteFileError."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SiteFileError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise SiteFileError(f"The settings file {path} is not valid TOML: {error}.") from error
    reader = _Reader(path)
    try:
        return reader.read(content)
    except SiteFileError as error:
        error.parts = tuple(reader.parts)
        raise


class _Reader:
    """Reads the tables of one file; `path` is for its messages."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.parts: list[Path] = []  # other files that were read

    def read(self, content: Mapping[str, Any]) -> SiteFile:
        self._check_keys("", content, _TABLES)
        site = self._table(content, "site")
        return SiteFile(
            name=self._text(site, "site.name"),
            logo=self._logo(site),
            contact=self._address(site, "site.contact", mail=True),
            help=self._address(site, "site.help"),
            hardware=self._address(site, "site.hardware"),
            hosts=self._hosts(site),
            defaults=self._draft("defaults", content.get("defaults", {})),
            presets=self._presets(content.get("presets", {})),
            installer=self._installer(content),
            metrics=self._switch(self._table(content, "server"), "server.metrics"),
            catalogue=self._catalogue(content),
            parts=tuple(self.parts),
        )

    def _catalogue(self, content: Mapping[str, Any]) -> Catalogue | None:
        if "clusters" in content:
            return self._clusters(content)
        if "partitions" not in content:
            return None
        try:
            return catalogue_of(content, self._path)
        except CatalogueError as error:
            raise SiteFileError(str(error)) from error

    def _clusters(self, content: Mapping[str, Any]) -> Catalogue:
        if taken := [name for name in TABLES if name in content]:
            raise self._wrong(
                taken[0], "must stand in the partition files of the clusters, where there are some"
            )
        tables = content["clusters"]
        if not (isinstance(tables, list) and tables and all(isinstance(table, dict) for table in tables)):
            raise self._wrong("clusters", "must be tables, [[clusters]]")
        clusters: dict[str, Catalogue] = {}
        for table in tables:
            self._check_keys("clusters.", table, KEYS["clusters"])
            name, partitions = self._text(table, "clusters.name"), self._text(table, "clusters.partitions")
            if not re.fullmatch(BY_PATH["slurm.cluster"].pattern, name) or name in clusters:
                raise self._wrong(
                    "clusters.name", "must be another one for each, as sacctmgr show cluster has it"
                )
            if not partitions:
                raise self._wrong(
                    "clusters.partitions", "must name a file that omniopt partitions has written"
                )
            try:
                clusters[name] = read_catalogue(self._part(partitions))
            except CatalogueError as error:
                raise SiteFileError(str(error)) from error
        return of_clusters(clusters)

    def _part(self, name: str) -> Path:
        """The path of a file that the settings name, relative to theirs; a change to it is one to them."""
        path = self._path.parent / name
        self.parts.append(path)
        return path

    def _presets(self, tables: object) -> tuple[Preset, ...]:
        if not isinstance(tables, dict):
            raise self._wrong("presets", "must be tables, [presets.NAME]")
        presets = []
        for key, table in tables.items():
            path = f"presets.{visible(key)}"
            if not isinstance(table, dict):
                raise self._wrong(path, "must be a table")
            values = {name: value for name, value in table.items() if name != "label"}
            label = self._text(table, f"{path}.label") or key
            presets.append(Preset(key, label, self._draft(path, values)))
        return tuple(presets)

    def _draft(self, path: str, tables: object) -> Draft:
        """The values of fields in tables such as those of a config."""
        if not isinstance(tables, dict):
            raise self._wrong(path, "must have tables like those of a config")
        try:
            read = toml.of_document(tables, PAGE)
        except UnreadableError as error:
            raise self._wrong(path, f": {error}") from error
        problems = [*read.problems]
        for place, raw in read.draft.values.items():
            try:
                field_value(BY_PATH[place], raw)
            except ConversionError as error:
                problems.append(Problem(place, str(error), error.hint))
        if problems:
            raise self._wrong(f"{path}.{problems[0].path}", f": {problems[0].message} {problems[0].hint}")
        return read.draft

    def _installer(self, content: Mapping[str, Any]) -> InstallerOptions:
        table = self._table(content, "installer")
        python, index = self._text(table, "installer.python"), self._text(table, "installer.index")
        if python and not _PATH.fullmatch(python):
            raise self._wrong("installer.python", "must be an absolute path of letters, digits and ._+/-")
        if index and not _INDEX.fullmatch(index):
            raise self._wrong("installer.index", "must be an address such as https://pypi.example.org/simple")
        return InstallerOptions(python, index, self._switch(table, "installer.any_versions"))

    def _logo(self, site: Mapping[str, Any]) -> Logo | None:
        name = self._text(site, "site.logo")
        if not name:
            return None
        path = self._part(name)
        if path.suffix not in LOGOS:
            raise self._wrong("site.logo", f"must be a file that ends in {' or '.join(LOGOS)}")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise self._wrong("site.logo", f": {path} cannot be read: {error.strerror}") from error
        if len(content) > MOST_LOGO:
            raise self._wrong("site.logo", f"must have at most {MOST_LOGO:,} bytes")
        return Logo(content, LOGOS[path.suffix])

    def _hosts(self, site: Mapping[str, Any]) -> tuple[str, ...]:
        hosts = site.get("hosts", [])
        if not isinstance(hosts, list) or not all(
            isinstance(host, str) and _HOST.fullmatch(host) for host in hosts
        ):
            raise self._wrong("site.hosts", 'must be a list of names without ports, such as ["omniopt"]')
        return tuple(host.lower() for host in hosts)

    def _address(self, site: Mapping[str, Any], path: str, *, mail: bool = False) -> str:
        """An address that a link may lead to."""
        text = self._text(site, path)
        if mail and _MAIL.fullmatch(text):
            return f"mailto:{text}"
        if text and not _ADDRESS.fullmatch(text):
            raise self._wrong(path, f"must begin with https://{' or be a mail address' if mail else ''}")
        return text

    def _switch(self, table: Mapping[str, Any], path: str) -> bool:
        value = table.get(path.rpartition(".")[2], False)
        if not isinstance(value, bool):
            raise self._wrong(path, "must be true or false")
        return value

    def _text(self, table: Mapping[str, Any], path: str) -> str:
        value = table.get(path.rpartition(".")[2], "")
        if not isinstance(value, str):
            raise self._wrong(path, "must be text")
        return value

    def _table(self, content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = content.get(name, {})
        if not isinstance(table, dict):
            raise self._wrong(name, f"must be a table, [{name}]")
        self._check_keys(f"{name}.", table, KEYS[name])
        return table

    def _check_keys(self, before: str, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in table:
            if key not in known:
                raise SiteFileError(
                    f"{self._path} has the unknown key {quoted(before + key)}. {did_you_mean(key, known)}"
                )

    def _wrong(self, path: str, what: str) -> SiteFileError:
        blank = "" if what.startswith(":") else " "
        return SiteFileError(f"{self._path}: {path}{blank}{what.rstrip('.')}.")
