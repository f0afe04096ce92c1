import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import (
    Book,
    FeedStatus,
    Liquidation,
    Mark,
    Message,
    OpenInterest,
    Ticker,
    Trade,
    Unparsed,
)
from desktop.venues.hyperliquid.parse import HyperliquidParser
from desktop.venues.hyperliquid.poll import VAULTS
from desktop.venues.hyperliquid.sampling import BookSamples
from desktop.venues.hyperliquid.vaults import PARENT, children_of

MS = 1790000000123
VAULT, OTHER, TRADER = f"0x{'a' * 40}", f"0x{'b' * 40}", f"0x{'c' * 40}"
TRADED = {"coin": "BTC", "side": "A", "px": "80000.0", "sz": "0.25", "hash": "0x1", "time": MS, "tid": 1, "users": []}
CONTEXT = {
    "funding": "-0.0000125", "openInterest": "2500.5", "prevDayPx": "79000.0", "dayNtlVlm": "1000000.25",
    "premium": None, "oraclePx": "80002.0", "markPx": "80001.0", "midPx": "80001.5", "impactPxs": None,
}  # fmt: skip
FORCED = {"liquidatedUser": TRADER, "markPx": "79990.0", "method": "market"}
FILL = {
    "coin": "BTC", "px": "80000.0", "sz": "0.5", "side": "B", "time": MS, "startPosition": "0.0", "dir": "Open Long",
    "closedPnl": "0.0", "hash": "0x2", "oid": 5, "crossed": False, "fee": "0.1", "tid": 77, "feeToken": "USDC",
    "liquidation": FORCED,
}  # fmt: skip
LEVELS = [[{"px": "79999.0", "sz": "1.5", "n": 2}], [{"px": "80001.0", "sz": "2.0", "n": 1}]]
BOOK = {"channel": "l2Book", "data": {"coin": "BTC", "time": MS, "levels": LEVELS}}
ACTIVE = {"channel": "activeAssetCtx", "data": {"coin": "BTC", "ctx": CONTEXT}}


def read(value: object, parser: HyperliquidParser | None = None, received_ns: int = 5_000_000) -> tuple[Message, ...]:
    frame = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return (parser or HyperliquidParser())(
        frame, channel="/ws", received_ns=received_ns, instruments=InstrumentTable()
    )


def filled(*fills: object, user: str = VAULT, old: bool = False) -> dict[str, object]:
    return {"channel": "userFills", "data": {"isSnapshot": old, "user": user, "fills": list(fills)}}


@pytest.mark.parametrize("spaced", [False, True])
def test_each_channel_says_its_thing(spaced: bool) -> None:
    def all_of(value: object) -> tuple[Message, ...]:
        return read(json.dumps(value).encode() if spaced else value)

    trades = all_of({"channel": "trades", "data": [TRADED, {**TRADED, "side": "B", "coin": "kPEPE", "sz": "3"}]})
    assert trades == (
        Trade("hyperliquid", "BTC", "BTC", "sell", "0.25", "80000.0", MS, 5_000_000),
        Trade("hyperliquid", "kPEPE", "PEPE", "buy", "3000", "80000.0", MS, 5_000_000),
    )
    assert all_of(ACTIVE) == (
        Mark("hyperliquid", "BTC", "BTC", "80001.0", "80002.0", -0.0000125, 1.0, None, 5, 5_000_000),
        OpenInterest("hyperliquid", "BTC", "BTC", "2500.5", 2500.5 * 80001.0, 5, 5_000_000),
    )
    (book,) = all_of(BOOK)
    assert isinstance(book, Book)
    assert (book.bid, book.ask, book.bids, book.asks) == ("79999.0", "80001.0", ((79999.0, 1.5),), ((80001.0, 2.0),))


