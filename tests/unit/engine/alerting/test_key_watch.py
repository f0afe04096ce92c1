"""How long keys still hold: asked of venues, told to the rules, and unknown where nobody tells."""

from __future__ import annotations

import asyncio

from desktop.alerts.incidents import IncidentChange
from desktop.domain.errors import NetworkTrouble
from desktop.engine.alerting.alert_loop import AlertLoop
from desktop.engine.alerting.key_watch import AGAIN_SECONDS, ASK_SECONDS, KeyWatch
from desktop.engine.alerting.my_facts import MyFacts
from desktop.engine.market.market_state import VenueFeed
from desktop.risk.reading import Level
from desktop.risk.windows import DAY_MS
from desktop.storage.rule_files import shipped_rules
from tests.fakes.manual_clock import ManualClock


class Source:
    """A venue that tells what the test says."""

    def __init__(self, venue: str, expires_ms: int | None) -> None:
        self.venue, self.expires_ms = venue, expires_ms
        self.asked = 0
        self.fails = False

    async def key_expires_ms(self) -> int | None:
        self.asked += 1
        if self.fails:
            raise NetworkTrouble("it does not answer")
        return self.expires_ms


def test_an_end_is_told_in_days_and_none_is_unknown() -> None:
    async def run() -> None:
        clock = ManualClock()
        bybit, binance = Source("bybit", clock.now_ms() + 10 * DAY_MS), Source("binance", None)
        watch = KeyWatch((bybit, binance), clock)
        assert watch.days_left(clock.now_ms()) == {}
        running = asyncio.create_task(watch.run())
        await clock.next_sleep(ASK_SECONDS)
        found = watch.days_left(clock.now_ms())
        assert list(found) == ["bybit"], "of a key whose end nobody tells nothing is said"
        assert found["bybit"].value == 10.0
        assert found["bybit"].reason == "the key for Bybit ends in 10 days"
        assert watch.days_left(clock.now_ms() + 3 * DAY_MS) == {}, "what was told days ago is not known any more"
        bybit.fails = True
        await clock.advance(ASK_SECONDS)
        await clock.next_sleep(AGAIN_SECONDS)
        assert watch.days_left(clock.now_ms())["bybit"].value == 9.75
        bybit.fails, bybit.expires_ms = False, clock.now_ms() - 1
        watch.offline = lambda: True
        await clock.advance(AGAIN_SECONDS)
        await clock.next_sleep(AGAIN_SECONDS)
        assert bybit.asked == 2, "offline nothing is asked"
        watch.offline = lambda: False
        await clock.advance(AGAIN_SECONDS)
        await clock.next_sleep(ASK_SECONDS)
        ended = watch.days_left(clock.now_ms())["bybit"]
        assert (ended.value, ended.reason) == (0.0, "the key for Bybit has ended")
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())


def test_what_ends_is_said_venue_by_venue() -> None:
    async def run() -> None:
        clock = ManualClock()
        binance = Source("binance", clock.now_ms() + 5 * DAY_MS)
        watch = KeyWatch((binance,), clock)
        running = asyncio.create_task(watch.run())
        await clock.next_sleep(ASK_SECONDS)
        said = "the key for Binance loses its right to trade in 5 days; it goes on reading"
        assert watch.days_left(clock.now_ms())["binance"].reason == said
        binance.expires_ms = clock.now_ms() - 1
        await clock.advance(ASK_SECONDS)
        await clock.next_sleep(ASK_SECONDS)
        said = "the key for Binance has lost its right to trade; it goes on reading"
        assert watch.days_left(clock.now_ms())["binance"].reason == said
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())


def test_the_shipped_rule_rings_for_a_key_that_ends_soon() -> None:
    async def run() -> None:
        clock = ManualClock()
        source = Source("bybit", clock.now_ms() + 15 * DAY_MS)
        watch, loop = KeyWatch((source,), clock), AlertLoop(shipped_rules())
        facts = MyFacts(loop.told, keys=watch.days_left)
        feeds = {"bybit": VenueFeed("bybit")}

        def changes(now_ms: int) -> list[IncidentChange]:
            feeds["bybit"].beat(now_ms)
            facts.tick(now_ms)
            return [one for one in loop.watch_feeds(feeds, now_ms) if one.incident.rule == "key-expiring"]

        running = asyncio.create_task(watch.run())
        await clock.next_sleep(ASK_SECONDS)
        assert changes(clock.now_ms()) == []
        source.expires_ms = clock.now_ms() + 13 * DAY_MS
        await clock.advance(ASK_SECONDS)
        await clock.next_sleep(ASK_SECONDS)
        (opened,) = changes(clock.now_ms())
        assert (opened.change, opened.incident.level) == ("opened", Level.NOTABLE)
        source.expires_ms = clock.now_ms() + 2 * DAY_MS
        await clock.advance(ASK_SECONDS)
        await clock.next_sleep(ASK_SECONDS)
        assert [one.incident.level for one in changes(clock.now_ms())][-1] == Level.WARNING
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(run())
