"""Facts and transfers in any state, for the tests of the rules."""

from __future__ import annotations

import base64
from decimal import Decimal

from desktop.custody import transfer_wishes as wish
from desktop.custody.guards import Facts
from desktop.custody.reports import Payment, VenueNetwork, VenueWithdrawal
from desktop.custody.transfer import DestinationProof, Transfer, TransferState
from desktop.custody.transfer_events import EarlierSeen, Event, OutcomeUnknown
from desktop.custody.transfer_fold import apply
from desktop.custody.transfer_rules import decide
from desktop.domain.bitcoin_keys import master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.domain.money import satoshi
from desktop.domain.signed_message import sign

START_MS = 1_790_000_000_000
ADDRESS = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
OTHER_ADDRESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
PATH = "m/84'/0'/0'/0/0"
FINGERPRINT = "5c9e228d"
AMOUNT = Decimal("0.0011")
TXID = "ab" * 32
SATOSHI = Decimal("0.00000001")
NETWORK = VenueNetwork("BTC", "BTC", True, Decimal("0.0001"), Decimal("0.001"), SATOSHI, eta_minutes=30)
TOKEN = VenueNetwork("BTC", "BSC", True, Decimal("0.00001"), Decimal("0.0002"), SATOSHI)
FACTS = Facts(
    networks=(TOKEN, NETWORK), saved=(), idle=Decimal("0.5"), records="read", device_fingerprint=FINGERPRINT
)

_SECRET = master_of(seed_of(" ".join(["all"] * 12))).at(parse_path(PATH)).secret

BEGIN = wish.Begin(id="t1", world="practice", venue="binance", coin="BTC", amount=AMOUNT)
SHOWN = wish.Shown(
    address=ADDRESS,
    path=PATH,
    script="p2wpkh",
    fingerprint=FINGERPRINT,
    program_address=ADDRESS,
    program_source="device_unshown",
)
_WAY: tuple[tuple[TransferState, wish.Wish], ...] = (
    (TransferState.DRAFT, BEGIN),
    (TransferState.ROUTED, wish.AgreeWhat()),
    (TransferState.NEEDS_ADDRESS, wish.TakeRoute(network="BTC")),
    (TransferState.ADDRESS_SHOWN, SHOWN),
    (TransferState.COMPARED, wish.Pasted(text=ADDRESS)),
)


def signature_over(text: str) -> str:
    """Return a signature by the key behind ADDRESS."""
    return base64.b64encode(sign(_SECRET, text, "p2wpkh")).decode()


def after(transfer: Transfer | None, *events: Event) -> Transfer:
    """Return the transfer after the events."""
    for event in events:
        transfer = apply(transfer, event)
    assert transfer is not None
    return transfer


def wished(transfer: Transfer | None, asked: wish.Wish, now_ms: int = START_MS, facts: Facts = FACTS) -> Transfer:
    """Return the transfer after a wish that is not refused."""
    return after(transfer, *decide(transfer, asked, now_ms, facts))


def at(state: TransferState, *, earlier: bool = True) -> Transfer:
    """Return a transfer that was walked to this state, a second for each step; `earlier`: all places were asked."""
    transfer: Transfer | None = None
    for number, (reached, asked) in enumerate(_WAY):
        transfer = wished(transfer, asked, START_MS + number * 1000)
        if reached is state:
            return transfer
    assert transfer is not None
    if earlier:
        listed = (EarlierSeen(at_ms=START_MS, place=place, refs=()) for place in ("binance", "one", "two"))
        transfer = after(transfer, *listed)
    transfer = wished(transfer, wish.PoseChallenge(), START_MS + 6000)
    assert transfer.destination is not None
    text = transfer.destination.challenge
    transfer = wished(transfer, wish.Signed(address=ADDRESS, signature=signature_over(text)), START_MS + 7000)
    if state is TransferState.PROVED:
        return transfer
    transfer = wished(transfer, wish.SayPaid(), START_MS + 8000)
    if state is TransferState.UNKNOWN:
        return after(transfer, OutcomeUnknown(at_ms=START_MS + 130_000))
    assert state is TransferState.SENT, f"{state} is reached by what is seen"
    return transfer


def record(**changes: object) -> VenueWithdrawal:
    """Return the exchange's record of the agreed withdrawal, but for the changes."""
    facts: dict[str, object] = {
        "ref": "w1",
        "coin": "BTC",
        "network": "BTC",
        "address": ADDRESS,
        "amount": AMOUNT - NETWORK.fee,
        "fee": NETWORK.fee,
        "status": "processing",
        "txid": "",
        "at_ms": START_MS + 9000,
    }
    return VenueWithdrawal(**{**facts, **changes})  # type: ignore[arg-type]


def payment(**changes: object) -> Payment:
    """Return the agreed payment as a chain source sees it, but for the changes."""
    facts: dict[str, object] = {"txid": TXID, "vout": 0, "units": satoshi(AMOUNT - NETWORK.fee), "confirmations": 0}
    return Payment(**{**facts, **changes})  # type: ignore[arg-type]


def proved_destination(**changes: object) -> DestinationProof:
    """Return a stored destination with a verified arrival, but for the changes."""
    facts: dict[str, object] = {
        "id": "to-1",
        "coin": "BTC",
        "network": "BTC",
        "address": ADDRESS,
        "path": PATH,
        "script": "p2wpkh",
        "fingerprint": FINGERPRINT,
        "shown_ms": 1,
        "compared_ms": 2,
        "proved_ms": 3,
        "verified_ms": 4,
        "program_address": ADDRESS,
    }
    return DestinationProof(**{**facts, **changes})  # type: ignore[arg-type]
