"""The running engine and the back-test over the hours it made: the same firings on the same evaluation clock."""

from __future__ import annotations

import random

import pytest

from desktop.alerts.backtest import BacktestRun, evaluated_coin
from desktop.alerts.rules import Rule
from desktop.alerts.standing import HOURLY_CLOCK, SubjectRules
from desktop.domain.market import HourBar
from desktop.risk.reading import Level
from desktop.risk.windows import HOUR_MS
from desktop.storage.rule_files import shipped_rules
from tests.fakes.market_tape import START_MS, Market, quiet_hours

_STEP_MS = 5_000
_HOURS = 6
_RULES: tuple[Rule, ...] = tuple(rule for rule in shipped_rules() if rule.id in ("cascade-started", "forced-selling"))
Fired = set[tuple[str, int, Level]]


def _lived(seed: int, hours: int) -> tuple[Fired, list[HourBar], int]:
    """Return what fires live at the end of each hour, the hours the engine made, and how many were stormy."""
    rng = random.Random(seed)
    market = Market(shipped_rules(), ("binance",))
    market.desk.warm("BTC", quiet_hours(720))
    market.mark(venue="binance")
    market.interest(1e6)
    judged = SubjectRules("BTC", _RULES, HOURLY_CLOCK)
    fired: Fired = set()
    bars: list[HourBar] = []
    storms = 0
    for hour in range(hours):
        storm = rng.random() < 0.5
        storms += storm
        end_ms = START_MS + (hour + 1) * HOUR_MS
        while market.now_ms + _STEP_MS < end_ms:
            market.now_ms += _STEP_MS
            market.price = round(market.price * (1 + rng.gauss(-0.00002 if storm else 0.00001, 0.00004)), 4)
            market.trade(market.price)
            if rng.random() < 0.3:
                # 0.5 % of the open interest in an hour of storm, two hundredths of that in a calm one.
                size = market.price * 1e6 * 0.005 / 216 * rng.uniform(0.8, 1.2)
                market.liquidation(size if storm else size / 50, "long" if storm else rng.choice(("long", "short")))
            market.desk.tick(market.now_ms)
            bars += [bar for _, bar in market.desk.finished_hours()]
        # The bar of an hour holds what ended within it: live windows are read in its last millisecond.
        market.now_ms = end_ms - 1
        facts = market.desk._facts("BTC", market.now_ms)
        for step in judged.tick(facts, end_ms):
            if step.fires > Level.CALM:
                fired.add((step.rule.id, end_ms, step.fires))
        market.now_ms = end_ms
        market.interest(1e6)
        market.mark(venue="binance")
    market.pass_seconds(10)
    bars += [bar for _, bar in market.desk.finished_hours()]
    return fired, bars, storms


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 2])
def test_the_engine_fires_at_the_hours_at_which_the_back_test_over_its_own_hours_does(seed: int) -> None:
    fired, bars, storms = _lived(seed, _HOURS)
    assert [bar.open_ms for bar in bars] == [START_MS + n * HOUR_MS for n in range(_HOURS)]
    tape = evaluated_coin([*quiet_hours(720), *bars])
    batch = {
        (f.rule, f.known_ms, f.level) for f in BacktestRun(_RULES, coin="BTC").over(tape) if f.known_ms > START_MS
    }
    assert fired == batch
    assert 0 < storms < 8
    assert {rule for rule, _, _ in fired} >= {"forced-selling"}
