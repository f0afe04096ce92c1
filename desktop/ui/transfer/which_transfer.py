"""Which transfer the window belongs to: the open one, one of several, or a new draft."""

from __future__ import annotations

import msgspec

from desktop.custody.routes import coins_of
from desktop.engine.commands import StartTransfer
from desktop.engine.desk_view import DeskView, TransferView
from desktop.ui.transfer.seen import is_open

_FIRST_VENUE, _FIRST_COIN = "binance", "BTC"


class Wish(msgspec.Struct, frozen=True):
    """What the person wants to move; an empty coin means: whatever is open. `to_choose`: show the list of all."""

    incident_id: str
    coin: str
    to_choose: bool = False


def open_transfers(view: DeskView, wish: Wish) -> tuple[TransferView, ...]:
    """Return the open transfers that answer the wish, newest first."""
    found = [one for one in view.transfers if is_open(one.transfer) and wish.coin in ("", one.transfer.coin)]
    return tuple(sorted(found, key=lambda one: -one.transfer.created_ms))


def draft_for(view: DeskView, wish: Wish) -> StartTransfer:
    """Return the command that drafts a transfer for this wish."""
    incident = next((one for one in view.incidents if one.id == wish.incident_id), None)
    venue = venue_of(view)
    tripped = incident.coin if incident is not None else ""
    coin = wish.coin or (tripped if tripped in coins_of(venue) else _FIRST_COIN)
    return StartTransfer(coin, venue, incident_id=wish.incident_id)


def startable(view: DeskView) -> tuple[str, ...]:
    """Return the coins that have a way home and no open transfer."""
    going_on = {one.transfer.coin for one in open_transfers(view, Wish("", ""))}
    return tuple(coin for coin in coins_of(venue_of(view)) if coin not in going_on)


def venue_of(view: DeskView) -> str:
    """Return the venue that new transfers leave from."""
    return view.exchange_page.venue if view.exchange_page is not None else _FIRST_VENUE


def find(view: DeskView, transfer_id: str) -> TransferView | None:
    """Return the transfer with this id."""
    return next((one for one in view.transfers if one.transfer.id == transfer_id), None)
