"""Back-fill from loopback venues: whole pasts whatever the pages are like, and trouble that stays with its venue."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import numpy as np
import pytest

from desktop.domain.errors import NetworkTrouble
from desktop.domain.instrument import InstrumentTable
from desktop.engine.clock import FastClock
from desktop.storage.instrument_file import shipped_instruments
from desktop.venues.backfill import AskedVenue, PublicHistory
from desktop.venues.binance.history import HISTORY as BINANCE
from desktop.venues.bybit.history import HISTORY as BYBIT
from desktop.venues.catalogue import symbol_of
from desktop.venues.host_rules import VENUE_RULES
from desktop.venues.http import RestDoor
from desktop.venues.hyperliquid.history import HISTORY as HYPERLIQUID
from desktop.venues.okx.history import HISTORY as OKX
from desktop.venues.outbound import Outbound
from desktop.worlds.practice.http_server import HttpAnswer, json_answer
from tests.fakes.venue_past import DAY_MS, HOUR_MS, MINUTE_MS, VenuePastServer, coins_at, price_at, rate_at

NOW_MS = 1_790_002_800_000 // DAY_MS * DAY_MS + 14 * HOUR_MS
ALL = {"binance": BINANCE, "bybit": BYBIT, "okx": OKX, "hyperliquid": HYPERLIQUID}
TABLE: InstrumentTable = shipped_instruments()
Scene = Callable[[PublicHistory], Awaitable[None]]


def play(pasts: dict[str, VenuePastServer], scene: Scene) -> None:
    async def run() -> None:
        clock = FastClock(2_000, NOW_MS)
        doors = {}
        for venue, past in pasts.items():
            await past.server.start()
            doors[venue] = RestDoor(past.server.url, clock, rules=VENUE_RULES[venue], outbound=Outbound(clock))
        asked = {venue: AskedVenue(door, ALL[venue]) for venue, door in doors.items()}
        history = PublicHistory(asked, clock, TABLE, partial(symbol_of, instruments=TABLE))
        try:
            async with asyncio.timeout(60):
                await scene(history)
        finally:
            await history.close()
            for past in pasts.values():
                await past.server.close()

    asyncio.run(run())


def settled_8h(open_ms: int, every_ms: int = 8 * HOUR_MS) -> float:
    """Return what is paid for the hour, per 8 h."""
    return rate_at(-(-(open_ms + HOUR_MS) // every_ms) * every_ms) * 8 * HOUR_MS / every_ms


@pytest.mark.parametrize("venue", list(ALL))
@pytest.mark.parametrize(("most_rows", "doubled"), [(10**9, False), (37, False), (50, True)])
def test_thirty_days_of_hours_come_whole_from_each_venue(venue: str, most_rows: int, doubled: bool) -> None:
    past = VenuePastServer(most_rows=most_rows)
    past.doubled = doubled
    since_ms = NOW_MS - 30 * DAY_MS

    async def scene(history: PublicHistory) -> None:
        found = await history.hours("BTC", since_ms, NOW_MS)
        assert [bar.open_ms for bar in found] == list(range(since_ms, NOW_MS, HOUR_MS))
        for bar in found:
            assert (bar.open, bar.close) == (price_at(bar.open_ms), price_at(bar.open_ms + HOUR_MS - MINUTE_MS))
            assert (bar.high, bar.low) == (bar.close + 0.5, bar.open - 0.5)
            assert (bar.long_usd, bar.short_usd) == (None, None)
        if venue == "hyperliquid":
            assert all(bar.oi_coins is None and bar.oi_venues == () for bar in found)
            return
        # Binance's memory of open interest begins within the first hours asked for.
        known = found[2:]
        assert [bar.oi_coins for bar in known] == [coins_at(bar.open_ms + HOUR_MS) for bar in known]
        assert all(bar.oi_venues == (venue,) for bar in known)
        settled = [bar for bar in known if bar.open_ms + HOUR_MS <= NOW_MS // (8 * HOUR_MS) * 8 * HOUR_MS]
        assert len(settled) > 700
        for bar in settled[8:]:
            assert bar.funding_8h == pytest.approx(settled_8h(bar.open_ms), abs=1e-12)
        assert known[-1].funding_8h is None

    play({venue: past}, scene)
    asked = [params for _, params in past.asked]
    assert all("endTime" in params for params in asked if "startTime" in params)


def test_open_interest_and_funding_are_joined_over_the_venues_that_have_them() -> None:
    pasts = {venue: VenuePastServer() for venue in ALL}
    pasts["okx"].gaps = lambda at_ms: at_ms == NOW_MS - 5 * HOUR_MS

    async def scene(history: PublicHistory) -> None:
        found = {bar.open_ms: bar for bar in await history.hours("BTC", NOW_MS - 3 * DAY_MS, NOW_MS)}
        whole, less = found[NOW_MS - 2 * HOUR_MS], found[NOW_MS - 6 * HOUR_MS]
        assert whole.oi_venues == ("binance", "bybit", "okx")
        assert whole.oi_coins == 3 * coins_at(NOW_MS - HOUR_MS)
        assert less.oi_venues == ("binance", "bybit")
        at_ms = NOW_MS - 2 * DAY_MS
        assert found[at_ms].funding_8h == pytest.approx(settled_8h(at_ms))

    play(pasts, scene)


def test_a_year_of_days_where_it_is_public() -> None:
    pasts = {venue: VenuePastServer() for venue in ALL}

    async def scene(history: PublicHistory) -> None:
        days = await history.days("BTC", NOW_MS - 365 * DAY_MS, NOW_MS)
        assert len(days["PRICE"]) == 365
        assert len(days["OI_COINS"]) == 365
        assert len(days["FUND_OIW"]) >= 364
        assert all(day.origin == "filled" for day in days["FUND_OIW"])
        mean = sum(rate_at(hour * HOUR_MS) for hour in (0, 8, 16)) / 3
        assert days["FUND_OIW"][100].last == pytest.approx(mean, rel=1e-6)
        assert len(days["FUND_7D"]) >= 355
        known = {venue: len(days.get(f"OI_COINS.{venue}", [])) for venue in ALL}
        # Binance remembers a month; Hyperliquid nothing.
        assert known == {"binance": 30, "bybit": 365, "okx": 365, "hyperliquid": 0}
        newest = days["OI_COINS.okx"][-1]
        assert (newest.day_ms, newest.last) == (NOW_MS // DAY_MS * DAY_MS - DAY_MS, coins_at(newest.day_ms + DAY_MS))
        assert days["FUND_7D"][100].last == pytest.approx(mean, rel=1e-6)

    play(pasts, scene)


def test_of_a_gap_only_its_minutes_are_asked() -> None:
    past = VenuePastServer()
    since_ms, until_ms = NOW_MS - 9 * MINUTE_MS - 20_000, NOW_MS - 3 * MINUTE_MS + 5_000

    async def scene(history: PublicHistory) -> None:
        found = await history.minutes("BTC", since_ms, until_ms)
        assert [bar.open_ms for bar in found] == list(
            range(NOW_MS - 10 * MINUTE_MS, NOW_MS - 3 * MINUTE_MS, MINUTE_MS)
        )
        assert found[0].close == price_at(NOW_MS - 10 * MINUTE_MS)

    play({"binance": past}, scene)
    assert past.paths() == ["/fapi/v1/klines"]
    assert past.asked[0][1]["startTime"] == str(NOW_MS - 10 * MINUTE_MS)


def test_of_minutes_a_later_venue_is_asked_only_for_what_the_first_left_out() -> None:
    pasts = {venue: VenuePastServer() for venue in ("binance", "okx", "bybit")}
    since_ms, until_ms = NOW_MS - 25 * HOUR_MS, NOW_MS
    silent = range(NOW_MS - 3 * HOUR_MS, NOW_MS - 3 * HOUR_MS + 7 * MINUTE_MS, MINUTE_MS)
    pasts["binance"].gaps = lambda at_ms: at_ms in silent

    async def scene(history: PublicHistory) -> None:
        found = await history.minutes("BTC", since_ms, until_ms)
        assert [bar.open_ms for bar in found] == list(range(since_ms, until_ms, MINUTE_MS))

    play(pasts, scene)
    (asked,) = pasts["okx"].asked
    assert (asked[1]["before"], asked[1]["after"]) == (str(silent[0] - 1), str(silent[-1] + MINUTE_MS))
    assert pasts["bybit"].asked == []


def test_a_venue_that_refuses_its_minutes_leaves_them_to_the_next() -> None:
    pasts = {"binance": VenuePastServer(), "bybit": VenuePastServer()}
    pasts["binance"].answers = [HttpAnswer(429, b"{}")]

    async def scene(history: PublicHistory) -> None:
        assert len(await history.minutes("BTC", NOW_MS - 2 * HOUR_MS, NOW_MS)) == 120
        assert "429" in history.troubles["binance"]
        # In the pause it asked for it is not asked again, and nobody waits for it.
        assert len(await history.minutes("BTC", NOW_MS - 2 * HOUR_MS, NOW_MS)) == 120
        assert "429" in history.troubles["binance"]

    play(pasts, scene)
    assert len(pasts["binance"].asked) == 1


def test_traded_minutes_come_from_one_venue_and_their_turnover_from_all() -> None:
    pasts = {venue: VenuePastServer() for venue in ALL}
    since_ms, until_ms = NOW_MS - 90 * HOUR_MS, NOW_MS

    async def scene(history: PublicHistory) -> None:
        found = await history.traded("BTC", since_ms, until_ms)
        assert (found.first_ms, len(found.close)) == (since_ms, 90 * 60)
        assert found.close[5] == price_at(since_ms + 5 * MINUTE_MS)
        # Each venue's bar says 12,500 USD, whether it is a minute or an hour.
        others = 2 * 12_500.0 + 12.5 * (price_at(since_ms + HOUR_MS - MINUTE_MS) + price_at(since_ms)) / 2
        assert found.turnover_usd[0] == pytest.approx(12_500 + others / 60, rel=1e-6)
        assert found.signed_usd[0] == pytest.approx((2 * 6_100 - 12_500) * found.turnover_usd[0] / 12_500)
        assert not np.isnan([found.turnover_usd, found.signed_usd, found.high, found.low]).any()

    play(pasts, scene)
    assert len(pasts["binance"].asked) == 11
    assert [len(pasts[venue].asked) for venue in ("bybit", "okx", "hyperliquid")] == [1, 1, 1]


@pytest.mark.parametrize("status", [429, 418, 403, 500])
def test_a_venue_that_refuses_leaves_the_traded_minutes_to_the_next(status: int) -> None:
    pasts = {venue: VenuePastServer() for venue in ("binance", "bybit", "okx")}
    pasts["binance"].answers = [HttpAnswer(status, b"{}")] * 9

    async def scene(history: PublicHistory) -> None:
        found = await history.traded("BTC", NOW_MS - 20 * HOUR_MS, NOW_MS)
        assert found.close[-1] == price_at(NOW_MS - MINUTE_MS)
        assert found.turnover_usd[0] == pytest.approx(12_500 + 12_500 / 60)
        assert np.isnan(found.signed_usd).all(), "no venue but Binance says who took"

    play(pasts, scene)


def test_when_no_venue_tells_minutes_it_is_a_trouble() -> None:
    past = VenuePastServer()
    past.answers = [HttpAnswer(500, b"oops")]

    async def scene(history: PublicHistory) -> None:
        with pytest.raises(NetworkTrouble, match="500"):
            await history.traded("BTC", NOW_MS - 2 * HOUR_MS, NOW_MS)

    play({"binance": past}, scene)


def test_the_hour_that_still_runs_is_not_history() -> None:
    async def scene(history: PublicHistory) -> None:
        found = await history.hours("BTC", NOW_MS - 2 * HOUR_MS, NOW_MS + 10 * HOUR_MS)
        assert [bar.open_ms for bar in found] == [NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS]
        assert await history.hours("BTC", NOW_MS, NOW_MS + HOUR_MS) == []

    play({"binance": VenuePastServer()}, scene)


def test_a_contract_listed_lately_begins_when_it_began() -> None:
    async def scene(history: PublicHistory) -> None:
        found = await history.hours("BTC", NOW_MS - 30 * DAY_MS, NOW_MS)
        assert found[0].open_ms == NOW_MS - 3 * DAY_MS

    pasts = {venue: VenuePastServer(listed_ms=NOW_MS - 3 * DAY_MS) for venue in ALL}
    play(pasts, scene)


def test_a_venue_without_the_contract_is_asked_for_nothing_else() -> None:
    empty = VenuePastServer(listed_ms=NOW_MS + DAY_MS)

    async def scene(history: PublicHistory) -> None:
        assert len(await history.hours("BTC", NOW_MS - DAY_MS, NOW_MS)) == 24
        assert history.troubles == {"binance": "", "okx": ""}

    play({"binance": empty, "okx": VenuePastServer()}, scene)
    assert set(empty.paths()) == {"/fapi/v1/klines"}


REFUSALS = [
    ("binance", HttpAnswer(429, b'{"code":-1003,"msg":"Too many requests"}'), "429"),
    ("binance", HttpAnswer(418, b"{}"), "418"),
    ("bybit", HttpAnswer(403, b"<html>access too frequent</html>", "text/html"), "403"),
    ("bybit", json_answer({"retCode": 10006, "retMsg": "Too many visits!", "result": {}}), "10006"),
    ("okx", json_answer({"code": "50011", "msg": "Too Many Requests", "data": []}), "50011"),
    ("okx", HttpAnswer(200, b"<!DOCTYPE html><p>Maintenance</p>", "text/html"), "web page"),
    ("hyperliquid", HttpAnswer(422, b"Failed to deserialize the JSON body"), "422"),
    ("hyperliquid", HttpAnswer(200, b"null"), "Expected"),
]


@pytest.mark.parametrize(("venue", "answer", "words"), REFUSALS)
def test_a_refusal_stays_with_its_venue_and_the_others_are_used(venue: str, answer: HttpAnswer, words: str) -> None:
    pasts = {name: VenuePastServer() for name in ALL}
    pasts[venue].answers = [answer]

    async def scene(history: PublicHistory) -> None:
        found = await history.hours("BTC", NOW_MS - DAY_MS, NOW_MS)
        assert len(found) == 24
        assert venue not in found[0].oi_venues
        assert words in history.troubles[venue]
        assert [name for name, trouble in history.troubles.items() if trouble] == [venue]

    play(pasts, scene)


def test_a_venue_the_person_has_closed_is_asked_nothing() -> None:
    pasts = {"binance": VenuePastServer(), "okx": VenuePastServer()}

    async def scene(history: PublicHistory) -> None:
        history.leave_out(["okx"])
        found = await history.hours("BTC", NOW_MS - DAY_MS, NOW_MS)
        assert found[0].oi_venues == ("binance",)
        assert pasts["okx"].asked == []
        history.leave_out(["okx", "binance"])
        with pytest.raises(NetworkTrouble, match="no venue is asked"):
            await history.hours("BTC", NOW_MS - DAY_MS, NOW_MS)
        history.leave_out([])
        assert (await history.hours("BTC", NOW_MS - DAY_MS, NOW_MS))[0].oi_venues == ("binance", "okx")

    play(pasts, scene)


def test_when_no_venue_answers_the_trouble_is_told() -> None:
    past = VenuePastServer()
    past.answers = [HttpAnswer(500, b"oops")]

    async def scene(history: PublicHistory) -> None:
        with pytest.raises(NetworkTrouble, match=r"no venue told the past of BTC: binance: .*500"):
            await history.hours("BTC", NOW_MS - DAY_MS, NOW_MS)
        assert len(await history.hours("BTC", NOW_MS - DAY_MS, NOW_MS)) == 24
        assert history.troubles == {"binance": ""}

    play({"binance": past}, scene)
