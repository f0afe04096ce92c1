"""What a transfer may ask of the person's open positions: what leaving does to them, and to look at them again."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Protocol

from desktop.custody.exposure_guards import apart
from desktop.custody.transfer import Transfer, TransferState
from desktop.risk.account.leaving import Leaving

S = TransferState
FRESH_MS: Final = 10_000
UNSENT: Final = frozenset({S.DRAFT, S.ROUTED, S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED, S.PROVED})
"""States in which the coins are still where they were, as far as anybody said."""


class OwnPositions(Protocol):
    """The person's side. Engine thread."""

    def leaving(self, venue: str, coin: str, amount: Decimal, apart: Decimal | None) -> Leaving:
        """Return what happens to the positions on a venue when so much leaves it; 0 asks only what may."""

    async def refresh(self, venue: str, oldest_ms: int) -> None:
        """Look again at the accounts of a venue that were not seen within `oldest_ms`. Never raises."""


def leaving_of(positions: OwnPositions | None, transfer: Transfer, idle: Decimal | None) -> Leaving | None:
    """Return what the transfer does to open positions; None where there is nobody to ask, or the coins have left."""
    if positions is None or transfer.state not in UNSENT:
        return None
    amount = transfer.amount or Decimal(0)
    return positions.leaving(transfer.venue, transfer.coin, amount, apart(transfer.venue, idle))
