"""What a transfer page is given to draw: one transfer within the picture of the desk, and the plain facts in it."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from desktop.custody.routes import route
from desktop.custody.transfer import FINAL_STATES, DestinationProof, Transfer
from desktop.engine.desk_view import DeskView, DeviceView, NetworkOffer, TransferView
from desktop.risk.reading import State

PAGES = ("what", "route", "destination", "proof", "send", "watch", "done")
_EDGE_GROUPS = 3


class Seen(msgspec.Struct, frozen=True):
    """One transfer with the desk around it, at one moment."""

    desk: DeskView
    view: TransferView

    @property
    def transfer(self) -> Transfer:
        """The transfer itself."""
        return self.view.transfer

    @property
    def device(self) -> DeviceView:
        """The wallet as it stands."""
        return self.desk.device

    @property
    def destination(self) -> DestinationProof | None:
        """The proved destination, as far as it got."""
        return self.view.transfer.destination

    @property
    def offer(self) -> NetworkOffer | None:
        """The venue's conditions for the chosen network."""
        chosen = self.view.transfer.network
        return next((offer for offer in self.view.networks if offer.network == chosen), None)

    @property
    def network_name(self) -> str:
        """The chosen network as people write it, also before the venue has answered again after a restart."""
        transfer, offer = self.transfer, self.offer
        listed = route(transfer.venue, transfer.coin, transfer.network)
        return offer.name if offer is not None else listed.name if listed is not None else transfer.network

    @property
    def eta_minutes(self) -> int | None:
        """How long the route usually takes: as agreed, else as offered now."""
        agreed = self.transfer.eta_minutes
        return agreed if agreed is not None or self.offer is None else self.offer.eta_minutes

    @property
    def steps(self) -> dict[str, str]:
        """Where each of the seven steps stands: done, now, later, unknown or refused."""
        return dict(self.view.steps)

    @property
    def step(self) -> int:
        """The step (1 to 7) the person belongs to."""
        standing = self.steps
        here = (i for i, page in enumerate(PAGES, start=1) if standing.get(page) in ("now", "unknown", "refused"))
        return next(here, len(PAGES))

    @property
    def arrives(self) -> Decimal | None:
        """What reaches the wallet: what was received, else the amount less the fee."""
        transfer = self.transfer
        if transfer.received is not None:
            return transfer.received
        if transfer.amount is None or transfer.fee is None:
            return None
        return transfer.amount - transfer.fee

    @property
    def price_usd(self) -> float | None:
        """The coin's price, when it is live; that of a coin worth a dollar is its peg."""
        name = self.transfer.coin
        coin = next((c for c in self.desk.coins if c.coin == name), None)
        if coin is not None:
            return coin.price.value if coin.price.state is State.LIVE else None
        peg = next((fact for fact in self.desk.context if fact.name == f"PEG_{name}"), None)
        return peg.value if peg is not None and peg.state is State.LIVE else None


def is_open(transfer: Transfer) -> bool:
    """Return whether the transfer still goes on."""
    return transfer.state not in FINAL_STATES


def middle_groups(count: int) -> range:
    """Return the indices of the groups to be read first: look-alike addresses copy the ends."""
    return range(_EDGE_GROUPS, count - _EDGE_GROUPS) if count > 2 * _EDGE_GROUPS else range(count)