@pytest.mark.parametrize(("side", "closed"), [("B", "long"), ("A", "short")])
def test_a_counterpartys_fill_names_the_victims_side(side: str, closed: str) -> None:
    (message,) = read(filled({**FILL, "side": side}, old=True))
    assert message == Liquidation(
        "hyperliquid", "BTC", "BTC", "long" if closed == "long" else "short", "0.5", "80000.0", "fill", 40_000.0, MS,
        5_000_000,
    )  # fmt: skip


def test_the_victims_own_fill_is_on_the_victims_side() -> None:
    (message,) = read(filled({**FILL, "side": "A", "dir": "Liquidated Cross Long"}, user=TRADER))
    assert isinstance(message, Liquidation)
    assert message.side == "long"


def test_a_trade_between_two_vaults_and_a_repeated_snapshot_count_once() -> None:
    parser = HyperliquidParser()
    assert isinstance(read(filled(FILL), parser)[0], Liquidation)
    for again in (filled({**FILL, "side": "A"}, user=OTHER), filled(FILL, old=True)):
        (status,) = read(again, parser)
        assert isinstance(status, FeedStatus)
    second, third = read(filled({**FILL, "tid": 78}, {**FILL, "tid": 79}), parser)
    assert isinstance(second, Liquidation)
    assert isinstance(third, Liquidation)


def test_positions_that_a_vault_gives_up_are_nobodys_liquidation() -> None:
    parser = HyperliquidParser()
    details = {"vaultAddress": PARENT, "name": "x", "relationship": {"data": {"childAddresses": [OTHER]}}}
    (note,) = read(details, parser)
    assert isinstance(note, FeedStatus)
    of_vault = {**FILL, "liquidation": {**FORCED, "liquidatedUser": OTHER.upper().replace("X", "x")}}
    adl = {**FILL, "dir": "Auto-Deleveraging"}
    ordinary = {key: value for key, value in FILL.items() if key != "liquidation"}
    (status,) = read(filled(of_vault, adl, ordinary), parser)
    assert isinstance(status, FeedStatus)
    (other,) = read(filled({**FILL, "liquidation": {**FORCED, "liquidatedUser": VAULT}}, user=OTHER), parser)
    assert isinstance(other, FeedStatus)


def test_a_bad_fill_beside_a_good_one_is_named_by_its_byte() -> None:
    frame = json.dumps(filled({**FILL, "px": "NaN"}, {**FILL, "tid": 80})).encode()
    trouble, good = read(frame)
    assert isinstance(good, Liquidation)
    assert isinstance(trouble, Unparsed)
    assert trouble.offset is not None
    assert frame[trouble.offset :].startswith(b'"NaN"')


def test_children_are_read_and_never_known_by_heart() -> None:
    details = {"vaultAddress": PARENT, "relationship": {"type": "parent", "data": {"childAddresses": [VAULT, "0x1"]}}}
    assert children_of(json.dumps(details).encode()) == (VAULT,)
    assert children_of(b"[1]") is None
    assert children_of(b'{"vaultAddress":"x","relationship":{"type":"normal"}}') == ()
    assert PARENT in VAULTS.request


def test_all_contracts_of_an_answer_become_tickers() -> None:
    meta = {"universe": [{"name": "BTC"}, {"name": "OLD", "isDelisted": True}, {"name": "ETH"}, {"name": "BAD"}]}
    empty = {**CONTEXT, "midPx": None, "dayNtlVlm": "0.0"}
    first, second, trouble = read([meta, [CONTEXT, CONTEXT, empty, {**CONTEXT, "midPx": "x"}]])
    assert first == Ticker("hyperliquid", "BTC", "BTC", "perp", "80001.5", 1000000.25, 5, 5_000_000)
    assert second == Ticker("hyperliquid", "ETH", "ETH", "perp", "80001.0", 0.0, 5, 5_000_000)
    assert isinstance(trouble, Unparsed)
    (odd,) = read([meta, []])
    assert isinstance(odd, Unparsed)


