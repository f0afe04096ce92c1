"""Builders of the desk's pictures of a transfer, one for every state it can be in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from desktop.custody import transfer_guide
from desktop.custody.exposure_guards import leaving_troubles
from desktop.custody.transfer import DestinationProof, Sighting, Transfer, TransferState
from desktop.domain.position import Position
from desktop.engine.desk_view import (
    CoinView,
    DeskView,
    DeviceView,
    ExchangePageView,
    FeedView,
    LookView,
    NetworkOffer,
    TransferView,
)
from desktop.risk.account.leaving import Leaving, Shift
from desktop.risk.reading import Level, Reading, State, unknown

NOW_MS = 1_769_872_000_000
ADDRESS = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
WRONG_ADDRESS = "bc1qannfxke2tfd4l7vh9pehpvt05y83v3qsf6nfkk"
CHALLENGE = "Seawall transfer 7F3K: I control bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk. 2026-01-31 15:06 UTC"
TXID = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"

BITCOIN = NetworkOffer("BTC", "Bitcoin", True, "0.0001", "0.001", 30)
LIGHTNING = NetworkOffer("LIGHTNING", "Lightning", False, "0.00001", "0.00002", 1, "This wallet cannot sign on it.")
BSC = NetworkOffer("BSC", "BNB Smart Chain", False, "0.00001", "0.0002", 3, "It pays out a token, not bitcoin.")

_WAY = (
    TransferState.DRAFT,
    TransferState.ROUTED,
    TransferState.NEEDS_ADDRESS,
    TransferState.ADDRESS_SHOWN,
    TransferState.COMPARED,
    TransferState.PROVED,
    TransferState.SENT,
    TransferState.ACCEPTED,
    TransferState.BROADCAST,
    TransferState.CONFIRMING,
    TransferState.ARRIVED,
    TransferState.VERIFIED,
)
_WENT_AS_FAR_AS = {
    TransferState.UNKNOWN: TransferState.SENT,
    TransferState.REJECTED: TransferState.SENT,
    TransferState.FAILED: TransferState.ACCEPTED,
    TransferState.DROPPED: TransferState.NEEDS_ADDRESS,
}


def destination(stage: TransferState) -> DestinationProof | None:
    """Return the proof as it stands once `stage` was entered; None before the device showed anything."""
    far = _WAY.index(_WENT_AS_FAR_AS.get(stage, stage))
    if far < _WAY.index(TransferState.ADDRESS_SHOWN):
        return None
    compared = far >= _WAY.index(TransferState.COMPARED)
    proved = far >= _WAY.index(TransferState.PROVED)
    return DestinationProof(
        id="d1",
        coin="BTC",
        network="BTC",
        address=ADDRESS,
        path="m/84'/0'/0'/0/0",
        script="p2wpkh",
        fingerprint="5c9e228d",
        shown_ms=NOW_MS - 300_000,
        program_address=ADDRESS,
        program_source="device_unshown",
        page_address=ADDRESS if compared else "",
        compared_ms=NOW_MS - 240_000 if compared else None,
        challenge=CHALLENGE if compared else "",
        signature="IBRL4ttd9ijLtz5qNrwbPmr0CqyQ08uKPAGOtPWoF6o=" if proved else "",
        proved_ms=NOW_MS - 180_000 if proved else None,
        verified_ms=NOW_MS - 5_000 if stage is TransferState.VERIFIED else None,
    )


def transfer(state: TransferState, **changes: Any) -> Transfer:
    """Return a transfer of 0.01 BTC in this state, with the facts that belong to it."""
    far = _WAY.index(_WENT_AS_FAR_AS.get(state, state))
    known = {step.value: NOW_MS - 30_000 * (far - i) - 20_000 for i, step in enumerate(_WAY[: far + 1])}
    on_chain = far >= _WAY.index(TransferState.BROADCAST)
    arrived = far >= _WAY.index(TransferState.ARRIVED)
    routed = far >= _WAY.index(TransferState.NEEDS_ADDRESS)
    made = Transfer(
        id="7F3K",
        world="practice",
        venue="binance",
        coin="BTC",
        kind="test",
        created_ms=NOW_MS - 400_000,
        state=state,
        amount=Decimal("0.01"),
        network="BTC" if routed else "",
        fee=Decimal("0.0001") if routed else None,
        destination=destination(state),
        txid=TXID if on_chain else "",
        venue_ref="w-8841" if far >= _WAY.index(TransferState.ACCEPTED) else "",
        confirmations=3 if arrived else 2 if state is TransferState.CONFIRMING else 0,
        received=Decimal("0.0099") if arrived else None,
        reason={"rejected": "The address is not in the address book.", "failed": "Risk control."}.get(state, ""),
        sightings=(Sighting("binance records", NOW_MS - 9_000, status="completed"),) if arrived else (),
        said_sent_ms=NOW_MS - 20_000 if far >= _WAY.index(TransferState.SENT) else None,
        known={**known, state.value: NOW_MS - 10_000},
    )
    return msgspec.structs.replace(made, **changes)


def looks(*, found: bool = True) -> tuple[LookView, ...]:
    """Return three places, each in another state; without `found` none of them knows the transfer."""
    listed, state = ("processing", "found") if found else ("not listed", "absent")
    return (
        LookView("Binance withdrawal records", "coin, network, address, amount", listed, NOW_MS - 8_000,
                 NOW_MS + 7_000, state),
        LookView("Bitcoin, first source", "any payment to this address", "nothing yet, block 934 318", NOW_MS - 4_000,
                 NOW_MS + 26_000, "absent"),
        LookView("Bitcoin, second source", "any payment to this address", "no answer, time-out", NOW_MS - 35_000,
                 NOW_MS + 12_000, "silent"),
    )  # fmt: skip


def transfer_view(state: TransferState, *, page: str = "", **changes: Any) -> TransferView:
    """Return the view of `transfer(state)`; `changes` go to the view."""
    of = changes.pop("transfer", None) or transfer(state)
    shown = page or transfer_guide.page(of)
    watched = shown in ("watch", "unknown", "done")
    made = TransferView(
        transfer=of,
        page=shown,
        steps=transfer_guide.steps(of),
        idle="0.02",
        test_amount="0.0011",
        receives="0.0099" if of.fee is not None else "",
        networks=(BITCOIN, LIGHTNING, BSC),
        looks=looks(found=shown != "unknown") if watched else (),
        explorer_link=f"https://mempool.space/tx/{TXID}" if of.txid else "",
    )
    return msgspec.structs.replace(made, **changes)


def device(**changes: Any) -> DeviceView:
    """Return a ready practice wallet at its home screen."""
    made = DeviceView(
        state="ready",
        model="Classic 1S",
        label="Practice wallet",
        fingerprint="5c9e228d",
        screen=("OneKey", "home screen"),
        has_keys=True,
    )
    return msgspec.structs.replace(made, **changes)


def device_showing_address() -> DeviceView:
    """Return the wallet asking the person to confirm the address."""
    lines = ("Bitcoin address", ADDRESS[:16], ADDRESS[16:32], ADDRESS[32:])
    return device(state="busy", screen=lines, asks=True)


def exchange_page(**changes: Any) -> ExchangePageView:
    """Return the practice exchange's page with a balance and nothing saved."""
    made = ExchangePageView("binance", balances={"BTC": "0.02", "ETH": "1.5"}, saved_address={})
    return msgspec.structs.replace(made, **changes)


