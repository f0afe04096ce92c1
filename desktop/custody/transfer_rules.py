"""The rules of a transfer: which events a wish leads to, or why it is refused. Pure; `now_ms` is UTC ms.

`decide` answers with events; nothing has happened until they are in the journal and `apply` has folded them.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from desktop.custody import transfer_events as ev
from desktop.custody import transfer_wishes as wish
from desktop.custody.destination import challenge, compare, destination_id, proves_control
from desktop.custody.guards import (
    Facts,
    Objection,
    not_sent_objections,
    objections,
    one_at_a_time,
    usable_network,
    why_not,
    wrong_wallet,
)
from desktop.custody.routes import Route, route, routes_of
from desktop.custody.transfer import DestinationProof, Transfer, TransferState
from desktop.custody.transfer_fold import LEGAL, apply, fold
from desktop.domain.chain_addresses import as_pasted, trouble_with
from desktop.domain.chains import CHAINS, decimals_of
from desktop.domain.errors import Refused
from desktop.domain.money import number_word, plain
from desktop.domain.venue_names import venue_name

__all__ = ["apply", "decide", "fold"]

S = TransferState
LONGEST_PASTE = 200

_CAN: dict[type[wish.Wish], type[ev.Happened]] = {
    wish.TakeAmount: ev.AmountSet,
    wish.AgreeWhat: ev.WhatAgreed,
    wish.TakeRoute: ev.RouteChosen,
    wish.Shown: ev.AddressShown,
    wish.Pasted: ev.PageAgreed,
    wish.PoseChallenge: ev.ChallengePosed,
    wish.Signed: ev.ControlProved,
    wish.SayPaid: ev.SaidSent,
    wish.SayUnsent: ev.SaidNotSent,
    wish.DerivedOnDevice: ev.DerivedAgain,
    wish.GiveUp: ev.Dropped,
}

_NEXT_STEP = {
    S.DRAFT: "Agree with coin and amount first.",
    S.ROUTED: "Choose the network first.",
    S.NEEDS_ADDRESS: "Let the device show the address first.",
    S.ADDRESS_SHOWN: "Compare it with the exchange's page first.",
    S.COMPARED: "Let the device prove that it controls the address first.",
    S.PROVED: "Send it on the exchange's own page, then say so.",
    S.SENT: "It is sent: wait until it is seen. Do not send again.",
    S.UNKNOWN: "We do not know yet. Do not send again.",
    S.ACCEPTED: "The exchange has it: wait. Do not send again.",
    S.BROADCAST: "It is on its way: wait. Do not send again.",
    S.CONFIRMING: "It is being confirmed: wait. Do not send again.",
    S.ARRIVED: "Let the device derive the address again.",
    S.VERIFIED: "It is done. Start a new transfer for more.",
}


def possible(transfer: Transfer, kind: type[wish.Wish]) -> bool:
    """Whether a wish of this kind fits the transfer's state (guards may still object)."""
    return kind in _CAN and transfer.state in LEGAL[_CAN[kind]]


def decide(transfer: Transfer | None, asked: wish.Wish, now_ms: int, facts: Facts) -> tuple[ev.Event, ...]:
    """Return the events that the wish leads to. Raise Refused, naming the guard, when it may not be."""
    if isinstance(asked, wish.Begin):
        return (_begun(asked, now_ms, facts),)
    if transfer is None:
        raise Refused("There is no such transfer.", "Start one.", rule="state")
    if not possible(transfer, type(asked)):
        words = f"That step does not fit here: transfer {transfer.id} is {transfer.state.value.replace('_', ' ')}."
        raise Refused(words, _NEXT_STEP.get(transfer.state, "Start a new transfer."), rule="state")
    match asked:
        case wish.TakeAmount():
            return (_amount(asked, transfer.coin, now_ms),)
        case wish.AgreeWhat():
            return (_agreed(transfer, now_ms, facts),)
        case wish.TakeRoute():
            return (_routed(transfer, asked, now_ms, facts),)
        case wish.Shown():
            return (_shown(transfer, asked, now_ms, facts),)
        case wish.Pasted():
            return (_pasted(transfer, asked, now_ms),)
        case wish.PoseChallenge() | wish.Signed():
            return (_proof(transfer, asked, now_ms),)
        case wish.DerivedOnDevice():
            return (_derived_again(transfer, asked, now_ms),)
        case _:
            return (_said(transfer, asked, now_ms, facts),)


