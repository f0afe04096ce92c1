"""What the window shows of a transfer: the transfer itself and everything that surrounds it now."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from desktop.custody.amount_guards import first_amount
from desktop.custody.guards import (
    Facts,
    Objection,
    not_sent_objections,
    objections,
    usable_network,
    warnings,
    why_not,
)
from desktop.custody.reports import VenueNetwork
from desktop.custody.routes import Route, explorer_link, route
from desktop.custody.transfer import Transfer, TransferState
from desktop.custody.transfer_guide import page, steps
from desktop.domain.money import plain
from desktop.engine.desk_view import LookView, NetworkOffer, TransferView


class Said(msgspec.Struct, frozen=True):
    """What was last said about a transfer: work under way, a refusal with its remedy, or a result."""

    busy: str = ""
    refusal: str = ""
    remedy: str = ""
    notice: str = ""


def view_of(transfer: Transfer, facts: Facts, said: Said, looks: tuple[LookView, ...], now_ms: int) -> TransferView:
    """Return the transfer's view at `now_ms` (UTC ms)."""
    return TransferView(
        transfer=transfer,
        page=page(transfer),
        busy=said.busy,
        refusal=said.refusal,
        refusal_remedy=said.remedy,
        objections=_told(objections(transfer, facts, now_ms)),
        warnings=_told(warnings(transfer, facts, now_ms)),
        networks=tuple(_offer(transfer, n) for n in facts.networks or () if n.coin == transfer.coin),
        looks=looks,
        explorer_link=explorer_link(transfer.world, _way(transfer), transfer.txid),
        leaving=facts.leaving,
        idle="" if facts.idle is None else plain(facts.idle),
        test_amount=_test_amount(transfer, facts),
        receives=_receives(transfer, facts),
        steps=steps(transfer),
        notice=said.notice,
        may_say_not_sent=transfer.state is TransferState.UNKNOWN and not not_sent_objections(transfer, facts),
    )


def _way(transfer: Transfer) -> Route | None:
    return route(transfer.venue, transfer.coin, transfer.network)


def _told(found: tuple[Objection, ...]) -> tuple[tuple[str, str, str], ...]:
    return tuple((o.rule, o.message, o.remedy) for o in found)


def _offer(transfer: Transfer, network: VenueNetwork) -> NetworkOffer:
    way = route(transfer.venue, network.coin, network.network)
    why = why_not(transfer.venue, network)
    return NetworkOffer(
        network=network.network,
        name=network.network if way is None else way.name,
        usable=not why,
        fee=plain(network.fee),
        minimum=plain(network.minimum),
        eta_minutes=network.eta_minutes,
        why=f"{why[0].upper()}{why[1:]}." if why else "",
    )


def _test_amount(transfer: Transfer, facts: Facts) -> str:
    network = usable_network(transfer, facts)
    if transfer.stored_destination or network is None or facts.idle is None:
        return ""
    amount = first_amount(facts.idle, network)
    return "" if amount is None else plain(amount)


def _receives(transfer: Transfer, facts: Facts) -> str:
    if transfer.received is not None:
        return plain(transfer.received)
    network = usable_network(transfer, facts)
    fee = transfer.fee if transfer.fee is not None else None if network is None else network.fee
    if transfer.amount is None or fee is None:
        return ""
    return plain(max(transfer.amount - fee, Decimal(0)))
