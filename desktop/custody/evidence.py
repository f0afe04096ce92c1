"""The evidence bundle of a transfer: what happened, when, and on whose word. It holds no secret. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from desktop.custody import transfer_events as ev
from desktop.custody.transfer import Transfer
from desktop.domain.bitcoin_address import groups
from desktop.domain.chain_addresses import SOLANA, TRON
from desktop.domain.money import plain
from desktop.domain.venue_names import venue_name

_PROOFS = {
    TRON: (
        "                over a transfer of 0.000001 TRX to itself with this challenge as its memo, which expired in",
        "                1970 and can never be made: TRON's wallets sign no texts",
    ),
    SOLANA: (
        "                over a transfer of 0.000000001 SOL to itself with this challenge as its memo, which names a",
        "                block of zeros and can never be made: the wallet signs no texts there",
    ),
}

_encoder = msgspec.json.Encoder(decimal_format="string", order="deterministic")


def moment(at_ms: int | None) -> str:
    """Return a time as ISO 8601 with Z, or a dash."""
    if at_ms is None:
        return "-"
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_json(transfer: Transfer, events: Sequence[ev.Event], now_ms: int) -> bytes:
    """Return the bundle for programs: the transfer as it stands and every event of the journal."""
    bundle = {"seawall_evidence": 1, "written_ms": now_ms, "transfer": transfer, "events": list(events)}
    return msgspec.json.format(_encoder.encode(bundle), indent=2) + b"\n"


def as_text(transfer: Transfer, events: Sequence[ev.Event], now_ms: int) -> str:
    """Return the bundle for people: plain text, times in UTC."""
    proof = transfer.destination
    lines = [
        f"Seawall evidence, transfer {transfer.id}"
        + (" (PRACTICE: play money)" if transfer.world == "practice" else ""),
        f"written         {moment(now_ms)}",
        f"state           {transfer.state.value}",
        f"from            {venue_name(transfer.venue)}, network {transfer.network or '-'}",
        f"amount          {_amount(transfer)}",
        f"exchange ref    {transfer.venue_ref or '-'}",
        f"transaction     {transfer.txid or '-'}",
        f"confirmations   {transfer.confirmations} (needed {transfer.required_confirmations})",
    ]
    if proof is not None:
        lines += [
            "",
            f"destination     {proof.address}",
            f"in groups       {' '.join(groups(proof.address))}",
            f"wallet          {proof.fingerprint}, path {proof.path} ({proof.script})",
            f"on the device   {moment(proof.shown_ms)}",
            f"page compared   {moment(proof.compared_ms)}",
            f"proved          {moment(proof.proved_ms)}",
            f"derived again   {moment(proof.verified_ms)}",
            "challenge       " + proof.challenge.replace("\n", "\n                "),
            f"signature       {proof.signature or '-'}",
            *_PROOFS.get(proof.script, ()),
        ]
    lines += ["", "What was seen"]
    lines += [
        _sighting(*facts)
        for facts in ((s.place, s.at_ms, s.status, s.txid, s.confirmations) for s in transfer.sightings)
    ]
    lines += [f"  ! {text}" for text in (transfer.alarm, *transfer.remarks) if text]
    lines += ["", "Journal"]
    lines += [f"  {moment(event.at_ms)}  {type(event).__struct_config__.tag}" for event in events]
    return "\n".join(lines) + "\n"


def _amount(transfer: Transfer) -> str:
    if transfer.amount is None:
        return "-"
    received = "" if transfer.received is None else f", {plain(transfer.received)} arrived"
    return f"{plain(transfer.amount)} {transfer.coin}{received}"


def _sighting(place: str, at_ms: int, status: str, txid: str, confirmations: int | None) -> str:
    counted = "" if confirmations is None else f", {confirmations} confirmations"
    return f"  {moment(at_ms)}  {place}: {status or 'payment'} {txid}{counted}".rstrip()
