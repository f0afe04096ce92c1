"""Reads what exchange and chain report, and tells which events follow for one transfer. Pure.

A withdrawal or payment belongs to a transfer when it was not there before (`earlier`), no other transfer claims it,
and address and amount are those agreed. What is almost right is said, never quietly taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

from desktop.custody import transfer_events as ev
from desktop.custody.reports import Payment, VenueWithdrawal
from desktop.custody.routes import route
from desktop.custody.transfer import DestinationProof, Sighting, Transfer, TransferState
from desktop.custody.transfer_fold import WATCHED
from desktop.domain.chain_addresses import is_same, txid_of
from desktop.domain.money import in_coin, plain
from desktop.domain.venue_names import venue_name

UNKNOWN_AFTER_MS = 120_000
# Clocks of exchanges and of this computer differ; block times may lie an hour or two in the past.
EXCHANGE_CLOCK_MS = 300_000
BLOCK_CLOCK_MS = 7_200_000
# Dust from strangers is told of, but never fills the page.
MOST_STRANGERS = 3
_STOPPED = frozenset({"failed", "cancelled"})
_BITCOIN_DECIMALS = 8


def withdrawal_key(venue: str, ref: str) -> str:
    """Return the name under which a transfer claims a withdrawal."""
    return f"{venue} {ref}"


def payment_key(payment: Payment) -> str:
    """Return the name under which a transfer claims a payment; it is the same at every chain source."""
    return f"{payment.txid}:{payment.vout}"


def claims_of(transfer: Transfer) -> frozenset[str]:
    """Return what this transfer holds for its own, so that no other transfer takes it."""
    own = {f"{s.txid}:{s.vout}" for s in transfer.sightings if s.vout is not None}
    if transfer.venue_ref:
        own.add(withdrawal_key(transfer.venue, transfer.venue_ref))
    return frozenset(own)


def offered_ms(transfer: Transfer) -> int:
    """Return when the destination was handed to the person for sending (UTC ms)."""
    return transfer.known.get(TransferState.PROVED.value, transfer.created_ms)


def overdue(transfer: Transfer, now_ms: int) -> bool:
    """Whether it was said to be sent and nothing has been found for too long."""
    said_ms = transfer.said_sent_ms
    return transfer.state is TransferState.SENT and said_ms is not None and now_ms - said_ms >= UNKNOWN_AFTER_MS


def exchange_events(
    transfer: Transfer, records: Sequence[VenueWithdrawal], claimed: Collection[str], now_ms: int
) -> tuple[ev.Event, ...]:
    """Return what the exchange's withdrawal records mean for this transfer; empty when nothing is new."""
    proof = transfer.destination
    if transfer.state not in WATCHED or proof is None:
        return ()
    return tuple(_from_records(transfer, proof, records, claimed, now_ms))


def chain_events(
    transfer: Transfer, place: str, payments: Sequence[Payment], claimed: Collection[str], now_ms: int
) -> tuple[ev.Event, ...]:
    """Return what one source's payments to the destination mean for this transfer; empty when nothing is new."""
    if transfer.state not in WATCHED or transfer.destination is None:
        return ()
    return tuple(_from_payments(transfer, place, payments, claimed, now_ms))


def _from_records(
    transfer: Transfer,
    proof: DestinationProof,
    records: Sequence[VenueWithdrawal],
    claimed: Collection[str],
    now_ms: int,
) -> Iterator[ev.Event]:
    new = [r for r in records if _is_new_record(transfer, r, claimed)]
    ours = [r for r in new if is_same(r.address, proof.address, proof.script) and r.network == transfer.network]
    known = [r for r in ours if r.ref == transfer.venue_ref]
    if not ours:
        if not transfer.venue_ref:
            yield from _elsewhere(transfer, proof, new, now_ms)
        return
    record = known[0] if known else min(ours, key=lambda r: (not _agreed_amount(transfer, r), r.at_ms))
    # Remarks come first: what is listed may end the transfer, and nothing follows an end.
    if len(ours) > 1:
        words = f"{venue_name(transfer.venue)} lists {len(ours)} withdrawals to this address since it was proved."
        yield from _remark(transfer, words, now_ms)
    yield from _listed(transfer, proof, record, now_ms)


def _is_new_record(transfer: Transfer, record: VenueWithdrawal, claimed: Collection[str]) -> bool:
    key = withdrawal_key(transfer.venue, record.ref)
    if record.coin != transfer.coin or key in transfer.earlier or key in claimed:
        return False
    asked_before = transfer.venue in transfer.earlier_places
    return asked_before or record.at_ms >= offered_ms(transfer) - EXCHANGE_CLOCK_MS


def _agreed_amount(transfer: Transfer, record: VenueWithdrawal) -> bool:
    return transfer.amount in (record.amount, record.amount + record.fee)


def _listed(transfer: Transfer, proof: DestinationProof, record: VenueWithdrawal, now_ms: int) -> Iterator[ev.Event]:
    venue, coin = venue_name(transfer.venue), transfer.coin
    txid = txid_of(record.txid, proof.script)
    if not _agreed_amount(transfer, record) and transfer.amount is not None:
        words = f"{venue} lists {plain(record.amount)} {coin} with a fee of {plain(record.fee)}; "
        yield from _remark(transfer, f"{words}{plain(transfer.amount)} {coin} was agreed.", now_ms)
    if record.txid and not txid:
        yield from _remark(transfer, f"{venue} names no transaction on the chain: {record.txid[:80]}.", now_ms)
    before = next((s for s in transfer.sightings if s.ref and s.ref == record.ref), None)
    if before is None or (before.status, before.txid, before.amount) != (record.status, txid, record.amount):
        yield ev.ExchangeSaw(
            at_ms=now_ms,
            place=transfer.venue,
            ref=record.ref,
            status=record.status,
            amount=record.amount,
            fee=record.fee,
            txid=txid,
            info=record.info,
        )


