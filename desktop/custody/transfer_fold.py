"""Folds the journal's events into a transfer. Start-up and normal running use this same code.

An event that cannot follow the state it meets is an error, never skipped: what does not fold is not trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from msgspec.structs import asdict, replace

from desktop.custody import transfer_events as ev
from desktop.custody.transfer import DestinationProof, Sighting, Transfer, TransferState
from desktop.domain.errors import BadInput

S = TransferState

WATCHED = frozenset({S.PROVED, S.SENT, S.UNKNOWN, S.ACCEPTED, S.BROADCAST, S.CONFIRMING})
SENDABLE = frozenset({S.DRAFT, S.ROUTED, S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED, S.PROVED})
_OFFERED = frozenset({S.ADDRESS_SHOWN, S.COMPARED, S.PROVED})

LEGAL: dict[type[ev.Happened], frozenset[TransferState]] = {
    ev.AmountSet: frozenset({S.DRAFT, S.ROUTED}),
    ev.WhatAgreed: frozenset({S.DRAFT}),
    ev.RouteChosen: frozenset({S.ROUTED}),
    ev.AddressShown: frozenset({S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED}),
    ev.PageDiffered: frozenset({S.ADDRESS_SHOWN, S.COMPARED}),
    ev.PageAgreed: frozenset({S.ADDRESS_SHOWN, S.COMPARED}),
    ev.BookSeen: _OFFERED,
    ev.EarlierSeen: frozenset({S.ROUTED, S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED}),
    ev.ChallengePosed: frozenset({S.COMPARED}),
    ev.ControlProved: frozenset({S.COMPARED}),
    ev.SaidSent: frozenset({S.PROVED}),
    ev.ExchangeSaw: WATCHED,
    ev.ExchangePaidElsewhere: WATCHED,
    ev.ChainSaw: WATCHED,
    ev.ChainLost: WATCHED,
    ev.Remarked: WATCHED,
    ev.OutcomeUnknown: frozenset({S.SENT}),
    ev.SaidNotSent: frozenset({S.UNKNOWN}),
    ev.DerivedAgain: frozenset({S.ARRIVED}),
    ev.Dropped: SENDABLE,
}


def apply(transfer: Transfer | None, event: ev.Event) -> Transfer:
    """Return the transfer after the event. Raise BadInput if the event cannot follow the state."""
    if isinstance(event, ev.Drafted):
        if transfer is not None:
            raise BadInput(f"transfer {transfer.id} was begun twice")
        return _drafted(event)
    tag = type(event).__struct_config__.tag
    if transfer is None:
        raise BadInput(f"{tag} stands before the transfer was begun")
    if transfer.state not in LEGAL[type(event)]:
        raise BadInput(f"{tag} cannot follow the state {transfer.state}")
    match event:
        case ev.AmountSet() | ev.WhatAgreed() | ev.RouteChosen():
            return _chosen(transfer, event)
        case ev.ExchangeSaw() | ev.ExchangePaidElsewhere() | ev.ChainSaw() | ev.ChainLost() | ev.Remarked():
            return _seen(transfer, event)
        case ev.SaidSent() | ev.OutcomeUnknown() | ev.SaidNotSent() | ev.DerivedAgain() | ev.Dropped():
            return _ended_or_said(transfer, event)
        case _:
            return _proved(transfer, event)


def fold(events: Iterable[ev.Event]) -> Transfer | None:
    """Return the transfer after all events, None if there are none. Raise BadInput as `apply` does."""
    transfer: Transfer | None = None
    for event in events:
        transfer = apply(transfer, event)
    return transfer


def _entered(transfer: Transfer, state: TransferState, at_ms: int, **changes: object) -> Transfer:
    return replace(transfer, state=state, known={**transfer.known, state.value: at_ms}, **changes)


def _drafted(event: ev.Drafted) -> Transfer:
    return Transfer(
        id=event.id,
        world=event.world,
        venue=event.venue,
        coin=event.coin,
        kind=event.kind,
        created_ms=event.at_ms,
        amount=event.amount,
        required_confirmations=event.required_confirmations,
        required_sources=event.required_sources,
        destination=event.destination,
        stored_destination=event.destination is not None,
        incident_id=event.incident_id,
        test_of=event.test_of,
        known={S.DRAFT.value: event.at_ms},
    )


def _chosen(transfer: Transfer, event: ev.AmountSet | ev.WhatAgreed | ev.RouteChosen) -> Transfer:
    match event:
        case ev.AmountSet():
            return _entered(transfer, S.DRAFT, event.at_ms, amount=event.amount, proposed=event.proposed)
        case ev.WhatAgreed():
            return _entered(transfer, S.ROUTED, event.at_ms, amount=event.amount, balance_before=event.idle)
        case ev.RouteChosen():
            taken = transfer.destination is not None and bool(event.device_fingerprint)
            state = S.PROVED if taken else S.NEEDS_ADDRESS
            return _entered(
                transfer,
                state,
                event.at_ms,
                network=event.network,
                fee=event.fee,
                eta_minutes=event.eta_minutes,
                required_confirmations=event.required_confirmations or transfer.required_confirmations,
                needs_final=event.needs_final,
            )


def _proved(transfer: Transfer, event: ev.Event) -> Transfer:
    if isinstance(event, ev.AddressShown):
        return _entered(transfer, S.ADDRESS_SHOWN, event.at_ms, destination=_shown(transfer, event), page_mismatch="")
    if isinstance(event, ev.EarlierSeen):
        refs = (*transfer.earlier, *(r for r in event.refs if r not in transfer.earlier))
        places = tuple(dict.fromkeys((*transfer.earlier_places, event.place)))
        return replace(transfer, earlier=refs, earlier_places=places)
    proof = transfer.destination
    if proof is None:
        raise BadInput(f"transfer {transfer.id} has no destination yet")
    match event:
        case ev.PageDiffered():
            proof = replace(proof, page_address=event.pasted, compared_ms=None)
            return _entered(transfer, S.ADDRESS_SHOWN, event.at_ms, destination=proof, page_mismatch=event.words)
        case ev.PageAgreed():
            proof = replace(proof, page_address=event.pasted, compared_ms=event.at_ms)
            return _entered(transfer, S.COMPARED, event.at_ms, destination=proof, page_mismatch="")
        case ev.BookSeen():
            proof = replace(proof, book_seen_ms=event.at_ms, usable_from_ms=event.usable_from_ms)
            return replace(transfer, destination=proof)
        case ev.ChallengePosed():
            return replace(transfer, destination=replace(proof, challenge=event.challenge))
        case ev.ControlProved():
            proof = replace(proof, signature=event.signature, proved_ms=event.at_ms)
            return _entered(transfer, S.PROVED, event.at_ms, destination=proof)
        case _:
            raise BadInput(f"transfer {transfer.id} met an event it does not know")


def _shown(transfer: Transfer, event: ev.AddressShown) -> DestinationProof:
    return DestinationProof(
        id=event.destination_id,
        coin=transfer.coin,
        network=transfer.network,
        address=event.address,
        path=event.path,
        script=event.script,
        fingerprint=event.fingerprint,
        shown_ms=event.at_ms,
        program_address=event.program_address,
        program_source=event.program_source,
        account_xpub=event.account_xpub,
    )


def _ended_or_said(transfer: Transfer, event: ev.Event) -> Transfer:
    match event:
        case ev.SaidSent():
            return _entered(transfer, S.SENT, event.at_ms, said_sent_ms=event.at_ms)
        case ev.OutcomeUnknown():
            return _entered(transfer, S.UNKNOWN, event.at_ms)
        case ev.SaidNotSent():
            words = f"Never sent: {event.looks} look-ups found nothing, and the exchange's own page says so."
            return _entered(transfer, S.DROPPED, event.at_ms, reason=words)
        case ev.DerivedAgain() if transfer.destination is not None:
            proof = replace(transfer.destination, verified_ms=event.at_ms)
            return _entered(transfer, S.VERIFIED, event.at_ms, destination=proof)
        case ev.Dropped():
            return _entered(transfer, S.DROPPED, event.at_ms, reason=event.reason)
        case _:
            raise BadInput(f"transfer {transfer.id} met an event it does not know")


def _seen(transfer: Transfer, event: ev.Event) -> Transfer:
    match event:
        case ev.ExchangeSaw():
            sighting = Sighting(event.place, event.at_ms, event.status, event.ref, event.txid, None, event.amount)
            return _judged(
                replace(
                    transfer,
                    sightings=_with(transfer.sightings, sighting),
                    venue_ref=event.ref,
                    listed_amount=event.amount,
                    listed_fee=event.fee,
                    alarm="",
                    alarm_remedy="",
                ),
                event.at_ms,
                info=event.info,
            )
        case ev.ExchangePaidElsewhere():
            alarmed = replace(transfer, alarm=event.words, alarm_remedy=event.remedy)
            if not event.closes:
                return alarmed
            return _entered(alarmed, S.FAILED, event.at_ms, reason=event.words, reason_remedy=event.remedy)
        case ev.ChainSaw():
            facts = {name: value for name, value in asdict(event).items() if name != "height"}
            return _judged(replace(transfer, sightings=_with(transfer.sightings, Sighting(**facts))), event.at_ms)
        case ev.ChainLost():
            left = tuple(s for s in transfer.sightings if s.place != event.place)
            return _judged(replace(transfer, sightings=left), event.at_ms)
        case ev.Remarked():
            return replace(transfer, remarks=(*transfer.remarks, event.words))
        case _:
            raise BadInput(f"transfer {transfer.id} met an event it does not know")


def _with(sightings: tuple[Sighting, ...], new: Sighting) -> tuple[Sighting, ...]:
    return (*(s for s in sightings if s.place != new.place), new)


def on_chain(transfer: Transfer) -> tuple[Sighting, ...]:
    """Return the chain sightings that agree with each other: those of the payment which most sources see."""
    groups: dict[tuple[str, int | None, Decimal | None], list[Sighting]] = {}
    for sighting in transfer.sightings:
        if sighting.vout is not None:
            groups.setdefault((sighting.txid, sighting.vout, sighting.amount), []).append(sighting)
    ranked = sorted(groups.values(), key=lambda group: (len(group), group[0].txid == transfer.txid))
    return tuple(ranked[-1]) if ranked else ()


def _judged(transfer: Transfer, at_ms: int, *, info: str = "") -> Transfer:
    """Return the transfer in the state that its sightings amount to."""
    agreeing = on_chain(transfer)
    listed = next((s for s in transfer.sightings if s.ref and s.ref == transfer.venue_ref), None)
    confirmations = min((s.confirmations or 0 for s in agreeing), default=0)
    state, reason = transfer.state, transfer.reason
    if agreeing:
        deep = confirmations >= transfer.required_confirmations
        settled = all(s.final for s in agreeing) if transfer.needs_final else deep
        enough = len(agreeing) >= transfer.required_sources and settled
        state = S.ARRIVED if enough else S.CONFIRMING if confirmations > 0 else S.BROADCAST
    elif listed is not None and listed.status in ("failed", "cancelled"):
        state, reason = S.FAILED, f"The exchange lists it as {listed.status}. {info}".strip()
    elif listed is not None:
        state = S.BROADCAST if listed.txid else S.ACCEPTED
    elif transfer.state in (S.BROADCAST, S.CONFIRMING):
        state = S.UNKNOWN
    facts: dict[str, object] = {
        "txid": agreeing[0].txid if agreeing else "" if listed is None else listed.txid,
        "confirmations": confirmations,
        "received": agreeing[0].amount if agreeing else None,
        "reason": reason,
    }
    if state is transfer.state:
        return replace(transfer, **facts)
    return _entered(transfer, state, at_ms, **facts)
