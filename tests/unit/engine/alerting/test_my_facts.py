"""What rules are told of the person, and that a gone position, wallet or coin is untold again."""

from __future__ import annotations

import pytest

from desktop.domain.market import WithdrawalStatus
from desktop.engine.alerting.alert_loop import NO_FACTS, AlertLoop
from desktop.engine.alerting.my_facts import MyFacts
from desktop.engine.alerting.told_facts import ToldFacts
from desktop.engine.desk_view import DeviceView
from desktop.engine.market.market_state import VenueFeed
from desktop.engine.own.own_views import ExposureView, HoldingView
from desktop.risk.reading import Level, State
from desktop.storage.rule_files import shipped_rules
from tests.fakes.my_positions import position

_T0 = 1_769_904_000_000


class _Mine:
    def __init__(self) -> None:
        self.loop = AlertLoop(shipped_rules())
        self.exposure = ExposureView()
        self.device = DeviceView("absent")
        self.facts = MyFacts(self.loop.told, exposure=lambda now_ms: self.exposure, device=lambda: self.device)
        self.feeds = {"bybit": VenueFeed("bybit"), "okx": VenueFeed("okx")}
        self.now_ms = _T0

    def pass_seconds(self, seconds: int) -> list[tuple[str, str, Level]]:
        said = []
        for _ in range(seconds):
            self.now_ms += 1_000
            for feed in self.feeds.values():
                feed.beat(self.now_ms)
            self.facts.tick(self.now_ms)
            changes = self.loop.watch_feeds(self.feeds, self.now_ms)
            changes += self.loop.tick("BTC", NO_FACTS, self.now_ms) + self.loop.tick_market(self.now_ms)
            said += [(c.incident.rule, c.change, c.incident.level) for c in changes if c.change != "reminder"]
        return said


def test_the_nearest_position_of_a_coin_warns_and_a_closed_one_is_untold_and_stays_open_as_unknown() -> None:
    mine = _Mine()
    mine.exposure = ExposureView(positions=(position("BTC", 0.3), position("BTC", 0.12), position("BTC", None)))
    assert mine.pass_seconds(6) == [("my-liquidation-distance", "opened", Level.NOTABLE)]
    mine.exposure = ExposureView(positions=(position("BTC", 0.04),))
    assert mine.pass_seconds(6) == [("my-liquidation-distance", "raised", Level.CRITICAL)]
    mine.exposure = ExposureView()
    mine.pass_seconds(6)
    assert mine.loop.told.reading("ME_DISTANCE", "BTC").state is State.UNKNOWN


def test_idle_coins_are_summed_over_a_venue_and_take_an_hour_to_be_worth_a_line() -> None:
    mine = _Mine()
    mine.exposure = ExposureView(
        holdings=(
            HoldingView("bybit", "BTC", "0.01", 700.0, 700.0, 700.0),
            HoldingView("bybit", "ETH", "0.2", 500.0, 500.0, 500.0),
            HoldingView("okx", "BTC", "1", 70_000.0, None, None),
            HoldingView("okx", "ETH", "1", 2_000.0, 2_000.0, None, state=State.STALE),
        )
    )
    assert mine.pass_seconds(60) == []
    assert mine.loop.told.reading("ME_IDLE_USD", "bybit").value == 1_200.0
    assert mine.loop.told.reading("ME_IDLE_USD", "okx").value is None
    assert mine.pass_seconds(3_600) == [("idle-collateral", "opened", Level.NOTABLE)]


def test_a_wallet_that_never_was_here_is_not_gone_and_one_that_left_is() -> None:
    mine = _Mine()
    assert mine.pass_seconds(120) == []
    mine.device = DeviceView("ready")
    assert mine.pass_seconds(10) == []
    mine.device = DeviceView("absent")
    assert mine.pass_seconds(80) == [("device-gone", "opened", Level.NOTABLE)]
    mine.device = DeviceView("locked")
    assert mine.pass_seconds(20)[-1] == ("device-gone", "closed", Level.NOTABLE)


def test_a_coin_is_shut_in_when_no_network_is_open_and_two_such_venues_are_critical() -> None:
    mine = _Mine()

    def say(venue: str, network: str, is_open: bool | None) -> None:
        mine.loop.told.withdrawals(WithdrawalStatus(venue, "BTC", network, is_open, mine.now_ms), mine.now_ms)

    say("bybit", "BTC", False)
    say("bybit", "LIGHTNING", True)
    say("okx", "BTC", None)
    assert mine.pass_seconds(3) == []
    say("bybit", "LIGHTNING", False)
    assert mine.pass_seconds(3) == [("withdrawals-suspended", "opened", Level.WARNING)]
    assert "Bybit lets BTC out over no network" in mine.loop.incidents()[0].note
    say("okx", "BTC", False)
    assert sorted(mine.pass_seconds(3)) == [
        ("withdrawals-suspended", "opened", Level.CRITICAL),
        ("withdrawals-suspended", "raised", Level.CRITICAL),
    ]


def test_an_unknown_fact_is_refused_and_an_untold_one_is_unknown() -> None:
    told = ToldFacts()
    with pytest.raises(KeyError):
        told.tell_value("NO_SUCH", "BTC", 1.0, _T0)
    assert told.reading("ME_DISTANCE", "BTC").reason == "nobody has told it"
