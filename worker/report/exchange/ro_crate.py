"""A run packed for an archive: a zip with its config, table, report and provenance, described as an RO-Crate.

Made after https://www.researchobject.org/ro-crate/specification/1.1/ and the profile for runs of single programs,
https://w3id.org/ro/wfrun/process/0.5.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path

from worker import __version__
from worker.report.data import table
from worker.report.data.code_and_machines import lines
from worker.report.data.results import Results
from worker.report.exchange import crate_people, csv_dictionary, csv_file, export
from worker.report.exchange.crate_people import Entity, Party
from worker.store import provenance
from worker.store.files import replacing_bytes
from worker.trial import Status

_VERSION = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_MORE_TERMS = {"sha256": "http://schema.org/sha256"}  # which is younger than that version of RO-Crate
_METADATA = "ro-crate-metadata.json"
NO_LICENSE = "No license was stated. Ask the authors before you use this."
# Where a format is described: the registry that RO-Crate recommends has most of them.
_FORMATS = {
    "text/csv": "https://www.nationalarchives.gov.uk/PRONOM/x-fmt/18",
    "application/csvm+json": "https://www.nationalarchives.gov.uk/PRONOM/fmt/817",
    "application/json": "https://www.nationalarchives.gov.uk/PRONOM/fmt/817",
    "text/html": "https://www.nationalarchives.gov.uk/PRONOM/fmt/471",
    "text/plain": "https://www.nationalarchives.gov.uk/PRONOM/x-fmt/111",
    "application/toml": "https://toml.io/en/v1.0.0",
}
_FORMAT_NAMES = {
    "x-fmt/18": "Comma Separated Values",
    "fmt/817": "JSON Data Interchange Format",
    "fmt/471": "Hypertext Markup Language 5",
    "x-fmt/111": "Plain Text File",
    "en/v1.0.0": "TOML 1.0.0",
}


@dataclass(frozen=True)
class Statement:
    """What people say of a crate, as nobody else knows it: the address of the license ("" for none), authors, publisher."""

    license: str = ""
    authors: Sequence[Party] = ()
    publisher: Party | None = None


@dataclass(frozen=True)
class Part:
    """A file of the crate: its name, what it is in a sentence, its media type, its content."""

    name: str
    sentence: str
    media_type: str
    content: bytes


def write(results: Results, target: Path, report: str, statement: Statement, made_at: datetime) -> None:
    """Write the crate. report: the html. Raises OSError."""
    parts = list(_parts(results, report))
    with replacing_bytes(target) as raw, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        graph = _graph(results, parts, statement, made_at)
        described = {"@context": [f"{_VERSION}/context", _MORE_TERMS], "@graph": graph}
        archive.writestr(_METADATA, json.dumps(described, indent=1, ensure_ascii=False) + "\n")
        for part in parts:
            archive.writestr(part.name, part.content)


def _parts(results: Results, report: str) -> Iterator[Part]:
    name, paths = results.run.name, results.paths
    with tempfile.TemporaryDirectory() as folder:
        written = csv_file.write(paths, results.run, results.trials, Path(folder) / f"{name}.csv")
        yield Part(written.name, "The table of all evaluations.", "text/csv", written.read_bytes())
        beside = csv_dictionary.beside(written)
        sentence = "What the columns of the table are (CSV on the Web)."
        yield Part(beside.name, sentence, "application/csvm+json", beside.read_bytes())
    everything = StringIO()
    export.write_json(results, everything)
    sentence = "Everything known of the run and its evaluations."
    yield Part(f"{name}.json", sentence, "application/json", everything.getvalue().encode())
    yield Part("report.html", "The report, to be opened in a browser.", "text/html", report.encode())
    known = json.dumps(provenance.read(paths).as_json(), indent=1) + "\n"
    sentence = "Code, environments and machines behind the results."
    yield Part("provenance.json", sentence, "application/json", known.encode())
    for path, sentence, media_type in (
        (paths.config, "The config as the run was started with.", "application/toml"),
        (paths.changes, "What was changed of the config later.", "application/toml"),
        (paths.versions, "Python, OmniOpt and its libraries, for each start.", "text/plain"),
    ):
        if path.is_file():
            yield Part(path.name, sentence, media_type, path.read_bytes())


def _graph(results: Results, parts: list[Part], statement: Statement, made_at: datetime) -> list[Entity]:
    name = results.run.name
    program = _program(results)
    inputs = [_id(part.name) for part in parts if part.media_type == "application/toml"]
    outputs = [_id(part.name) for part in parts if part.media_type != "application/toml"]
    authors = crate_people.authors(statement.authors)
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{name}: an optimization with OmniOpt",
        "description": _description(results),
        "datePublished": made_at.isoformat(timespec="seconds"),
        "license": _of(_license(statement.license)),
        "conformsTo": _id(_PROFILE),
        "hasPart": [_id(part.name) for part in parts],
        "mentions": _id("#run"),
    }
    taken = [*inputs, *map(_of, program)]
    action = {**_action(results), "object": _one_or_all(taken), "result": outputs}
    if authors:
        root["author"] = _one_or_all([*map(_of, authors)])
        action["agent"] = _of(authors[0])
    if statement.publisher:
        root["publisher"] = crate_people.publisher_of(statement.publisher)
    return [
        {"@id": _METADATA, "@type": "CreativeWork", "conformsTo": _id(_VERSION), "about": _id("./")},
        root,
        {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        _license(statement.license),
        *authors,
        *crate_people.organizations(statement.authors, statement.publisher),
        action,
        {
            "@id": "#omniopt",
            "@type": "SoftwareApplication",
            "name": "OmniOpt",
            "softwareVersion": _driven_with(results),
        },
        *program,
        *map(_file, parts),
        *_formats(parts),
    ]


def _license(address: str) -> Entity:
    if address:
        return {"@id": address, "@type": "CreativeWork", "name": address, "description": "The license."}
    return {"@id": "#license", "@type": "CreativeWork", "name": "No license", "description": NO_LICENSE}


def _action(results: Results) -> Entity:
    """The run itself."""
    starts = [trial.start for trial in results.trials if trial.start is not None]
    ends = [trial.end for trial in results.trials if trial.end is not None]
    known = "; ".join(f"{heading}: {text}" for heading, text in lines(provenance.read(results.paths)))
    action: Entity = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"The run {results.run.name}",
        "description": known or _description(results),
        "instrument": _id("#omniopt"),
    }
    if starts:
        action["startTime"] = table.moment(min(starts))
    if ends and not results.running:
        action["endTime"] = table.moment(max(ends))
        found = any(trial.status is Status.OK for trial in results.trials)
        action["actionStatus"] = f"http://schema.org/{'Completed' if found else 'Failed'}ActionStatus"
    return action


def _program(results: Results) -> list[Entity]:
    """The program that was evaluated, as often as it has changed; only its name where it was not found."""
    found: dict[str, Entity] = {}
    for facts in provenance.read(results.paths).drivers:
        if not facts.get("program"):
            continue
        git = facts.get("git")
        version = git.get("commit") if isinstance(git, Mapping) else None
        key = f"#program-{facts.get('sha256') or len(found) + 1}-{version or 0}"
        entity: Entity = {
            "@id": key,
            "@type": "SoftwareSourceCode",
            "name": Path(str(facts["program"])).name,
            "description": f"The program that was evaluated, {facts['program']}",
        }
        if facts.get("sha256"):
            entity["sha256"] = facts["sha256"]
        if version:
            entity["version"] = version
        found[key] = entity
    return list(found.values())


def _driven_with(results: Results) -> str:
    drivers = provenance.read(results.paths).drivers
    return str(drivers[-1].get("omniopt") if drivers else __version__)


def _description(results: Results) -> str:
    usable = sum(trial.status is Status.OK for trial in results.trials)
    goals = ", ".join(goal.words for goal in results.run.goals)
    names = ", ".join(parameter.name for parameter in results.run.parameters)
    return f"{len(results.trials)} evaluations, {usable} of them with a result, of {names}, searched by {results.run.algorithm} for {goals}."


def _file(part: Part) -> Entity:
    return {
        "@id": part.name,
        "@type": "File",
        "name": part.name,
        "description": part.sentence,
        "encodingFormat": [part.media_type, _id(_FORMATS[part.media_type])],
        "contentSize": str(len(part.content)),
        "sha256": hashlib.sha256(part.content).hexdigest(),
    }


def _formats(parts: list[Part]) -> Iterator[Entity]:
    for address in dict.fromkeys(_FORMATS[part.media_type] for part in parts):
        name = _FORMAT_NAMES["/".join(address.split("/")[-2:])]
        yield {"@id": address, "@type": "WebSite", "name": name}


def _id(identity: str) -> dict[str, str]:
    return {"@id": identity}


def _one_or_all(references: list[dict[str, str]]) -> object:
    """Of a single one no list is made, as the recommendation has it."""
    return references[0] if len(references) == 1 else references


def _of(entity: Entity) -> dict[str, str]:
    return _id(str(entity["@id"]))
