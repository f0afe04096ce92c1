import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import FeedStatus, Gap, Message, Unparsed, WithdrawalStatus
from desktop.domain.raw_frame import RawFrame
from desktop.venues.outbound import Outbound
from desktop.venues.reading import FrameReaders
from desktop.venues.withdrawal_feed import withdrawal_feed
from desktop.venues.withdrawals import WITHDRAWAL_HOSTS, parse
from tests.fakes.manual_clock import ManualClock
from tests.unit.venues.test_venue_feed import Reader, play

KUCOIN = {
    "code": "200000",
    "data": {
        "currency": "USDT", "name": "USDT", "precision": 8,
        "chains": [
            {"chainName": "TRC20", "chainId": "trx", "isWithdrawEnabled": False, "isDepositEnabled": True},
            {"chainName": "ERC20", "chainId": "eth", "isWithdrawEnabled": True},
        ],
    },
}  # fmt: skip
GATE = {
    "currency": "USDT", "delisted": False, "withdraw_disabled": False, "withdraw_delayed": False,
    "chains": [
        {"name": "TRX", "withdraw_disabled": True, "withdraw_delayed": False},
        {"name": "ETH", "withdraw_disabled": False, "withdraw_delayed": True},
    ],
}  # fmt: skip
BITGET = {
    "code": "00000", "msg": "success", "requestTime": 1,
    "data": [
        {"coin": "USDT", "chains": [
            {"chain": "TRC20", "withdrawable": "false", "congestion": "normal"},
            {"chain": "ERC20", "withdrawable": "true", "congestion": "congested"},
        ]},
    ],
}  # fmt: skip
HTX = {
    "code": 200,
    "data": [
        {"currency": "usdt", "instStatus": "normal", "chains": [
            {"chain": "trc20usdt", "displayName": "TRC20", "withdrawStatus": "prohibited"},
            {"chain": "usdterc20", "displayName": "", "withdrawStatus": "allowed"},
        ]},
    ],
}  # fmt: skip
ANSWERS = {"kucoin": KUCOIN, "gate": GATE, "bitget": BITGET, "htx": HTX}
PATHS = {
    "kucoin": "GET /api/v3/currencies/USDT",
    "gate": "GET /api/v4/spot/currencies/USDT",
    "bitget": "GET /api/v2/spot/public/coins?coin=USDT",
    "htx": "GET /v2/reference/currencies?currency=usdt",
}


def read(venue: str, value: object) -> tuple[Message, ...]:
    frame = value if isinstance(value, bytes) else json.dumps(value).encode()
    return parse(frame, channel=PATHS[venue], received_ns=7_000_000, instruments=InstrumentTable())


@pytest.mark.parametrize(
    ("venue", "closed", "open_", "detail"),
    [
        ("kucoin", "TRC20", "ERC20", ""),
        ("gate", "TRX", "ETH", "delayed"),
        ("bitget", "TRC20", "ERC20", "congested"),
        ("htx", "TRC20", "usdterc20", ""),
    ],
)
def test_each_exchanges_answer_is_read(venue: str, closed: str, open_: str, detail: str) -> None:
    assert read(venue, ANSWERS[venue]) == (
        WithdrawalStatus(venue, "USDT", closed, False, 7),
        WithdrawalStatus(venue, "USDT", open_, True, 7, detail),
    )


def test_what_is_not_said_is_unknown_and_not_open() -> None:
    chain = {"chain": "x", "displayName": "X", "name": "X", "chainName": "X"}
    for venue, answer in (
        ("kucoin", {"code": "200000", "data": {"currency": "A", "chains": [chain]}}),
        ("gate", [{"currency": "A", "chains": [chain]}]),
        ("bitget", {"code": "00000", "data": [{"coin": "A", "chains": [{**chain, "withdrawable": "maybe"}]}]}),
        ("htx", {"code": 200, "data": [{"currency": "a", "chains": [{**chain, "withdrawStatus": ["x"]}]}]}),
    ):
        (status,) = read(venue, answer)
        assert isinstance(status, WithdrawalStatus)
        assert (status.coin, status.open) == ("A", None)


