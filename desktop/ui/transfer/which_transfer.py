"""Which transfer the window belongs to: the open one, one of several, or a new draft."""

from __future__ import annotations

import msgspec

from desktop.engine.commands import StartTransfer
from desktop.engine.desk_view import DeskView, TransferView
from desktop.ui.transfer.seen import is_open

_FIRST_VENUE = "binance"


class Wish(msgspec.Struct, frozen=True):
    """What the person wants to move; an empty coin means: whatever is open."""

    incident_id: str
    coin: str


def open_transfers(view: DeskView, wish: Wish) -> tuple[TransferView, ...]:
    """Return the open transfers that answer the wish, newest first."""
    found = [one for one in view.transfers if is_open(one.transfer) and wish.coin in ("", one.transfer.coin)]
    return tuple(sorted(found, key=lambda one: -one.transfer.created_ms))


def draft_for(view: DeskView, wish: Wish) -> StartTransfer:
    """Return the command that drafts a transfer for this wish."""
    incident = next((one for one in view.incidents if one.id == wish.incident_id), None)
    coin = wish.coin or (incident.coin if incident is not None else "") or "BTC"
    page = view.exchange_page
    venue = page.venue if page is not None else _FIRST_VENUE
    return StartTransfer(coin, venue, incident_id=wish.incident_id)


def find(view: DeskView, transfer_id: str) -> TransferView | None:
    """Return the transfer with this id."""
    return next((one for one in view.transfers if one.transfer.id == transfer_id), None)
