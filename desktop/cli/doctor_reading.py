"""The doctor on what Seawall makes of the venues' messages: the shipped corpus is read here, on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desktop.cli.finding import Check, Finding, missing, ok
from desktop.domain.errors import BadInput
from desktop.storage.resource_files import resource
from desktop.venues.conformance import corpus_from, misread
from desktop.venues.reading import READABLE_VENUES

_CORPORA = (*READABLE_VENUES, "context", "withdrawals")
_MOST_NAMED = 5
_REPAIR = "Install Seawall again; until then do not trust the numbers of these venues."


def reading_checks() -> list[Check]:
    """Return the check of the venues' parsers."""
    return [Check("venue-messages", look_at_reading)]


def look_at_reading(corpora: Sequence[Path] | None = None) -> Finding:
    """Return whether every documented message of every venue is read as it must be, or which are not."""
    read = 0
    wrong: list[str] = []
    try:
        for path in corpora if corpora is not None else _shipped():
            corpus = corpus_from(path.read_bytes().splitlines(), path.name)
            for case in corpus.cases:
                read += 1
                difference = misread(case, corpus.instruments)
                if difference is not None:
                    wrong.append(f"{case.venue}, {case.name}: {difference}")
    except OSError as error:
        return missing(f"{error.filename} cannot be read: {error.strerror}", _REPAIR)
    except BadInput as error:
        return missing(error.message, error.remedy)
    if not wrong:
        return ok(f"{read} messages in the documented form are read right ({', '.join(_CORPORA)})")
    more = f"; and {len(wrong) - _MOST_NAMED} more" if len(wrong) > _MOST_NAMED else ""
    return missing(f"{len(wrong)} of {read} would be misread: {'; '.join(wrong[:_MOST_NAMED])}{more}", _REPAIR)


def _shipped() -> list[Path]:
    return [resource(f"conformance/{name}.jsonl") for name in _CORPORA]
