"""The link to the page's form: its keys where they are few, else a token behind a #, which no browser sends to a server."""

from __future__ import annotations

from worker.spec.formats import token, url
from worker.spec.run import Draft

LONGEST_QUERY = 2000  # bytes; servers, logs and mail programs on the way cut or refuse longer ones
MARK = "#c="  # before the token


def of_draft(draft: Draft, packed: str | None = None) -> str:
    """What follows the page's address in the link to the form with `draft`. packed: its token, where that is known."""
    query = f"?{url.write(draft)}"
    if len(query.encode()) <= LONGEST_QUERY:
        return query
    return f"{MARK}{packed or token.encode(draft)}"


def token_of(link: str) -> str:
    """The token in a link; "" where it has none."""
    _, mark, found = link.partition(MARK)
    return found if mark and token.looks_like_token(found) else ""
