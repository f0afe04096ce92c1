"""Coins come and go while everything runs; a removed one leaves no incident and keeps its history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput
from desktop.domain.instrument import Instrument, InstrumentTable
from desktop.domain.market import HourBar, Message, Ticker, Trade
from desktop.engine.commands import AddCoin, Command, FindCoins, RemoveCoin, SetOffline, SetVenue
from desktop.engine.desk_view import DeskView
from desktop.engine.engine import Engine
from desktop.engine.engine_parts import EngineParts
from desktop.engine.market.market_desk import MarketDesk
from desktop.risk.reading import Level
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.settings import Settings, load_settings, save_settings
from desktop.storage.watch_list import SettingsWatchList
from tests.fakes.manual_clock import ManualClock
from tests.unit.engine.market.test_market_desk import _storm, _warm_market

HOUR_MS = 3_600_000


class Feed:
    """A feed that keeps what it was told to watch."""

    def __init__(self, venue: str) -> None:
        self.venue = venue
        self.watched: list[tuple[str, ...]] = []
        self.calls: list[str] = []
        self._said: asyncio.Queue[tuple[Message, ...] | None] = asyncio.Queue()

    def say(self, *messages: Message) -> None:
        self._said.put_nowait(messages)

    async def messages(self) -> AsyncIterator[Sequence[Message]]:
        while (said := await self._said.get()) is not None:
            yield said

    async def watch(self, coins: Sequence[str]) -> None:
        self.watched.append(tuple(coins))

    async def rest(self, reason: str) -> None:
        self.calls.append(f"rest: {reason}")

    async def resume(self) -> None:
        self.calls.append("resume")

    async def close(self) -> None:
        self._said.put_nowait(None)


class Hours:
    """A history that knows PEPE."""

    async def hours(self, coin: str, since_ms: int) -> list[HourBar]:
        first_ms = since_ms // HOUR_MS * HOUR_MS + HOUR_MS
        return [HourBar(first_ms + n * HOUR_MS, 5.0, 6.0, 4.0, 5.0) for n in range(300)] if coin == "PEPE" else []


class Kept:
    """A watch list in memory; refuses with `trouble`."""

    def __init__(self) -> None:
        self.coins: tuple[str, ...] = ()
        self.off: tuple[str, ...] = ()
        self.offline = False
        self.trouble = ""

    async def keep_coins(self, coins: tuple[str, ...]) -> None:
        if self.trouble:
            raise BadInput(self.trouble)
        self.coins = coins

    async def keep_venues_off(self, venues: tuple[str, ...]) -> None:
        self.off = venues

    async def keep_offline(self, offline: bool) -> None:
        self.offline = offline


class Bench:
    """A whole engine that watches BTC and ETH on two venues."""

    def __init__(self, instruments: InstrumentTable | None, venues_off: Sequence[str] = ()) -> None:
        self.clock = ManualClock()
        self.feeds = [Feed("binance"), Feed("bybit")]
        self.market = MarketDesk(("BTC", "ETH"), (), ("binance", "bybit"))
        self.kept = Kept()
        self.engine = Engine(
            EngineParts(
                "live",
                "",
                self.clock,
                ("BTC", "ETH"),
                self.feeds,
                self.market,
                history=Hours(),
                instruments=instruments,
                watch_list=self.kept,
                venues_off=venues_off,
            )
        )

    async def do(self, *commands: Command) -> DeskView:
        for command in commands:
            self.engine.take(command)
        await turns()
        return await self.seen()

    async def seen(self) -> DeskView:
        await self.clock.next_sleep(1.0)
        await self.clock.advance(1.0)
        before = self.engine.view
        while True:
            await turns()
            if self.engine.view is not None and self.engine.view is not before:
                return self.engine.view

    def states(self) -> list[str]:
        return [feed.state for feed in self.market.pictures.feed_views(self.clock.now_ms())]

    def coins(self) -> list[str]:
        return [view.coin for view in self.market.pictures.coin_views(self.clock.now_ms())]


async def turns() -> None:
    for _ in range(300):
        await asyncio.sleep(0)


def play(
    scene: Callable[[Bench], Awaitable[None]],
    *,
    fixed: bool = False,
    venues_off: Sequence[str] = (),
    table: InstrumentTable | None = None,
) -> None:
    async def whole() -> None:
        bench = Bench(None if fixed else table or shipped_instruments(), venues_off)
        async with asyncio.timeout(30):
            running = asyncio.create_task(bench.engine.run())
            await turns()
            await scene(bench)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await bench.engine.close()

    asyncio.run(whole())


def test_a_coin_is_watched_at_once_with_the_history_it_has_and_after_a_restart() -> None:
    async def scene(bench: Bench) -> None:
        await bench.do(AddCoin(" pepe "))
        assert bench.coins() == ["BTC", "ETH", "PEPE"]
        assert [feed.watched for feed in bench.feeds] == [[("BTC", "ETH", "PEPE")]] * 2
        assert len(bench.market.known_hours("PEPE")) == 300
        assert bench.kept.coins == ("BTC", "ETH", "PEPE")
        await bench.do(AddCoin("PEPE"))
        assert bench.coins() == ["BTC", "ETH", "PEPE"]

    play(scene)


def test_a_removed_coin_is_gone_and_its_late_messages_change_nothing() -> None:
    async def scene(bench: Bench) -> None:
        feed = bench.feeds[0]
        at_ms = bench.clock.now_ms()
        feed.say(Trade("binance", "ETHUSDT", "ETH", "buy", "1", "3000", at_ms))
        await turns()
        await bench.do(RemoveCoin("ETH"))
        assert bench.coins() == ["BTC"]
        assert bench.kept.coins == ("BTC",)
        for price in ("2000", "4000", "nan"):
            feed.say(Trade("binance", "ETHUSDT", "ETH", "buy", "1", price, at_ms))
        view = await bench.seen()
        assert [coin.coin for coin in view.coins] == ["BTC"]
        await bench.do(AddCoin("ETH"))
        assert bench.coins() == ["BTC", "ETH"]

    play(scene)


def test_the_chart_moves_on_when_its_coin_is_removed() -> None:
    async def scene(bench: Bench) -> None:
        at_ms = bench.clock.now_ms()
        bench.feeds[0].say(Trade("binance", "ETHUSDT", "ETH", "buy", "1", "3000", at_ms))
        await turns()
        view = await bench.do(RemoveCoin("BTC"))
        assert view.chart is None or view.chart.coin == "ETH"

    play(scene)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (AddCoin("DGOE"), "No venue trades a perpetual on DGOE. Did you mean DOGE?"),
        (AddCoin("  "), "No venue trades a perpetual on nothing."),
        (SetVenue("nasdaq", on=False), "There is no venue called 'nasdaq'. Venues: binance, bybit."),
    ],
)
def test_what_cannot_be_is_refused_with_what_could(command: Command, words: str) -> None:
    async def scene(bench: Bench) -> None:
        view = await bench.do(command)
        assert words in view.notes[-1]
        assert bench.coins() == ["BTC", "ETH"]

    play(scene)


def test_the_last_coin_stays_and_there_is_a_most() -> None:
    async def scene(bench: Bench) -> None:
        view = await bench.do(RemoveCoin("ETH"), RemoveCoin("BTC"))
        assert "BTC is the only coin watched" in view.notes[-1]
        many = {one.coin for one in shipped_instruments().all()}
        view = await bench.do(*(AddCoin(coin) for coin in sorted(many)))
        assert len(bench.coins()) <= 60

    play(scene)


def test_what_is_found_comes_with_the_view_and_ranks_by_turnover() -> None:
    async def scene(bench: Bench) -> None:
        at_ms = bench.clock.now_ms()
        bench.feeds[0].say(Ticker("binance", "SOLUSDT", "SOL", "perp", "100", 2e9, at_ms))
        view = await bench.do(FindCoins("so"))
        assert view.catalogue is not None
        assert (view.catalogue.words, view.catalogue.hits[0].coin) == ("so", "SOL")
        assert view.catalogue.hits[0].turnover_usd == 2e9
        view = await bench.do(AddCoin("SOL"))
        assert view.catalogue is not None
        assert view.catalogue.coins == ("BTC", "ETH", "SOL")

    play(scene)


def test_a_venues_own_list_counts_as_soon_as_it_has_come() -> None:
    table = shipped_instruments()

    async def scene(bench: Bench) -> None:
        view = await bench.do(AddCoin("BRANDNEW"))
        assert "No venue trades" in view.notes[-1]
        one = Instrument(
            "binance", "BRANDNEWUSDT", "BRANDNEW", None, "BRANDNEW", table.find("x", "y").multiplier, "linear"
        )
        assert bench.engine._parts.instruments is not None
        bench.engine._parts.instruments.renew("binance", [one])
        await bench.do(AddCoin("BRANDNEW"))
        assert "BRANDNEW" in bench.coins()

    play(scene, table=table)


def test_a_venue_goes_off_and_comes_back_and_stays_off_after_a_restart() -> None:
    async def scene(bench: Bench) -> None:
        await bench.do(SetVenue("bybit", on=False))
        assert bench.states()[1] == "off"
        assert bench.kept.off == ("bybit",)
        await bench.do(SetVenue("bybit", on=True))
        assert bench.feeds[1].calls == ["rest: you switched it off", "resume"]
        assert bench.kept.off == ()

    play(scene)

    async def closed(bench: Bench) -> None:
        assert bench.states() == ["connecting", "off"]

    play(closed, venues_off=["bybit", "gone"])


def test_a_disk_that_keeps_no_choice_says_so_and_the_coin_is_watched_all_the_same() -> None:
    async def scene(bench: Bench) -> None:
        bench.kept.trouble = "the settings cannot be written"
        view = await bench.do(AddCoin("SOL"))
        assert "The settings cannot be written" in view.notes[-1]
        assert bench.coins() == ["BTC", "ETH", "SOL"]

    play(scene)


@pytest.mark.parametrize("command", [AddCoin("SOL"), RemoveCoin("ETH"), FindCoins("x"), SetVenue("bybit", on=False)])
def test_worlds_of_their_own_have_the_coins_and_venues_they_have(command: Command) -> None:
    async def scene(bench: Bench) -> None:
        view = await bench.do(command)
        assert "This world has the" in view.notes[-1]
        assert bench.coins() == ["BTC", "ETH"]

    play(scene, fixed=True)


def test_the_incidents_of_a_removed_coin_are_closed() -> None:
    market = _warm_market()
    _storm(market, 200)
    assert any(incident.closed_ms is None and incident.coin == "BTC" for incident in market.desk.incidents())
    changes = market.desk.drop("BTC", market.now_ms)
    assert changes[-1].change == "closed"
    assert not any(i.closed_ms is None and i.level > Level.CALM and i.coin == "BTC" for i in market.desk.incidents())
    assert market.desk.drop("BTC", market.now_ms) == ()
    assert not any("BTC" in words for words in market.desk.suspended_rules())


def test_coins_and_closed_venues_are_kept_in_the_settings_and_nothing_else_changes(tmp_path: Path) -> None:
    save_settings(tmp_path, Settings(theme="dark"))

    async def run() -> None:
        kept = SettingsWatchList(tmp_path)
        await asyncio.gather(
            kept.keep_coins(("BTC", "PEPE")), kept.keep_venues_off(("okx",)), kept.keep_offline(True)
        )
        await kept.close()

    asyncio.run(run())
    kept = Settings(theme="dark", coins=("BTC", "PEPE"), venues_off=("okx",), offline=True)
    assert load_settings(tmp_path) == kept


def test_offline_is_kept_over_a_restart_and_shown() -> None:
    async def scene(bench: Bench) -> None:
        assert (await bench.seen()).offline is False
        assert (await bench.do(SetOffline(True))).offline is True
        assert bench.kept.offline is True
        assert (await bench.do(SetOffline(False))).offline is False
        assert bench.kept.offline is False

    play(scene)