def _elsewhere(
    transfer: Transfer, proof: DestinationProof, new: Sequence[VenueWithdrawal], now_ms: int
) -> Iterator[ev.Event]:
    """Yield the alarm about a new withdrawal that is not to the destination, once for each thing it says."""
    said = transfer.state in (TransferState.SENT, TransferState.UNKNOWN)
    suspects = [r for r in new if said or _agreed_amount(transfer, r)]
    if not suspects:
        return
    record = min(suspects, key=lambda r: (not _agreed_amount(transfer, r), r.at_ms))
    words, remedy, closes = _elsewhere_words(transfer, proof, record)
    if words != transfer.alarm:
        yield ev.ExchangePaidElsewhere(
            at_ms=now_ms,
            place=transfer.venue,
            ref=record.ref,
            address=record.address,
            network=record.network,
            amount=record.amount,
            status=record.status,
            words=words,
            remedy=remedy,
            closes=closes,
        )


def _elsewhere_words(transfer: Transfer, proof: DestinationProof, record: VenueWithdrawal) -> tuple[str, str, bool]:
    venue, what = venue_name(transfer.venue), f"{plain(record.amount)} {record.coin}"
    if is_same(record.address, proof.address, proof.script):
        where = f"over another network, {record.network}"
    else:
        where = f"to a different address, {record.address}"
    matches = _agreed_amount(transfer, record)
    if record.status in _STOPPED:
        return f"{venue} stopped {what} {where}: nothing left.", "Begin again with a new transfer.", matches
    if record.status == "completed":
        remedy = f"Change your passwords from another computer, and name {record.ref} to {venue}'s support."
        return f"{venue} paid {what} {where}. It is not your wallet's.", remedy, matches
    remedy = f"Cancel it on {venue}'s own page now, if it still can be. Do not send again."
    return f"{venue} is about to pay {what} {where}. It is not your wallet's.", remedy, False


def _from_payments(
    transfer: Transfer, place: str, payments: Sequence[Payment], claimed: Collection[str], now_ms: int
) -> Iterator[ev.Event]:
    before = next((s for s in transfer.sightings if s.place == place), None)
    new = [p for p in payments if _is_new_payment(transfer, p, claimed)]
    ours = _ours(transfer, new)
    if ours is None:
        for payment in new[:MOST_STRANGERS]:
            words = f"{plain(_coins(transfer, payment))} {transfer.coin} came to this address by {payment.txid}"
            yield from _remark(transfer, f"{words}: not the amount of this transfer.", now_ms)
        if before is not None and before.txid:
            yield ev.ChainLost(at_ms=now_ms, place=place, txid=before.txid)
        return
    arriving = _coins(transfer, ours)
    if transfer.amount is not None and arriving not in _expected(transfer):
        words = f"{plain(arriving)} {transfer.coin} arrives; {plain(transfer.amount)} {transfer.coin} was agreed."
        yield from _remark(transfer, words, now_ms)
    if _differs(before, ours, arriving):
        yield ev.ChainSaw(
            at_ms=now_ms,
            place=place,
            txid=ours.txid,
            vout=ours.vout,
            amount=arriving,
            confirmations=ours.confirmations,
            height=ours.height,
            final=ours.final,
        )


def _is_new_payment(transfer: Transfer, payment: Payment, claimed: Collection[str]) -> bool:
    key = payment_key(payment)
    if key in transfer.earlier or key in claimed:
        return False
    # One chain: what any source listed before stands for all of them.
    asked_before = any(place != transfer.venue for place in transfer.earlier_places)
    recent = payment.at_ms is None or payment.at_ms >= offered_ms(transfer) - BLOCK_CLOCK_MS
    return asked_before or recent


def _ours(transfer: Transfer, new: Sequence[Payment]) -> Payment | None:
    listed = next((s.txid for s in transfer.sightings if s.ref and s.ref == transfer.venue_ref), "")
    named = [p for p in new if p.txid == listed]
    if named:
        return min(named, key=lambda p: (_coins(transfer, p) not in _expected(transfer), p.vout))
    expected = [p for p in new if _coins(transfer, p) in _expected(transfer)]
    return min(expected, key=lambda p: (p.txid != transfer.txid, -p.confirmations, p.txid)) if expected else None


def _expected(transfer: Transfer) -> frozenset[Decimal]:
    """Return the amounts that may arrive: venues take their fee from the amount or on top of it."""
    agreed, listed = transfer.amount, transfer.listed_amount
    if agreed is None:
        return frozenset()
    amounts = {agreed, agreed - (transfer.fee or Decimal(0))}
    if listed is not None:
        fee = transfer.listed_fee or Decimal(0)
        amounts.add(agreed - fee)
        if agreed not in (listed, listed + fee):  # another amount was sent: whether with or without fee is not known
            amounts |= {listed, listed - fee}
    return frozenset(amounts)


def _differs(before: Sighting | None, now: Payment, amount: Decimal) -> bool:
    if before is None:
        return True
    seen = (before.txid, before.vout, before.amount, before.confirmations, before.final)
    return seen != (now.txid, now.vout, amount, now.confirmations, now.final)


def _coins(transfer: Transfer, payment: Payment) -> Decimal:
    way = route(transfer.venue, transfer.coin, transfer.network)
    return in_coin(payment.units, _BITCOIN_DECIMALS if way is None else way.decimals)


def _remark(transfer: Transfer, words: str, now_ms: int) -> Iterator[ev.Event]:
    if words not in transfer.remarks:
        yield ev.Remarked(at_ms=now_ms, words=words)
