"""Rules of one's own, trials, digests after a sleep or a stop, export: beside a running market desk."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta, timezone
from pathlib import Path

import msgspec
import pytest

from desktop.alerts import incident_words
from desktop.alerts.incidents import DIGEST, IncidentChange
from desktop.custody.readiness import board
from desktop.domain.errors import BadInput
from desktop.domain.market import HourBar
from desktop.engine.alerting.alert_desk import AlertDesk
from desktop.engine.alerting.my_facts import MyFacts
from desktop.engine.commands import ExportIncidents, KeepRules, TryRule
from desktop.engine.door import News, RuleTried
from desktop.engine.market.sleep_watch import Slept
from desktop.engine.own.own_views import ExposureView
from desktop.risk.reading import Level
from desktop.risk.windows import HOUR_MS
from desktop.storage.last_seen import LastSeen
from desktop.storage.rule_files import ProfileRules, shipped_rules
from tests.fakes.manual_clock import ManualClock
from tests.fakes.market_tape import START_MS, Market, quiet_hours
from tests.fakes.my_positions import position

_MINE = """
[[rule]]
id = "paid"
each = "coin"
[[rule.level]]
level = "notable"
all = [{ indicator = "FUND_OIW", at_least = 0.00001 }]

[[rule]]
id = "oi-flush"
each = "coin"
off = true
[[rule.level]]
level = "notable"
all = [{ indicator = "OI_CHG_4H", at_most = -0.5 }]
"""


class _Hours:
    """Hours of BTC; `HistorySource`."""

    def __init__(self, bars: Sequence[HourBar]) -> None:
        self.bars = list(bars)

    async def hours(self, coin: str, since_ms: int) -> list[HourBar]:
        return [bar for bar in self.bars if bar.open_ms >= since_ms]


class _Desk:
    def __init__(self, folder: Path, bars: Sequence[HourBar] = (), *, seen: bool = False) -> None:
        self.market = Market(shipped_rules(), ("binance",))
        self.clock = ManualClock(START_MS)
        self.keeper = ProfileRules(folder)
        self.changes: list[IncidentChange] = []
        self.news: list[News] = []
        self.desk = AlertDesk(
            self.market.desk,
            self.clock,
            history=_Hours(bars),
            rules=self.keeper,
            last_seen=LastSeen(folder) if seen else None,
        )
        self.desk.tell = self.changes.extend
        self.desk.news = self.news.append

    def digests(self) -> list[IncidentChange]:
        return [change for change in self.changes if change.incident.rule == DIGEST]

    async def told_at(self, now_ms: int) -> None:
        self.changes += await self.desk._absence.told(now_ms)


# --- rules ---------------------------------------------------------------------------------------------------------


def test_kept_rules_are_judged_at_once_and_stand_in_the_profile(tmp_path: Path) -> None:
    desk = _Desk(tmp_path)
    asyncio.run(desk.desk.handle(KeepRules(_MINE)))
    rules = {rule.id: rule for rule in desk.market.desk.alerts.rules}
    assert rules["oi-flush"].off
    assert set(rules) == {rule.id for rule in shipped_rules()} | {"paid"}
    view = desk.desk.view()
    assert view is not None
    assert (view.own, view.text, view.trouble) == (("paid", "oi-flush"), _MINE, "")
    desk.market.mark()
    desk.market.interest(1e6)
    desk.market.pass_seconds(2)
    assert "paid" in {change.incident.rule for change in desk.market.changes}
    again = _Desk(tmp_path)
    asyncio.run(again.desk.start())
    assert "paid" in {rule.id for rule in again.market.desk.alerts.rules}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_MINE.replace("FUND_OIW", "FUND_OI"), "line 7"),
        (_MINE + "[[rule", "not TOML"),
        (
            _MINE.replace('all = [{ indicator = "FUND_OIW", at_least = 0.00001 }]', 'all = [{ rule = "paid" }]'),
            "circle",
        ),
    ],
)
def test_rules_that_cannot_be_read_change_nothing_and_the_old_ones_stay(tmp_path: Path, text: str, said: str) -> None:
    desk = _Desk(tmp_path)
    asyncio.run(desk.desk.handle(KeepRules(_MINE)))
    before = desk.market.desk.alerts.rules
    with pytest.raises(BadInput, match=said):
        asyncio.run(desk.desk.handle(KeepRules(text)))
    assert desk.market.desk.alerts.rules is before
    assert (tmp_path / "rules.toml").read_text() == _MINE
    view = desk.desk.view()
    assert view is not None
    assert said in view.trouble


def test_a_rule_file_broken_by_hand_leaves_the_shipped_rules_and_is_an_incident_until_it_is_mended(
    tmp_path: Path,
) -> None:
    (tmp_path / "rules.toml").write_text(_MINE.replace("each", "eech"))
    desk = _Desk(tmp_path)
    asyncio.run(desk.desk.start())
    (change,) = desk.changes
    assert (change.change, change.incident.rule, change.rings) == ("opened", "rules-refused", True)
    assert "line 4" in change.incident.note
    assert {rule.id for rule in desk.market.desk.alerts.rules} == {rule.id for rule in shipped_rules()}
    asyncio.run(desk.desk.handle(KeepRules(_MINE)))
    assert [c.change for c in desk.changes[1:]] == ["closed"]


def test_an_incident_whose_rule_goes_is_closed_and_one_whose_rule_stays_goes_on(tmp_path: Path) -> None:
    desk = _Desk(tmp_path)
    asyncio.run(desk.desk.handle(KeepRules(_MINE)))
    desk.market.mark()
    desk.market.interest(1e6)
    desk.market.pass_seconds(2)
    asyncio.run(desk.desk.handle(KeepRules(_MINE.replace("0.00001", "0.00002"))))
    assert [c for c in desk.changes if c.incident.rule == "paid"] == []
    asyncio.run(desk.desk.handle(KeepRules("")))
    assert [(c.incident.rule, c.change) for c in desk.changes] == [("paid", "closed")]


# --- trials --------------------------------------------------------------------------------------------------------


async def _tried(desk: _Desk, text: str) -> RuleTried:
    await desk.desk.handle(TryRule(text))
    assert desk.desk._trial is not None
    await desk.desk._trial
    (news,) = desk.news
    assert isinstance(news, RuleTried)
    return news


def test_a_trial_tells_the_noise_budget_and_keeps_nothing(tmp_path: Path) -> None:
    desk = _Desk(tmp_path, quiet_hours(400))
    trial = asyncio.run(_tried(desk, _MINE)).trial
    paid, flush = trial.trials
    assert (paid.rule, len(paid.firings), paid.threshold, paid.complete) == ("paid", 400, 0.00001, True)
    assert trial.until_ms - trial.since_ms == 30 * 24 * HOUR_MS
    assert dict(paid.budgets)["BTC"].firings == 400
    assert paid.per_week == pytest.approx(168, rel=0.01)
    assert [point.budget.firings for point in paid.sweep] == [400] * len(paid.sweep)
    assert flush.firings == ()
    assert not (tmp_path / "rules.toml").exists()
    assert "paid" not in {rule.id for rule in desk.market.desk.alerts.rules}


def test_a_trial_counts_thirty_days_and_is_warmed_by_those_before(tmp_path: Path) -> None:
    text = _MINE.replace("at_least = 0.00001", "at_least = 0.00001, own_percentile = 0, known_hours = 300")
    trial = asyncio.run(_tried(_Desk(tmp_path, quiet_hours(1_100)), text)).trial
    assert len(trial.trials[0].firings) == 720
    assert dict(trial.trials[0].budgets)["BTC"].bars == 720


def test_a_trial_of_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    trial = asyncio.run(_tried(_Desk(tmp_path), _MINE.replace("FUND_OIW", "FUND_OI"))).trial
    assert "line 7" in trial.error
    assert "FUND_OIW" in trial.remedy


def test_a_rule_on_my_position_cannot_be_tried_and_says_so(tmp_path: Path) -> None:
    text = _MINE.replace("FUND_OIW", "ME_DISTANCE")
    trial = asyncio.run(_tried(_Desk(tmp_path, quiet_hours(30)), text)).trial
    assert "judged live only" in trial.trials[0].reason


# --- times at which nobody watched ---------------------------------------------------------------------------------


def _flushed(hours: int = 400) -> list[HourBar]:
    """Return calm hours up to now; 5 and 3 hours ago a tenth of the contracts was closed."""
    bars = quiet_hours(hours)
    share = 1.0
    for place, bar in enumerate(bars):
        share *= 0.9 if place in (hours - 6, hours - 4) else 1.0
        coins = (bar.oi_coins or 0.0) * share
        bars[place] = msgspec.structs.replace(bar, oi_coins=coins, oi_usd=coins * bar.close)
    return bars


def test_after_a_sleep_exactly_one_digest_tells_in_order_what_was_missed(tmp_path: Path) -> None:
    desk = _Desk(tmp_path, _flushed())
    asyncio.run(_sleep_and_wake(desk))
    (change,) = desk.digests()
    incident = change.incident
    assert (change.change, change.rings, incident.closed_ms) == ("opened", True, START_MS + 30_000)
    assert incident.missed, incident
    assert [m.at_ms for m in incident.missed] == sorted(m.at_ms for m in incident.missed)
    slept = [m for m in incident.missed if m.at_ms < START_MS]
    assert {m.rule for m in slept} == {"oi-flush"}
    assert all(m.at_ms > START_MS - 8 * HOUR_MS for m in slept)
    assert [(m.rule, m.what) for m in incident.missed[len(slept) :]] == [
        ("cascade-started", "Cascade started goes on, BTC")
    ]
    assert "slept" in incident.note
    rang = [c for c in desk.changes + desk.market.changes if c.rings and c.incident.rule != DIGEST]
    assert rang == [], "what began while nobody watched does not ring as news"


async def _sleep_and_wake(desk: _Desk) -> None:
    desk.desk.slept(Slept(START_MS - 8 * HOUR_MS, START_MS))
    desk.market.desk.warm("BTC", quiet_hours(720))
    desk.market.mark()
    desk.market.interest(1e6)
    desk.market.price = 97.0
    desk.market.trade(97.0)
    desk.market.liquidation(400_000.0)
    desk.market.pass_seconds(5)
    assert max(incident.level for incident in desk.market.desk.incidents()) >= Level.WARNING
    for second in (0, 5, 29, 30, 31, 60):
        await desk.told_at(START_MS + second * 1000)


def test_what_goes_on_after_the_digest_is_repeated_and_rises_again_as_news(tmp_path: Path) -> None:
    desk = _Desk(tmp_path, _flushed())
    asyncio.run(_sleep_and_wake(desk))
    assert next(i for i in desk.market.desk.incidents() if i.rule == "cascade-started").rang_ms is not None
    desk.market.changes.clear()
    desk.market.pass_seconds(56)
    desk.market.liquidation(1_600_000.0)
    assert [(c.change, c.incident.level, c.rings) for c in desk.market.changes if c.change != "updated"] == [
        ("raised", Level.CRITICAL, True)
    ]


def test_two_sleeps_before_the_digest_are_one_digest(tmp_path: Path) -> None:
    desk = _Desk(tmp_path, _flushed())
    desk.desk.slept(Slept(START_MS - 4 * HOUR_MS, START_MS - 10_000))
    desk.desk.slept(Slept(START_MS - 5_000, START_MS))

    async def wake() -> None:
        for second in range(0, 90, 5):
            await desk.told_at(START_MS + second * 1000)

    asyncio.run(wake())
    (change,) = desk.digests()
    assert change.incident.factors[0].value == 4.0


def test_a_stop_of_the_program_is_told_as_one_digest_at_the_next_start(tmp_path: Path) -> None:
    asyncio.run(LastSeen(tmp_path).keep(START_MS - 8 * HOUR_MS))
    desk = _Desk(tmp_path, _flushed(), seen=True)

    async def start() -> None:
        await desk.desk.start()
        for second in (0, 60, 90, 120):
            await desk.told_at(START_MS + second * 1000)

    asyncio.run(start())
    (change,) = desk.digests()
    assert "was not running" in change.incident.note
    assert change.incident.missed


@pytest.mark.parametrize("before_ms", [None, 60_000])
def test_a_first_start_and_a_short_stop_miss_nothing(tmp_path: Path, before_ms: int | None) -> None:
    if before_ms is not None:
        asyncio.run(LastSeen(tmp_path).keep(START_MS - before_ms))
    desk = _Desk(tmp_path, _flushed(), seen=True)

    async def start() -> None:
        await desk.desk.start()
        await desk.told_at(START_MS + HOUR_MS)

    asyncio.run(start())
    assert desk.changes == []


def test_a_stall_of_the_engine_is_an_incident_that_is_over(tmp_path: Path) -> None:
    desk = _Desk(tmp_path)
    desk.desk.stood_still(12.0)
    (change,) = desk.changes
    assert (change.incident.rule, change.rings, change.incident.closed_ms) == ("engine-stalled", True, START_MS)
    assert change.incident.opened_ms == START_MS - 12_000


def test_quiet_hours_follow_the_clocks_of_the_person(tmp_path: Path) -> None:
    rule = 'quiet_hours = "12:00-13:00"\n[[rule.level]]\nlevel = "warning"'
    text = _MINE.replace('[[rule.level]]\nlevel = "notable"', rule, 1)
    rang = {}
    for hours in (0, 13):
        market = Market(shipped_rules(), ("binance",))
        desk = AlertDesk(
            market.desk, ManualClock(START_MS), rules=ProfileRules(tmp_path), zone=timezone(timedelta(hours=hours))
        )
        asyncio.run(desk.handle(KeepRules(text)))
        market.mark()
        market.interest(1e6)
        market.pass_seconds(2)
        rang[hours] = [c.rings for c in market.changes if c.incident.rule == "paid"]
    # It begins at 23:00 UTC: 12:00 of the next day thirteen hours to the east.
    assert rang == {0: [True], 13: [False]}


# --- words, export -------------------------------------------------------------------------------------------------


def test_an_incident_carries_what_is_known_of_me_and_the_next_step(tmp_path: Path) -> None:
    desk = _Desk(tmp_path)
    desk.desk.mine = MyFacts(
        desk.market.desk.alerts.told,
        exposure=lambda now_ms: ExposureView(positions=(position("BTC", 0.118), position("BTC", 0.3))),
        board=lambda now_ms: board((), (), (), now_ms),
    )
    desk.desk.tick(START_MS)
    asyncio.run(_sleep_and_wake(desk))
    incident = next(i for i in desk.market.desk.incidents() if i.rule == "cascade-started")
    assert incident.exposure == "my BTC liquidation is 11.8 % away; survives a 10 % wick: NO"
    assert "BTC is not ready to leave" in incident.readiness
    assert incident.next_step.endswith("First: Connect it and walk one transfer to its proof.")
    private = incident_words.body(incident, private=True)
    assert "11.8 % away" in private
    assert "11.8 % away" not in incident_words.body(incident), "no word of me for a third party"


def test_incidents_are_exported_oldest_first_one_a_line(tmp_path: Path) -> None:
    desk = _Desk(tmp_path)
    desk.market.pass_seconds(40, alive=())
    desk.desk.stood_still(6.0)
    asyncio.run(desk.desk.handle(ExportIncidents(str(tmp_path / "out.jsonl"))))
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["rule"] for line in lines] == ["engine-stalled", "feed-dead"]
    with pytest.raises(BadInput, match="cannot be written"):
        asyncio.run(desk.desk.handle(ExportIncidents(str(tmp_path / "no" / "out.jsonl"))))