def desk(*transfers: TransferView, **changes: Any) -> DeskView:
    """Return a practice desk in the storm that holds these transfers."""
    price = Reading(value=81_480.0, state=State.LIVE, as_of_ms=NOW_MS)
    made = DeskView(
        version=1,
        now_ms=NOW_MS,
        world="practice",
        level=Level.WARNING,
        feeds=(FeedView("binance", "live", 300, NOW_MS - 60_000), FeedView("bybit", "stale", 14_000, NOW_MS)),
        coins=(CoinView("BTC", price, unknown("no history"), {}),),
        incidents=(),
        device=device(),
        transfers=transfers,
        exchange_page=exchange_page(),
        label="Practice storm, synthetic",
    )
    return msgspec.structs.replace(made, **changes)


def leaving(**changes: Any) -> Leaving:
    """Return a bitcoin long on Binance that lives through the wick, but not without the 0.01 BTC that backs it."""
    long = Position(
        venue="binance",
        symbol="BTCUSDT",
        coin="BTC",
        side=1,
        quantity=Decimal("0.12"),
        entry=Decimal(84_000),
        mode="cross",
        source="key",
        as_of_ms=NOW_MS - 3_000,
        venue_liquidation=Decimal(71_900),
    )
    made = Leaving(
        venue="binance",
        coin="BTC",
        amount=Decimal("0.01"),
        effect="margin",
        wick=0.10,
        survives=True,
        survives_after=False,
        most=Decimal("0.0041"),
        shifts=(Shift(long, 81_480.0, 71_900.0, 76_240.0, told=True),),
        seen_ms=NOW_MS - 3_000,
    )
    return msgspec.structs.replace(made, **changes)


def held_back(state: TransferState) -> TransferView:
    """Return the view of a transfer that open positions hold back, with the guard's own words."""
    told = leaving()
    return transfer_view(state, leaving=told, objections=tuple(leaving_troubles(told)))


def desk_in(state: TransferState, **changes: Any) -> DeskView:
    """Return a desk with one transfer in this state and the surroundings that go with it."""
    around: dict[str, Any] = {}
    if destination(state) is not None:
        around["exchange_page"] = exchange_page(saved_address={"BTC": ADDRESS})
    return desk(transfer_view(state), **{**around, **changes})
