"""What an order would lose in the books of one coin: minute medians, against the same hour of the week."""

from __future__ import annotations

from desktop.risk.book_board import HOLD_MS, BookBoard
from desktop.risk.held_median import HeldMedian
from desktop.risk.indicators.catalogue_liquidity import MY_SIZE, SLIPPAGE_SIZES
from desktop.risk.season import HourOfWeek

_SAMPLE_MS = 5_000


class SlipBoard:
    """Slippage of a market sale for each size, on the venue where it loses least. Engine thread.

    Sampled at most every 5 s, whatever the books' own period. `mine_usd` is the person's own size; None: not known.
    """

    def __init__(self, books: BookBoard) -> None:
        self._books = books
        self._medians = {size: HeldMedian(HOLD_MS, low_is_bad=False) for size in (*SLIPPAGE_SIZES, MY_SIZE)}
        self._usual = {size: HourOfWeek() for size in SLIPPAGE_SIZES}
        self._sampled_ms = 0
        self.mine_usd: float | None = None
        self.too_thin: frozenset[str] = frozenset()
        self.venues: dict[str, str] = {}

    def sample(self, now_ms: int) -> None:
        """Walk the live books, unless that was done less than 5 s ago."""
        if now_ms - self._sampled_ms < _SAMPLE_MS:
            return
        self._sampled_ms = now_ms
        live = self._books.live(now_ms)
        sizes = dict(SLIPPAGE_SIZES) if self.mine_usd is None else {**SLIPPAGE_SIZES, MY_SIZE: self.mine_usd}
        thin = set()
        for size, usd in sizes.items():
            found = self._least(live, usd, now_ms)
            if found is None:
                thin.add(size)
                self._medians[size].reset()
                continue
            bps, self.venues[size] = found
            self._medians[size].add(now_ms, bps)
            if size in self._usual:
                self._usual[size].sample(now_ms, bps)
        self.too_thin = frozenset(thin) if live else frozenset()

    def _least(self, live: list[str], usd: float, now_ms: int) -> tuple[float, str] | None:
        """Return the least loss (bp) of a whole order over these venues; None if no visible book takes all of it."""
        best: tuple[float, str] | None = None
        for venue in live:
            met = self._books.sell(venue, usd, now_ms)
            if met is not None and met.bps is not None and met.unfilled <= 0 and (best is None or met.bps < best[0]):
                best = (met.bps, venue)
        return best

    def bps(self, size: str, now_ms: int) -> float | None:
        """Return the median of the last minute, or None without a book that takes the whole order."""
        return self._medians[size].median(now_ms)

    def times_usual(self, size: str, now_ms: int) -> float | None:
        """Return how many times the usual slippage of this hour of the week it is; None while that is not known."""
        if size not in self._usual:
            return None
        now, usual = self.bps(size, now_ms), self._usual[size].usual(now_ms).value
        return now / usual if now is not None and usual else None

    def add_usual(self, size: str, hour_ms: int, bps: float) -> None:
        """Take a stored hour."""
        if size in self._usual:
            self._usual[size].add_hour(hour_ms, bps)
