"""`seawall transfers`: the journal as it stands. It never sends anything and never writes."""

from __future__ import annotations

import argparse
from decimal import Decimal

import msgspec

from desktop.cli.chosen_world import folder_to_read, world_of
from desktop.cli.journal_reading import JournalPicture, read_journal
from desktop.cli.output import Output
from desktop.custody.evidence import as_text, moment
from desktop.custody.transfer import Transfer
from desktop.custody.transfer_guide import page, steps
from desktop.domain.errors import BadInput
from desktop.domain.money import plain
from desktop.domain.venue_names import venue_name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare `list` and `show ID`."""
    below = parser.add_subparsers(dest="what", required=True, metavar="list|show")
    below.add_parser("list", help="one line a transfer, oldest first")
    show = below.add_parser("show", help="one transfer with every event of the journal")
    show.add_argument("id", metavar="ID", help="its id, or as much of the beginning as is unique")


def run(args: argparse.Namespace, out: Output) -> int:
    """Print what was asked for. Exit code 0; BadInput (3) for a damaged journal or an id that is not there."""
    world = world_of(args)
    picture = read_journal(folder_to_read(args), world)
    if args.what == "show":
        _show(picture, _named(picture, args.id), out)
        return 0
    for transfer in picture.transfers.values():
        out.emit(_facts(transfer), _line(transfer))
    if not picture.transfers:
        out.tell(f"No transfer was begun in the {world} world.")
    return 0


def _named(picture: JournalPicture, text: str) -> Transfer:
    if text in picture.transfers:
        return picture.transfers[text]
    found = [t for key, t in picture.transfers.items() if text and key.startswith(text)]
    if len(found) == 1:
        return found[0]
    words = f"{len(found)} transfers begin with {text!r}" if found else f"there is no transfer {text!r}"
    raise BadInput(words, "'seawall transfers list' names all.")


def _show(picture: JournalPicture, transfer: Transfer, out: Output) -> None:
    events = picture.events[transfer.id]
    if not out.as_json:
        newest_ms = events[-1][1].at_ms
        out.emit({}, as_text(transfer, [event for _, event in events], newest_ms).rstrip())
        return
    proof = transfer.destination
    out.emit(
        {
            **_facts(transfer),
            "steps": dict(steps(transfer)),
            "alarm": transfer.alarm,
            "remarks": list(transfer.remarks),
            "reason": transfer.reason,
            "known_ms": transfer.known,
            "sightings": [msgspec.to_builtins(s, builtin_types=(Decimal,)) for s in transfer.sightings],
            "destination": None if proof is None else msgspec.to_builtins(proof),
        }
    )
    for seq, event in events:
        told = msgspec.to_builtins(event, builtin_types=(Decimal,))
        if "kind" in told:  # in this output 'kind' names the line
            told["purpose"] = told.pop("kind")
        out.emit({"kind": "event", "seq": seq, "transfer": transfer.id, **told})


def _facts(transfer: Transfer) -> dict[str, object]:
    proof = transfer.destination
    return {
        "kind": "transfer",
        "id": transfer.id,
        "world": transfer.world,
        "purpose": transfer.kind,
        "venue": transfer.venue,
        "coin": transfer.coin,
        "state": transfer.state.value,
        "page": page(transfer),
        "amount": transfer.amount,
        "network": transfer.network,
        "fee": transfer.fee,
        "received": transfer.received,
        "address": "" if proof is None else proof.address,
        "exchange_ref": transfer.venue_ref,
        "txid": transfer.txid,
        "confirmations": transfer.confirmations,
        "required_confirmations": transfer.required_confirmations,
        "created_ms": transfer.created_ms,
    }


def _line(transfer: Transfer) -> str:
    amount = "-" if transfer.amount is None else plain(transfer.amount)
    begun = moment(transfer.created_ms)[:16].replace("T", " ")
    state = transfer.state.value.replace("_", " ")
    return f"{transfer.id}  {begun}Z  {venue_name(transfer.venue)}  {amount} {transfer.coin}  {state}"