def test_a_coin_that_is_closed_as_a_whole_closes_its_networks() -> None:
    messages = read("gate", {**GATE, "withdraw_disabled": True})
    assert [one.open for one in messages if isinstance(one, WithdrawalStatus)] == [False, False]


@pytest.mark.parametrize(
    ("venue", "value"),
    [
        ("kucoin", {"code": "400100", "msg": "no"}),
        ("gate", {"label": "INVALID_CURRENCY", "message": "no"}),
        ("bitget", {"code": "40034", "msg": "no", "data": None}),
        ("htx", {"code": 2002, "message": "no"}),
        ("kucoin", {"code": "200000", "data": {"currency": "A", "chains": None}}),
    ],
)
def test_errors_and_empty_answers_say_nothing_of_a_coin(venue: str, value: object) -> None:
    (status,) = read(venue, value)
    assert isinstance(status, FeedStatus)


def test_an_answer_without_coins_is_unparsed() -> None:
    for value in ({"code": "200000", "data": [1]}, b"<html>", b'{"code":"200000","data":{"currency":5}}'):
        (trouble,) = read("kucoin", value)
        assert isinstance(trouble, Unparsed)


@given(st.sampled_from(sorted(PATHS)), st.binary(max_size=100))
def test_any_bytes_give_messages_and_never_an_exception(venue: str, frame: bytes) -> None:
    assert read(venue, frame)


@given(st.sampled_from(sorted(PATHS)), st.data())
def test_a_damaged_answer_never_raises(venue: str, draw: st.DataObject) -> None:
    frame = bytearray(json.dumps(ANSWERS[venue]).encode())
    for _ in range(draw.draw(st.integers(1, 3))):
        frame[draw.draw(st.integers(0, len(frame) - 1))] = draw.draw(st.integers(0, 255))
    assert read(venue, bytes(frame))


def test_watched_coins_and_the_dollars_are_asked_for_and_a_dead_host_is_a_gap() -> None:
    async def scene(clock: ManualClock) -> None:
        asked: list[str] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            asked.append(head.split()[1].decode())
            text = json.dumps(HTX).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%b" % (len(text), text))
            await writer.drain()
            writer.close()

        rest = await asyncio.start_server(answer, "127.0.0.1", 0)
        base_url = f"http://127.0.0.1:{rest.sockets[0].getsockname()[1]}"
        hosts = {"htx": base_url, "kucoin": "http://127.0.0.1:1"}
        feed = withdrawal_feed(["BTC"], InstrumentTable(), Outbound(clock), hosts=hosts)
        assert feed.venue == "withdrawals"
        reader = Reader(feed)
        status = await reader.next(WithdrawalStatus)
        assert isinstance(status, WithdrawalStatus)
        assert (status.venue, status.coin, status.open) == ("htx", "USDT", False)
        for _ in range(5):
            await reader.next(WithdrawalStatus)
        assert asked == [f"/v2/reference/currencies?currency={coin}" for coin in ("btc", "usdt", "usdc")]
        await reader.close()
        rest.close()
        await rest.wait_closed()

    play(scene)


def test_a_host_that_is_down_is_a_gap_of_that_exchange() -> None:
    async def scene(clock: ManualClock) -> None:
        feed = withdrawal_feed(["BTC"], InstrumentTable(), Outbound(clock), hosts={"gate": "http://127.0.0.1:1"})
        reader = Reader(feed)
        gap = await reader.next(Gap)
        assert isinstance(gap, Gap)
        assert (gap.venue, gap.channel) == ("gate", "GET /api/v4/spot/currencies/BTC")
        await reader.close()

    play(scene)


def test_a_recording_of_it_is_read_again() -> None:
    readers = FrameReaders(InstrumentTable())
    raw = RawFrame(7_000_000, "gate", PATHS["gate"], json.dumps(GATE).encode())
    assert readers.read(raw) == read("gate", GATE)


def test_every_exchange_has_a_host_of_its_own() -> None:
    assert set(WITHDRAWAL_HOSTS) == set(PATHS)
    assert all(url.startswith("https://") for url in WITHDRAWAL_HOSTS.values())
