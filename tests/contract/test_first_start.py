"""The first start over loopback venues: percentiles are warm without a day of waiting, and a restart asks little."""

from __future__ import annotations

import asyncio
from pathlib import Path

from desktop.domain.market import Mark, OpenInterest
from desktop.engine.clock import FastClock
from desktop.engine.engine import EngineParts
from desktop.engine.market.market_desk import MarketDesk
from desktop.engine.past.past_desk import PastDesk
from desktop.risk.reading import State
from desktop.storage.indicator_history import IndicatorHistory
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.value_history import ValueHistory
from desktop.venues.backfill import public_history
from desktop.venues.catalogue import VenueHosts
from desktop.venues.outbound import Outbound
from tests.fakes.venue_past import DAY_MS, HOUR_MS, VenuePastServer, coins_at, price_at

NOW_MS = 1_790_000_000_000 // DAY_MS * DAY_MS + 14 * HOUR_MS
VENUES = ("binance", "bybit", "okx", "hyperliquid")


class Run:
    """One run of the program's past over loopback venues and a profile's files; without feeds."""

    def __init__(self, folder: Path, urls: dict[str, str]) -> None:
        clock = FastClock(500, NOW_MS)
        hosts = {venue: VenueHosts("ws://127.0.0.1:1", url) for venue, url in urls.items()}
        self.clock = clock
        self.public = public_history(hosts, shipped_instruments(), Outbound(clock))
        self.bars, self.values = IndicatorHistory(folder / "history.sqlite"), ValueHistory(folder / "values.sqlite")
        self.market = MarketDesk(["BTC"], (), VENUES)
        parts = EngineParts("live", "", clock, ("BTC",), [], self.market)
        parts.history = parts.history_sink = self.bars
        parts.values, parts.past = self.values, self.public
        self.past = PastDesk(parts)

    def live(self) -> None:
        """Let the venues say their open interest and funding of now; Hyperliquid's is many times theirs."""
        now_ms = self.clock.now_ms()
        for venue in VENUES:
            price = str(price_at(now_ms))
            self.market.fold(Mark(venue, "X", "BTC", price, price, 0.0001, 8.0, None, now_ms), now_ms)
            coins = coins_at(now_ms) * (40 if venue == "hyperliquid" else 0.9)
            self.market.fold(OpenInterest(venue, "X", "BTC", str(coins), coins * price_at(now_ms), now_ms), now_ms)
        self.market.tick(now_ms)

    async def until_filled(self) -> None:
        while len(await self.values.days("BTC", "PRICE", 0)) < 365:
            pass

    async def close(self) -> None:
        await self.public.close()
        await self.bars.close()
        await self.values.close()


async def run_once(folder: Path, pasts: dict[str, VenuePastServer]) -> Run:
    run = Run(folder, {venue: past.server.url for venue, past in pasts.items()})
    await run.past.restore(["BTC"])
    run.live()
    run.past.watch(["BTC"])
    task = asyncio.create_task(run.past.run())
    await run.until_filled()
    run.live()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return run


def test_percentiles_are_warm_after_the_first_start_and_the_second_asks_only_what_is_new(tmp_path: Path) -> None:
    async def scene() -> None:
        pasts = {venue: VenuePastServer() for venue in VENUES}
        for past in pasts.values():
            await past.server.start()
        first = await run_once(tmp_path, pasts)
        assert len(first.market.known_hours("BTC")) >= 720
        view = first.market.pictures.coin_views(first.clock.now_ms())[0]
        for name in ("OI_CHG_1H", "OI_CHG_4H", "OI_CHG_24H", "FUND_OIW"):
            assert view.readings[name].percentile is not None, name
        # Hyperliquid tells no past open interest: it counts at neither end of a change.
        assert abs(view.readings["OI_CHG_24H"].value or 0.0) < 0.2
        assert view.readings["LIQ_VOL_LONG_24H"].state is not State.LIVE, "nobody tells past liquidations"
        await first.close()
        asked = {venue: len(past.asked) for venue, past in pasts.items()}
        second = await run_once(tmp_path, pasts)
        again = {venue: len(past.asked) - asked[venue] for venue, past in pasts.items()}
        assert all(count <= 4 for count in again.values()), again
        view = second.market.pictures.coin_views(second.clock.now_ms())[0]
        assert view.readings["OI_CHG_24H"].percentile is not None
        await second.close()
        for past in pasts.values():
            await past.server.close()

    async def in_time() -> None:
        async with asyncio.timeout(90):
            await scene()

    asyncio.run(in_time())
