"""A month of hours with some falls, and what the shipped rules would have done on them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from desktop.alerts.rule_reader import parse_rules
from desktop.alerts.trial import try_rule
from desktop.domain.market import HourBar
from desktop.engine.alerting.rule_views import RulesView, RuleTrialView
from desktop.risk.windows import HOUR_MS
from desktop.storage.rule_files import shipped_rules
from tests.fakes.desk import NOW_MS

HOURS = 30 * 24


@lru_cache(maxsize=1)
def month() -> tuple[HourBar, ...]:
    """Return 30 days of hours of BTC: a wandering price, and every few days an hour of forced selling."""
    rng = np.random.default_rng(11)
    start_ms = (NOW_MS // HOUR_MS - HOURS) * HOUR_MS
    price, bars = 90_000.0, []
    for hour in range(HOURS):
        falls = hour > 250 and hour % 61 == 0
        move = -0.035 if falls else float(rng.normal(0.0004, 0.004))
        close = price * (1 + move)
        low, high = min(price, close) * (0.985 if falls else 0.999), max(price, close) * 1.001
        usd = float(rng.gamma(0.8, 4e5)) + (4e7 if falls else 0.0)
        open_usd = 8e9
        bars.append(
            HourBar(
                start_ms + hour * HOUR_MS, price, high, low, close, usd, usd * 0.1, 1e-4, open_usd, open_usd / price
            )
        )
        price = close
    return tuple(bars)  # fmt: skip


def rules_view() -> RulesView:
    """Return the shipped rules in force."""
    return RulesView(shipped_rules())


def tried(text: str) -> RuleTrialView:
    """Return what the rules of this text would have done in the month."""
    trials = tuple(try_rule(rule, {"BTC": month()}) for rule in parse_rules(text))
    prices = (("BTC", tuple((bar.open_ms + HOUR_MS, bar.close) for bar in month())),)
    return RuleTrialView(text, trials, since_ms=month()[0].open_ms, until_ms=NOW_MS, prices=prices)
