"""Positions by address and by read-only key, and margin tiers, as the venues document their answers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from decimal import Decimal

import httpx
import msgspec
import pytest

from desktop.domain.errors import BadInput, NetworkTrouble, Refused
from desktop.domain.instrument import InstrumentTable
from desktop.storage.instrument_file import shipped_instruments
from desktop.venues.binance.positions import BinancePositions, key_header
from desktop.venues.feed_parts import VenueHosts
from desktop.venues.host_rules import VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.hyperliquid.positions import HyperliquidAddress, holdings_of
from desktop.venues.hyperliquid.sampled_positions import SampledPositions
from desktop.venues.outbound import Outbound
from desktop.venues.tiers import public_tiers
from tests.fakes.manual_clock import ManualClock

ADDRESS = "0x" + "aB" * 20
ISOLATED = {
    "coin": "ETH",
    "entryPx": "2986.3",
    "leverage": {"rawUsd": "-95.059824", "type": "isolated", "value": 20},
    "liquidationPx": "2866.26936529",
    "marginUsed": "4.967826",
    "positionValue": "100.02765",
    "szi": "0.0335",
    "unrealizedPnl": "-0.0134",
}
CROSS = {
    "coin": "kPEPE",
    "entryPx": "0.0125",
    "leverage": {"type": "cross", "value": 5},
    "liquidationPx": None,
    "marginUsed": "250",
    "szi": "-100000",
    "unrealizedPnl": "40",
}
STATE = {
    "assetPositions": [{"position": ISOLATED, "type": "oneWay"}, {"position": CROSS, "type": "oneWay"}],
    "crossMaintenanceMarginUsed": "25.0",
    "crossMarginSummary": {"accountValue": "1040.5", "totalMarginUsed": "250"},
    "marginSummary": {"accountValue": "1045.4"},
    "time": 1708622398623,
    "withdrawable": "790.5",
}
SPOT = {"balances": [{"coin": "USDC", "token": 0, "total": "70.0", "hold": "20.0"}, {"coin": "HYPE", "total": "0.0"}]}


def _encoded(value: object) -> bytes:
    return msgspec.json.encode(value)


def test_an_address_has_isolated_and_cross_positions_and_its_cash() -> None:
    found = holdings_of(_encoded(STATE), _encoded(SPOT), ADDRESS, InstrumentTable(), together=False)
    ether, pepe = found.positions
    assert (ether.side, ether.mode, ether.quantity, ether.venue_liquidation) == (
        1,
        "isolated",
        Decimal("0.0335"),
        Decimal("2866.26936529"),
    )
    assert ether.margin == Decimal("4.981226")
    assert ether.venue_mark == Decimal("100.02765") / Decimal("0.0335")
    assert pepe.venue_mark is None
    assert (pepe.coin, pepe.symbol, pepe.side, pepe.mode, pepe.margin) == ("PEPE", "kPEPE", -1, "cross", None)
    assert (pepe.quantity, pepe.entry, pepe.venue_liquidation) == (100_000_000, Decimal("0.0000125"), None)
    cash, spot = found.holdings
    assert (cash.coin, cash.amount, cash.locked, cash.collateral) == (
        "USDC",
        Decimal("1000.5"),
        Decimal("210.0"),
        True,
    )
    assert (spot.amount, spot.locked, spot.collateral) == (Decimal("70.0"), Decimal("20.0"), False)


def test_in_an_account_of_one_margin_the_spot_balances_are_the_margin() -> None:
    found = holdings_of(_encoded(STATE), _encoded(SPOT), ADDRESS, InstrumentTable(), together=True)
    (cash,) = found.holdings
    assert (cash.amount, cash.collateral) == (Decimal("70.0"), True)


@pytest.mark.parametrize(
    "change",
    [
        {"crossMarginSummary": {"accountValue": "NaN"}},
        {"withdrawable": "much"},
        {"assetPositions": [{"position": {**ISOLATED, "szi": "Infinity"}}]},
        {"time": None},
    ],
)
def test_another_answer_is_refused(change: dict[str, object]) -> None:
    with pytest.raises((ValueError, msgspec.MsgspecError)):
        holdings_of(_encoded({**STATE, **change}), _encoded(SPOT), ADDRESS, InstrumentTable(), together=False)


def _played(
    answer: Callable[[httpx.Request], httpx.Response],
    scene: Callable[[RestDoor, ManualClock], Awaitable[None]],
    headers: dict[str, str] | None = None,
) -> None:
    async def whole() -> None:
        clock = ManualClock()
        transport = httpx.MockTransport(answer)
        async with (
            asyncio.timeout(20),
            RestDoor("http://venue.test", clock, transport=transport, headers=headers) as door,
        ):
            await scene(door, clock)

    asyncio.run(whole())


def _info(mode: object, state: object = STATE) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        asked = msgspec.json.decode(request.content)
        assert request.method == "POST"
        assert asked["user"] == ADDRESS.lower()
        answers = {"userAbstraction": mode, "clearinghouseState": state, "spotClearinghouseState": SPOT}
        return httpx.Response(200, content=_encoded(answers[asked["type"]]))

    return answer


def test_an_address_is_asked_for_its_kind_of_account_first() -> None:
    async def plain(door: RestDoor, clock: ManualClock) -> None:
        found = await HyperliquidAddress(ADDRESS, door, InstrumentTable()).holdings()
        assert (found.account, len(found.positions), found.source) == (ADDRESS.lower(), 2, "address")

    async def portfolio(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(Refused, match="portfolio margin"):
            await HyperliquidAddress(ADDRESS, door, InstrumentTable()).holdings()

    async def strange(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble, match="not as documented"):
            await HyperliquidAddress(ADDRESS, door, InstrumentTable()).holdings()

    _played(_info("disabled"), plain)
    _played(_info("portfolioMargin"), portfolio)
    _played(_info({"kind": 5}), strange)
    _played(_info("default", []), strange)


def test_an_address_that_is_none_is_refused() -> None:
    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(BadInput) as caught:
            HyperliquidAddress("0x12", door, InstrumentTable())
        assert caught.value.where == "address"

    _played(_info("default"), scene)


RISK = [
    {
        "symbol": "ETHUSDT",
        "positionSide": "BOTH",
        "positionAmt": "-38.000",
        "entryPrice": "2452.10",
        "markPrice": "2450.0",
        "liquidationPrice": "2800.5",
        "isolatedMargin": "11800.1",
        "isolatedWallet": "11720.3",
        "updateTime": 5,
    },
    {"symbol": "BTCUSDT", "positionAmt": "0.100", "entryPrice": "80000", "liquidationPrice": "0"},
    {"symbol": "SOLUSDT", "positionAmt": "0.000", "entryPrice": "0.0"},
]
WALLET = {
    "totalMaintMargin": "40.0",
    "assets": [
        {"asset": "USDT", "walletBalance": "21720.3", "crossWalletBalance": "10000.0", "maxWithdrawAmount": "9100.5"},
        {"asset": "BNB", "crossWalletBalance": "0.0", "maxWithdrawAmount": "0.0"},
    ],
}


def test_a_read_only_key_signs_and_sees_positions_and_the_cross_wallet() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        query, _, signature = request.url.query.decode().partition("&signature=")
        assert signature == hmac.new(b"secret", query.encode(), hashlib.sha256).hexdigest()
        assert request.headers["X-MBX-APIKEY"] == "key"
        return httpx.Response(200, content=_encoded(RISK if "positionRisk" in request.url.path else WALLET))

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        found = await BinancePositions("secret", door, clock, InstrumentTable()).holdings()
        short, long = found.positions
        assert (short.side, short.quantity, short.mode, short.margin) == (-1, 38, "isolated", Decimal("11720.3"))
        assert (short.venue_liquidation, short.venue_mark) == (Decimal("2800.5"), Decimal("2450.0"))
        assert (long.side, long.mode, long.margin, long.venue_liquidation) == (1, "cross", None, None)
        (wallet,) = found.holdings
        assert (wallet.coin, wallet.amount, wallet.locked) == ("USDT", 10_000, Decimal("899.5"))
        assert wallet.collateral

    _played(answer, scene, key_header("key"))
    assert asked == ["GET", "GET"]


def test_a_refusal_names_neither_key_nor_secret() -> None:
    async def scene(door: RestDoor, clock: ManualClock) -> None:
        with pytest.raises(NetworkTrouble) as caught:
            await BinancePositions("hidden", door, clock, InstrumentTable()).holdings()
        assert "hidden" not in str(caught.value)
        assert "signature" not in str(caught.value)

    _played(lambda request: httpx.Response(401, content=b'{"code":-2015,"msg":"Invalid API-key"}'), scene)
    _played(lambda request: httpx.Response(200, content=b'{"positions":1}'), scene)


def test_strangers_positions_are_sampled_from_the_latest_trades() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        question = msgspec.json.decode(request.content)
        asked.append(question["type"])
        trades = [{"coin": "ETH", "px": "1", "users": [ADDRESS, "0x" + "12" * 20]}, {"coin": "ETH", "users": ["0x1"]}]
        return httpx.Response(200, content=_encoded(trades if question["type"] == "recentTrades" else STATE))

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        sample = SampledPositions(door, InstrumentTable())
        await sample.sample("ETH")
        await sample.sample("ETH")
        ether = sample.known("ETH")
        assert len(ether) == 2
        assert ether[0].leverage == pytest.approx(1 / (1 - 2866.26936529 * 0.995 / 2986.3))
        assert ether[0].worth_usd == pytest.approx(100.02765)
        assert sample.known("PEPE")[0].leverage == 1.0
        assert sample.known("BTC") == []

    _played(answer, scene)
    assert asked == ["recentTrades", "clearinghouseState", "clearinghouseState"] * 2
    _played(lambda request: httpx.Response(200, content=b"{}"), _sample_fails)


async def _sample_fails(door: RestDoor, clock: ManualClock) -> None:
    with pytest.raises(NetworkTrouble, match="not as documented"):
        await SampledPositions(door, InstrumentTable()).sample("ETH")


def test_every_venue_has_a_source_of_tiers() -> None:
    async def run() -> None:
        outbound = Outbound(ManualClock())
        hosts = {
            name: VenueHosts("ws://x.test", "http://x.test") for name in ("binance", "bybit", "okx", "hyperliquid")
        }
        sources = public_tiers(hosts, InstrumentTable(), outbound)
        assert [source.venue for source in sources] == ["binance", "bybit", "okx", "hyperliquid"]
        for source in sources:
            await source.close()

    asyncio.run(run())


def test_a_coin_that_a_venue_does_not_trade_keeps_nobody_from_the_tiers_of_the_others() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        family = request.url.params["instFamily"]
        if family != "BTC-USDT":
            return httpx.Response(200, json={"code": "51000", "msg": "Parameter instFamily error", "data": []})
        row = {"instFamily": family, "minSz": "0", "maxSz": "100", "mmr": "0.004", "maxLever": "100"}
        return httpx.Response(200, json={"code": "0", "msg": "", "data": [row]})

    async def scene(door: RestDoor, clock: ManualClock) -> None:
        hosts = {"okx": VenueHosts("ws://x.test", "http://x.test")}
        (source,) = public_tiers(hosts, shipped_instruments(), Outbound(clock))
        await source._door.close()
        source._door = door
        assert [one.symbol for one in await source.tiers(["NOTTHERE", "BTC"])] == ["BTC-USDT-SWAP"]
        with pytest.raises(NetworkTrouble, match="51000"):
            await source.tiers(["NOTTHERE"])

    async def whole() -> None:
        clock = ManualClock()
        transport = httpx.MockTransport(answer)
        async with RestDoor("http://x.test", clock, rules=VENUE_RULES["okx"], transport=transport) as door:
            await scene(door, clock)

    asyncio.run(whole())
