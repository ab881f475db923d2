"""Who stands behind an archived run, as a person says it: authors with affiliation and ORCID, a publisher."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from worker.errors import UsageError
from worker.spec.text import quoted

Entity = dict[str, object]


@dataclass(frozen=True)
class Party:
    """A person or an organization: a name, where it belongs to, and its address on the web, both "" where not stated."""

    name: str
    affiliation: str = ""
    address: str = ""


def party(text: str) -> Party:
    """What "NAME; AFFILIATION; https://..." says; all but the name may be left out. Raises UsageError where there is no name, or too much."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    addresses = [part for part in parts if part.startswith(("https://", "http://"))]
    names = [part for part in parts if part not in addresses]
    if not names or len(names) > 2 or len(addresses) > 1:
        raise UsageError(
            f'{quoted(text)} is not of the form "NAME; AFFILIATION; https://orcid.org/...", of which all but the name may be left out.'
        )
    affiliation = names[1] if len(names) > 1 else ""
    return Party(names[0], affiliation, addresses[0] if addresses else "")


def authors(people: Sequence[Party]) -> list[Entity]:
    """An entity for each of them, in their order; their affiliations are none of these."""
    return [
        {
            "@id": _identity(person, f"#author-{number}"),
            "@type": "Person",
            "name": person.name,
            **({"affiliation": {"@id": affiliation}} if (affiliation := _affiliation(person)) else {}),
        }
        for number, person in enumerate(people, 1)
    ]


def organizations(people: Sequence[Party], publisher: Party | None) -> Iterator[Entity]:
    """An entity for each affiliation, once, and for the publisher."""
    for affiliation in dict.fromkeys(person.affiliation for person in people if person.affiliation):
        if publisher is None or affiliation != publisher.name:
            yield {"@id": _organization(affiliation), "@type": "Organization", "name": affiliation}
    if publisher is not None:
        url = {"url": publisher.address} if publisher.address else {}
        # Under its name, so that it is the affiliation of the same name, too.
        yield {"@id": _organization(publisher.name), "@type": "Organization", "name": publisher.name, **url}


def publisher_of(publisher: Party) -> Entity:
    """The reference to it."""
    return {"@id": _organization(publisher.name)}


def _affiliation(person: Party) -> str:
    return _organization(person.affiliation) if person.affiliation else ""


def _organization(name: str) -> str:
    from urllib.parse import quote

    return f"#organization-{quote(name, safe='')}"


def _identity(party: Party, otherwise: str) -> str:
    return party.address or otherwise
