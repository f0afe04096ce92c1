"""Bybit's account with a read-only key: signed questions over real sockets, and documented answers, good and bad."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from desktop.domain.errors import NetworkTrouble
from desktop.domain.instrument import InstrumentTable
from desktop.venues.bybit.account_door import BybitAccountDoor
from desktop.venues.bybit.positions import BybitPositions
from desktop.venues.errors import SaysNo
from desktop.venues.host_rules import BYBIT
from desktop.venues.http import RestDoor
from desktop.worlds.practice.http_server import HttpServer
from tests.fakes.bybit_account import BTC, COIN, KEY, POSITION, SECRET, BybitAccountServer
from tests.fakes.manual_clock import ManualClock

Scene = Callable[[BybitPositions, BybitAccountServer, ManualClock], Awaitable[None]]


def play(scene: Scene, secret: str = SECRET) -> None:
    async def whole() -> None:
        clock, account = ManualClock(), BybitAccountServer()
        account.now_ms = clock.now_ms
        server = HttpServer(account.answer)
        await server.start()
        door = BybitAccountDoor(KEY, secret, RestDoor(server.url, clock, rules=BYBIT), clock)
        own = BybitPositions(door, clock, InstrumentTable())
        try:
            async with asyncio.timeout(20):
                await scene(own, account, clock)
        finally:
            await own.close()
            await server.close()
        assert all(asked.startswith("GET ") for asked in account.asked), "it only ever asks"

    asyncio.run(whole())


def test_positions_coins_and_what_may_leave_are_read() -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        found = await own.holdings()
        bitcoin, pepe, inverse = found.positions
        assert (bitcoin.coin, bitcoin.side, bitcoin.quantity, bitcoin.entry) == ("BTC", 1, Decimal("0.5"), 80_000)
        assert (bitcoin.venue_liquidation, bitcoin.venue_mark) == (Decimal("70123.4"), Decimal("81480.1"))
        assert (bitcoin.mode, bitcoin.margin, bitcoin.leverage) == ("cross", None, 10)
        assert (pepe.coin, pepe.side, pepe.quantity) == ("PEPE", -1, 2_000_000)
        assert (pepe.entry, pepe.venue_liquidation, pepe.leverage) == (Decimal("0.0000125"), None, None)
        assert (inverse.coin, inverse.symbol, inverse.quantity) == ("BTC", "BTCUSD", Decimal("0.2"))
        cash, coin, ether = found.holdings
        assert (cash.coin, cash.amount, cash.locked, cash.collateral) == ("USDT", 12_000, 5_000, True)
        assert (coin.coin, coin.amount, coin.locked, coin.collateral) == ("BTC", Decimal("0.4"), 0, False)
        assert (ether.coin, ether.amount, ether.locked, ether.collateral) == ("ETH", 2, Decimal("0.5"), False)
        assert (found.venue, found.account, found.source, found.as_of_ms) == ("bybit", "key", "key", clock.now_ms())

    play(scene)


def test_all_pages_are_read_with_bybits_own_cursor() -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        account.positions["linear", "USDT"] = [{**POSITION, "symbol": f"C{n}USDT"} for n in range(5)]
        found = await own.holdings()
        assert len([one for one in found.positions if one.symbol.startswith("C")]) == 5

    play(scene)


def test_an_isolated_account_has_isolated_margins() -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        account.margin_mode = "ISOLATED_MARGIN"
        account.positions["linear", "USDT"] = [{**POSITION, "positionBalance": "4200"}]
        (position, *_) = (await own.holdings()).positions
        assert (position.mode, position.margin) == ("isolated", 4_200)

    play(scene)


def test_what_cannot_be_worked_out_is_refused_in_words() -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        account.margin_mode = "PORTFOLIO_MARGIN"
        with pytest.raises(NetworkTrouble, match="portfolio margin, which is not worked out here"):
            await own.holdings()
        account.margin_mode = "REGULAR_MARGIN"
        account.coins = [COIN, {**BTC, "spotBorrow": "0.9"}]
        with pytest.raises(NetworkTrouble, match=r"0\.5 BTC is borrowed"):
            await own.holdings()
        account.coins = [{**COIN, "spotBorrow": "20000"}]
        (debt, *_) = (await own.holdings()).holdings
        assert (debt.amount, debt.locked) == (-8_000, 0)

    play(scene)


def test_a_key_that_may_not_see_the_funding_account_shows_the_rest() -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        account.says_no["/v5/asset/transfer/query-account-coins-balance"] = (10005, "Permission denied")
        account.says_no["/v5/account/withdrawal"] = (10005, "Permission denied")
        found = await own.holdings()
        assert [one.coin for one in found.holdings] == ["USDT", "BTC"]
        assert found.holdings[0].locked == 100, "without Bybit's word orders alone lock"

    play(scene)


@pytest.mark.parametrize(
    ("code", "remedy"), [(10003, "Enter Bybit's API key again"), (10010, "Allow this computer"), (33004, "expired")]
)
def test_what_bybit_says_no_to_has_its_remedy(code: int, remedy: str) -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        account.says_no["/v5/account/info"] = (code, "no")
        with pytest.raises(SaysNo) as caught:
            await own.holdings()
        assert remedy in caught.value.remedy
        assert SECRET not in f"{caught.value} {caught.value.remedy}"

    play(scene)


def test_a_wrong_secret_is_named_and_not_shown() -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        with pytest.raises(SaysNo) as caught:
            await own.holdings()
        assert "secret again" in caught.value.remedy
        assert "another-secret" not in f"{caught.value}"

    play(scene, "another-secret")


@pytest.mark.parametrize("change", [{"size": "much"}, {"liqPrice": "NaN"}, {"side": "Both"}, {"avgPrice": None}])
def test_another_form_is_refused(change: dict[str, object]) -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        account.positions["linear", "USDT"] = [{**POSITION, **change}]
        with pytest.raises(NetworkTrouble, match="not as documented"):
            await own.holdings()

    play(scene)


@pytest.mark.parametrize("cursor", ["a&b", "a b", "#"])
def test_a_cursor_that_would_break_the_query_is_refused(cursor: str) -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble, match="cursor"):
            await own._door.ask("/v5/position/list", dict, {"cursor": cursor})

    play(scene)


@pytest.mark.parametrize(
    ("told", "ends"),
    [("2026-12-24T10:00:00Z", datetime(2026, 12, 24, 10, tzinfo=UTC)), ("1970-01-01T00:00:00Z", None), ("", None)],
)
def test_the_keys_end_is_read_and_no_end_is_unknown(told: str, ends: datetime | None) -> None:
    async def scene(own: BybitPositions, account: BybitAccountServer, clock: ManualClock) -> None:
        account.key["expiredAt"] = told
        assert await own.key_expires_ms() == (None if ends is None else int(ends.timestamp() * 1000))
        account.key["expiredAt"] = "soon"
        with pytest.raises(NetworkTrouble, match="about the key"):
            await own.key_expires_ms()

    play(scene)
