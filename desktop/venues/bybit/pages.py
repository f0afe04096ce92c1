"""Bybit's long lists come page by page; each page names the next by a cursor. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from desktop.venues.http import Question

# Cursors come in escaped form and go back as they are: escaped once more they would name no page.
_ESCAPED = re.compile(r"[A-Za-z0-9%_.,:~+/=-]+")


def page_at(first: Question, cursor: str) -> Question | None:
    """Return what to ask for the page of this list that a cursor names; None for an empty one: there are no more."""
    if not cursor:
        return None
    place = cursor if _ESCAPED.fullmatch(cursor) else quote(cursor, safe="")
    return Question(f"{first.path}?{urlencode(first.params)}&cursor={place}", weight=first.weight)