def _begun(asked: wish.Begin, now_ms: int, facts: Facts) -> ev.Event:
    second = one_at_a_time(asked.venue, asked.coin, facts.open_transfers)
    if second is not None:
        raise _refused(second)
    stored = None
    if asked.destination_id:
        stored = next((proof for proof in facts.destinations if proof.id == asked.destination_id), None)
        if stored is None or stored.verified_ms is None or stored.coin != asked.coin:
            words = "This destination has not had a verified arrival."
            raise Refused(words, "Move a test amount to it first.", rule="G10")
    if asked.amount is not None:
        _amount(wish.TakeAmount(amount=asked.amount), asked.coin, now_ms)
    kind = "bulk" if stored is not None else "test"
    return ev.Drafted(
        at_ms=now_ms,
        id=asked.id,
        world=asked.world,
        venue=asked.venue,
        coin=asked.coin,
        kind=kind,
        required_confirmations=_depth(kind, next(iter(routes_of(asked.venue, asked.coin)), None)),
        required_sources=max(1, min(2, asked.chain_sources)),
        amount=asked.amount,
        incident_id=asked.incident_id,
        test_of=asked.test_of,
        destination=stored,
    )


def _depth(kind: str, way: Route | None) -> int:
    """Return how many confirmations a test or bulk transfer waits for on this way."""
    chain = CHAINS["bitcoin" if way is None else way.chain]
    return chain.bulk if kind == "bulk" else chain.test


def _amount(asked: wish.TakeAmount, coin: str, now_ms: int) -> ev.Event:
    if not asked.amount.is_finite() or asked.amount <= 0:
        raise Refused("The amount is not above zero.", "Choose an amount above zero.", rule="G7")
    exponent = asked.amount.normalize().as_tuple().exponent
    most = decimals_of(coin)
    if isinstance(exponent, int) and exponent < -most:
        raise Refused(
            f"{plain(asked.amount)} has more than {number_word(most)} decimals.", "Round it down.", rule="G7"
        )
    return ev.AmountSet(at_ms=now_ms, amount=asked.amount, proposed=asked.proposed)


def _agreed(transfer: Transfer, now_ms: int, facts: Facts) -> ev.Event:
    _stop_at(objections(transfer, facts, now_ms))
    return ev.WhatAgreed(at_ms=now_ms, amount=_set(transfer.amount), idle=_set(facts.idle))


def _routed(transfer: Transfer, asked: wish.TakeRoute, now_ms: int, facts: Facts) -> ev.Event:
    network = next((n for n in facts.networks or () if n.network == asked.network), None)
    way = route(transfer.venue, transfer.coin, asked.network)
    why = "the exchange does not offer it now" if network is None else why_not(transfer.venue, network)
    if network is None or way is None or why:
        raise Refused(f"{asked.network} cannot be used: {why}.", "Choose another network, or look again.", rule="G5")
    _stop_at(objections(replace(transfer, network=network.network), facts, now_ms))
    if transfer.stored_destination:
        _check_stored(transfer, asked)
    return ev.RouteChosen(
        at_ms=now_ms,
        network=network.network,
        fee=network.fee,
        eta_minutes=network.eta_minutes,
        device_fingerprint=asked.fingerprint if transfer.stored_destination else "",
        required_confirmations=_depth(transfer.kind, way),
        needs_final=CHAINS[way.chain].tells_final,
    )


def _check_stored(transfer: Transfer, asked: wish.TakeRoute) -> None:
    proof = _destination(transfer)
    if proof.network != asked.network:
        words = f"The stored destination is on {proof.network}, not on {asked.network}."
        raise Refused(words, f"Choose {proof.network}.", rule="G5")
    if asked.fingerprint != proof.fingerprint or asked.address != proof.address:
        words = "The connected device does not hold the stored destination."
        raise Refused(words, "Connect the pinned wallet, with the same passphrase as before.", rule="G2")


