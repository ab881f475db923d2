"""What a run has taken over from elsewhere, in sentences."""

from __future__ import annotations

from worker.spec.text import counted
from worker.store.journal_records import Imported


def imported_sentence(record: Imported) -> str:
    """How many evaluations came from where, and how many were left out, with the most frequent reason."""
    taken = f"{counted(record.taken, 'evaluation')} taken over from {record.source}"
    if not record.left_out:
        return f"{taken}."
    return f"{taken}, and {record.left_out:,} left out, mostly for this reason: {record.reason}"