def test_of_what_others_built_only_metals_and_shares_are_told() -> None:
    meta = {"universe": [{"name": "xyz:GOLD"}, {"name": "xyz:TSLA"}, {"name": "xyz:SP500"}]}
    messages = read([meta, [CONTEXT, CONTEXT, CONTEXT]])
    assert [(one.coin, one.part) for one in messages if isinstance(one, Ticker)] == [
        ("GOLD", "metal"),
        ("SP500", "index"),
    ]


def test_nulls_and_nothing_open_say_nothing() -> None:
    empty = {"channel": "activeAssetCtx", "data": {"coin": "BTC", "ctx": {**CONTEXT, "openInterest": "0.0"}}}
    assert [type(one) for one in read(empty)] == [Mark]
    void = {"channel": "activeAssetCtx", "data": {"coin": "BTC", "ctx": {"midPx": None}}}
    (status,) = read(void)
    assert isinstance(status, FeedStatus)


def test_a_book_whose_sides_cross_is_unparsed() -> None:
    (trouble,) = read({"channel": "l2Book", "data": {"coin": "BTC", "time": MS, "levels": LEVELS[::-1]}})
    assert isinstance(trouble, Unparsed)
    (one_sided,) = read({"channel": "l2Book", "data": {"coin": "BTC", "time": MS, "levels": [[], LEVELS[1]]}})
    assert isinstance(one_sided, Book)
    assert (one_sided.bid, one_sided.ask) == (None, "80001.0")


def test_books_come_at_the_pace_of_the_indicators() -> None:
    samples = BookSamples()
    assert len(samples.whole(read(BOOK))) == 1
    assert samples.whole(read(BOOK)) == ()
    later = {"channel": "l2Book", "data": {"coin": "BTC", "time": MS + 1_000, "levels": LEVELS}}
    other = {"channel": "l2Book", "data": {"coin": "ETH", "time": MS, "levels": LEVELS}}
    (whole,) = samples.whole(read(later))
    assert isinstance(whole, Book)
    assert (whole.low, whole.high) == (79999.0, 80001.0)
    assert len(samples.whole(read(other))) == 1


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ({"channel": "pong"}, "pong"),
        ({"channel": "error", "data": "Invalid subscription"}, "venue error: Invalid subscription"),
        (
            {"channel": "subscriptionResponse", "data": {"method": "subscribe", "subscription": {"type": "trades"}}},
            "acknowledged trades",
        ),
        ({"channel": "allMids", "data": {"mids": {"BTC": "1"}}}, "allMids, not used"),
    ],
)
def test_what_the_venue_says_about_itself_is_status(value: object, detail: str) -> None:
    (status,) = read(value)
    assert isinstance(status, FeedStatus)
    assert status.detail == detail


@pytest.mark.parametrize("frame", [b"", b"{", b'{"topic":"tickers.X"}', b"[1]", b"{}", b'{"channel":"trades"}'])
def test_other_bytes_are_unparsed(frame: bytes) -> None:
    (trouble,) = read(frame)
    assert isinstance(trouble, Unparsed)


@given(st.binary(max_size=200))
def test_any_bytes_give_messages_and_never_an_exception(frame: bytes) -> None:
    assert read(frame)


ALL = [
    {"channel": "trades", "data": [TRADED, TRADED]},
    ACTIVE,
    BOOK,
    filled(FILL, FILL),
    {"vaultAddress": PARENT, "relationship": {"data": {"childAddresses": [OTHER]}}},
    [{"universe": [{"name": "BTC"}]}, [CONTEXT]],
]


@given(st.sampled_from(ALL), st.data())
def test_a_damaged_frame_never_raises(value: object, draw: st.DataObject) -> None:
    frame = bytearray(json.dumps(value, separators=(",", ":")).encode())
    for _ in range(draw.draw(st.integers(1, 3))):
        frame[draw.draw(st.integers(0, len(frame) - 1))] = draw.draw(st.integers(0, 255))
    assert read(bytes(frame))