def _shown(transfer: Transfer, asked: wish.Shown, now_ms: int, facts: Facts) -> ev.Event:
    wrong = wrong_wallet(asked.fingerprint, facts)
    if wrong is not None:
        raise _refused(wrong)
    if asked.address != asked.program_address:
        words = f"The device showed {asked.address}, Seawall expected {asked.program_address}."
        raise Refused(words, "Do not use either. Reconnect the device and begin again.", rule="G1")
    way = route(transfer.venue, transfer.coin, transfer.network)
    if way is None or (asked.path, asked.script) != (way.path, way.script):
        raise Refused(f"{asked.path} is not where this coin is kept.", "Begin again.", rule="G5")
    trouble = trouble_with(asked.address, asked.script)
    if trouble:
        raise Refused(f"The device's answer is no valid destination: {trouble}.", "Do not use it.", rule="G4")
    return ev.AddressShown(
        at_ms=now_ms,
        destination_id=destination_id(transfer.coin, transfer.network, asked.address),
        address=asked.address,
        path=asked.path,
        script=asked.script,
        fingerprint=asked.fingerprint,
        program_address=asked.program_address,
        program_source=asked.program_source,
        account_xpub=asked.account_xpub,
    )


def _pasted(transfer: Transfer, asked: wish.Pasted, now_ms: int) -> ev.Event:
    proof = _destination(transfer)
    text = as_pasted(asked.text, proof.script)
    if not text:
        raise Refused("Nothing was pasted.", "Copy the address from the exchange's page.", rule="G1")
    compared = compare(proof.address, proof.program_address, text, proof.script)
    kept = text[:LONGEST_PASTE]
    if compared.same:
        return ev.PageAgreed(at_ms=now_ms, pasted=kept)
    return ev.PageDiffered(at_ms=now_ms, pasted=kept, words=compared.words)


def _proof(transfer: Transfer, asked: wish.PoseChallenge | wish.Signed, now_ms: int) -> ev.Event:
    proof = _destination(transfer)
    if isinstance(asked, wish.PoseChallenge):
        return ev.ChallengePosed(at_ms=now_ms, challenge=challenge(transfer.id, proof.address, now_ms))
    if not proof.challenge:
        raise Refused("No challenge was posed.", "Ask the device for its proof again.", rule="G3")
    proved = proves_control(proof.address, proof.challenge, asked.signature, proof.script)
    if asked.address != proof.address or not proved:
        words = "The signature does not prove control of this address."
        raise Refused(words, "Do not send. Reconnect the device and prove again.", rule="G3")
    return ev.ControlProved(at_ms=now_ms, signature=asked.signature)


def _derived_again(transfer: Transfer, asked: wish.DerivedOnDevice, now_ms: int) -> ev.Event:
    proof = _destination(transfer)
    if asked.fingerprint != proof.fingerprint or asked.address != proof.address:
        words = f"The device derived {asked.address} of wallet {asked.fingerprint.upper()}: not the destination."
        remedy = "The coins lie at the destination. Connect the same wallet, with the same passphrase."
        raise Refused(words, remedy, rule="G2")
    return ev.DerivedAgain(at_ms=now_ms, address=asked.address, fingerprint=asked.fingerprint)


def _said(transfer: Transfer, asked: wish.Wish, now_ms: int, facts: Facts) -> ev.Event:
    match asked:
        case wish.SayPaid():
            return ev.SaidSent(at_ms=now_ms)
        case wish.SayUnsent():
            _stop_at(not_sent_objections(transfer, facts))
            return ev.SaidNotSent(at_ms=now_ms, looks=sum(look.absent for look in facts.looks))
        case _:
            return ev.Dropped(at_ms=now_ms, reason="Dropped before it was sent.")


def _destination(transfer: Transfer) -> DestinationProof:
    if transfer.destination is None:
        raise Refused("No destination was shown by the device yet.", "Let the device show it.", rule="G1")
    return transfer.destination


def _set(amount: Decimal | None) -> Decimal:
    if amount is None:
        raise Refused("No amount is chosen, or nothing is known of what lies idle.", "Choose an amount.", rule="G7")
    return amount


def _stop_at(standing: tuple[Objection, ...]) -> None:
    if standing:
        raise _refused(standing[0])


def _refused(objection: Objection) -> Refused:
    return Refused(objection.message, objection.remedy, rule=objection.rule)


def way_home(transfer: Transfer, facts: Facts) -> Route:
    """Return the way that the coin of this transfer goes. Raise Refused where there is no listed route."""
    chosen = usable_network(transfer, facts)
    network = transfer.network or ("" if chosen is None else chosen.network)
    ways = [w for w in routes_of(transfer.venue, transfer.coin) if w.network == network]
    if not ways:
        words = f"There is no safe way out of {venue_name(transfer.venue)} for {transfer.coin}."
        raise Refused(words, "Choose another coin or venue.", rule="G5")
    return ways[0]
