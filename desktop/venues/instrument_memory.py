"""Takes a venue's own list of contracts, page by page, into the table that all its messages are read by."""

from __future__ import annotations

from collections.abc import Callable

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.listing import Listing
from desktop.domain.raw_frame import RawFrame


class InstrumentMemory:
    """Renew the table when the last page has come; an unreadable page leaves it as it was. One thread at a time.

    `path` is how the channels of the list begin; `is_first` and `is_last` tell of a frame which page it is.
    """

    def __init__(
        self,
        venue: str,
        table: InstrumentTable,
        path: str,
        listings: Callable[[bytes], list[Listing]],
        *,
        is_first: Callable[[RawFrame], bool] = lambda raw: True,
        is_last: Callable[[RawFrame], bool] = lambda raw: True,
    ) -> None:
        self._venue, self._table, self._path, self._listings = venue, table, path, listings
        self._is_first, self._is_last = is_first, is_last
        self._pages: list[Listing] | None = None

    def learn(self, raw: RawFrame) -> None:
        """Take in an answer of REST if it is a page of the list."""
        if not raw.channel.startswith(self._path):
            return
        if self._is_first(raw):
            self._pages = []
        if self._pages is None:
            return
        try:
            self._pages += self._listings(raw.frame)
        except Unreadable:
            self._pages = None  # the parser reports it
            return
        if self._is_last(raw) and self._pages:
            self._table.renew(self._venue, [one.instrument for one in self._pages])
            self._pages = None
