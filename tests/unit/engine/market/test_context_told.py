"""Facts from outside the venues in the view: what a dead source leaves behind is said, not hidden."""

from __future__ import annotations

from desktop.domain.market import ContextPoint, FeedStatus, Gap, Unparsed, WithdrawalStatus
from desktop.engine.desk_view import ContextView
from desktop.engine.market.market_desk import MarketDesk
from desktop.risk.reading import State

NOW_MS = 1_790_000_000_000
FEES, FILE = "GET /fees", "GET /VIX.csv"
CHANNELS = {FEES: frozenset({"BTC_FEE"}), FILE: frozenset({"VIX"})}


def views(market: MarketDesk, now_ms: int = NOW_MS) -> dict[str, ContextView]:
    return {view.name: view for view in market.pictures.context(now_ms)}


def desk() -> MarketDesk:
    market = MarketDesk(("BTC",), (), ("binance",))
    market.expect_context(CHANNELS)
    return market


def test_what_is_expected_is_shown_as_unknown_before_anybody_told_it() -> None:
    fee = views(desk())["BTC_FEE"]
    assert (fee.value, fee.state, fee.reason) == (None, State.UNKNOWN, "no source has told it")
    assert views(MarketDesk(("BTC",), (), ("binance",))) == {}


def test_a_dead_source_is_named_with_its_own_facts_and_no_others_until_it_tells_again() -> None:
    market = desk()
    market.fold(ContextPoint("BTC_FEE", 12.0, NOW_MS, "mempool.space", NOW_MS), NOW_MS)
    market.fold(Gap("context", FILE, "cdn.cboe.com did not answer in time", NOW_MS, NOW_MS), NOW_MS)
    found = views(market)
    assert found["VIX"].reason == "no source has told it: cdn.cboe.com did not answer in time"
    assert (found["BTC_FEE"].state, found["BTC_FEE"].reason) == (State.LIVE, "")
    market.fold(Unparsed("context", FEES, "halfHourFee is -1, which cannot be", 5, NOW_MS), NOW_MS)
    fee = views(market)["BTC_FEE"]
    assert (fee.value, fee.state, fee.reason) == (12.0, State.LIVE, "halfHourFee is -1, which cannot be")
    market.fold(ContextPoint("BTC_FEE", 13.0, NOW_MS + 60_000, "mempool.space", NOW_MS + 60_000), NOW_MS + 60_000)
    assert views(market, NOW_MS + 60_000)["BTC_FEE"].reason == ""
    old = views(market, NOW_MS + 90 * 60_000)["BTC_FEE"]
    assert (old.value, old.state) == (None, State.UNKNOWN)


def test_who_is_no_venue_with_a_feed_is_heard_and_is_no_feed() -> None:
    market = desk()
    for status in (
        FeedStatus("context", FEES, "connected", "it answers again", NOW_MS),
        WithdrawalStatus("kucoin", "BTC", "bitcoin", False, NOW_MS),
        Gap("withdrawals", "GET /x", "gone", NOW_MS, NOW_MS),
    ):
        assert market.fold(status, NOW_MS) == ()
    assert [view.venue for view in market.pictures.feed_views(NOW_MS)] == ["binance"]
