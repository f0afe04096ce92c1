"""What the market says about a person's positions and coins: marks, margin tiers, betas, slippage of closing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop.domain.margin_tiers import MarginTiers
from desktop.domain.position import Holding, Position
from desktop.domain.venue_names import venue_name
from desktop.engine.market.market_notes import MarketNotes
from desktop.engine.ports import Clock
from desktop.risk.account.collateral import is_stable
from desktop.risk.account.exposure_pool import HoldingFacts, PositionFacts
from desktop.risk.account.maintenance import Schedule, schedule
from desktop.risk.account.wick import beta_of
from desktop.risk.depth import slippage_usd
from desktop.risk.freshness import age_words
from desktop.risk.reading import Reading, State, unknown

_OLDEST_MARK_MS = 60_000
TAKER_FEE = 0.0005
"""What venues ask of a taker at most, for closing in a hurry."""


def mark_of(position: Position, notes: MarketNotes, now_ms: int) -> Reading:
    """Return the mark of a position: of its own venue, of another one, or the one its source said with it."""
    said = notes.mark(position.coin, now_ms, position.venue, position.symbol)
    if said is not None:
        elsewhere = "" if said.venue == position.venue else f"mark of {venue_name(said.venue)}"
        return Reading(said.price, said.state(now_ms), said.heard_ms, reason=elsewhere, venues=(said.venue,))
    age_ms = now_ms - position.as_of_ms
    if position.venue_mark is None or age_ms > _OLDEST_MARK_MS:
        return unknown(f"no mark price of {position.coin}")
    words = f"{position.coin} is not watched: mark as the account said it {age_words(age_ms)} ago"
    return Reading(float(position.venue_mark), State.STALE, position.as_of_ms, reason=words, venues=(position.venue,))


class MarketSurroundings:
    """Fills `desktop.risk.account.exposure.Surroundings` from what the venues said last. Engine thread."""

    def __init__(self, notes: MarketNotes, clock: Clock) -> None:
        self._notes, self._clock = notes, clock
        self._tiers: dict[tuple[str, str], Schedule] = {}
        self._betas: dict[str, float] = {}

    def take_tiers(self, tables: Sequence[MarginTiers]) -> None:
        """Take margin tiers; those of the same contract go."""
        for table in tables:
            if table.tiers:
                self._tiers[table.venue, table.symbol] = schedule(table)

    def take_betas(self, betas: Mapping[str, float]) -> None:
        """Take measured betas by coin."""
        self._betas.update(betas)

    def of_position(self, position: Position) -> PositionFacts:
        """Return mark, tiers, beta and closing costs of a position."""
        now_ms = self._clock.now_ms()
        said = self._notes.mark(position.coin, now_ms, position.venue, position.symbol)
        reading = mark_of(position, self._notes, now_ms)
        mark = reading.value
        return PositionFacts(
            mark=mark,
            tiers=self._tiers.get((position.venue, position.symbol)),
            beta=beta_of(position.coin, self._betas.get(position.coin)),
            slippage=None if mark is None else self._slippage(position, float(position.quantity) * mark, now_ms),
            funding=0.0 if said is None or said.funding is None else said.funding,
            fee_rate=TAKER_FEE,
            inverse=self._notes.is_inverse(position.venue, position.symbol),
        )

    def of_holding(self, holding: Holding) -> HoldingFacts:
        """Return price and beta of a holding; a stablecoin is a dollar, its peg is part of the wick test."""
        if is_stable(holding.coin):
            return HoldingFacts(1.0, 0.0)
        said = self._notes.mark(holding.coin, self._clock.now_ms(), holding.venue)
        beta = beta_of(holding.coin, self._betas.get(holding.coin))
        return HoldingFacts(None if said is None else said.price, beta)

    def _slippage(self, position: Position, worth_usd: float, now_ms: int) -> float | None:
        """Return what closing costs in the venue's own book; None where it cannot be seen to its end."""
        book = self._notes.book(position.coin, position.venue, now_ms)
        if book is None:
            return None
        found = slippage_usd(book.bids, book.asks, "sell" if position.side > 0 else "buy", worth_usd)
        if found is None or found.bps is None or found.status == "insufficient_depth":
            return None
        return found.bps / 1e4
