"""What the person holds in the practice world: an ether long on borrowed play money, and the exchange's balances."""

from __future__ import annotations

from decimal import Decimal

from desktop.domain.margin_tiers import MarginTier, MarginTiers
from desktop.domain.position import Holding, Holdings, Position
from desktop.engine.ports import Clock
from desktop.worlds.practice.exchange import VENUE, PracticeExchange

_SYMBOL = "ETHUSDT"
_ENTRY = Decimal("2748.00")
_QUANTITY = Decimal("38.00")
_MARGIN = Decimal("16650.00")
# Far enough under the storm's low to live through it, near enough to fail the wick test from the start.
_LIQUIDATION = Decimal("2320.13")

TIERS = MarginTiers(
    VENUE,
    _SYMBOL,
    (
        MarginTier(Decimal(0), Decimal(50_000), Decimal("0.004"), Decimal(0), Decimal(100)),
        MarginTier(Decimal(50_000), Decimal(250_000), Decimal("0.005"), Decimal(50), Decimal(75)),
        MarginTier(Decimal(250_000), None, Decimal("0.01"), Decimal(1_300), Decimal(50)),
    ),
    0,
    "practice exchange",
)
"""What the practice exchange asks to stay covered."""


class PracticePositions:
    """Fills the port `PositionSource`. Event loop."""

    venue = VENUE
    account = "practice"

    def __init__(self, exchange: PracticeExchange, clock: Clock) -> None:
        self._exchange, self._clock = exchange, clock

    async def holdings(self) -> Holdings:
        """Return the long and the balances as they stand; what was withdrawn is gone here as well."""
        now_ms = self._clock.now_ms()
        long = Position(
            venue=VENUE,
            symbol=_SYMBOL,
            coin="ETH",
            side=1,
            quantity=_QUANTITY,
            entry=_ENTRY,
            mode="isolated",
            source="key",
            as_of_ms=now_ms,
            margin=_MARGIN,
            venue_liquidation=_LIQUIDATION,
        )
        coins = tuple(
            Holding(VENUE, coin, free, False, "key", now_ms)
            for coin, free in self._exchange.balances().items()
            if free > 0
        )
        return Holdings(VENUE, self.account, (long,), coins, "key", now_ms)
