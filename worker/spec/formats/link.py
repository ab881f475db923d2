"""The link to the page's form: its keys where they are few, else a token behind a #, which no browser sends to a server."""

from __future__ import annotations

from worker.spec.formats import token, url
from worker.spec.run import Draft

LONGEST_QUERY = 2000  # bytes; servers, logs and mail programs on the way cut or refuse longer ones
MARK = "#c="  # before the token
PACKAGES = (
    "packages"  # the key that says of the installation, not of the run, that plots and importance shall work
)


def of_draft(draft: Draft, packed: str | None = None, packages: bool = False) -> str:
    """What follows the page's address in the link to the form with `draft`.

    packed: its token, where that is known. packages: whether those for plots and importance are ticked.
    """
    ticked = f"{PACKAGES}=1" if packages else ""
    query = f"?{'&'.join(filter(None, (url.write(draft), ticked)))}"
    if len(query.encode()) <= LONGEST_QUERY:
        return query
    return f"{ticked and '?'}{ticked}{MARK}{packed or token.encode(draft)}"


def has_packages(text: str) -> bool:
    """Whether a text is a link in which they are ticked."""
    query = text.strip().partition("#")[0].partition("?")[2]
    return f"{PACKAGES}=1" in query.split("&")


def token_of(link: str) -> str:
    """The token in a link; "" where it has none."""
    _, mark, found = link.partition(MARK)
    return found if mark and token.looks_like_token(found) else ""
