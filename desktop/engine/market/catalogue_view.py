"""What the search for coins found, for the window."""

from __future__ import annotations

import msgspec

from desktop.domain.symbol_catalogue import CatalogueHit


class CatalogueView(msgspec.Struct, frozen=True):
    """What was found for `words`, best first. `coins` are those watched now, `known` how many there are to find."""

    words: str
    hits: tuple[CatalogueHit, ...]
    coins: tuple[str, ...]
    known: int
