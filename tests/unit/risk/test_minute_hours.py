"""The past made of minutes equals what the running measures said at the end of each hour."""

from __future__ import annotations

import math

import numpy as np
import pytest

from desktop.domain.kept_values import FloatArray, TradedMinutes
from desktop.risk.impact import MinuteImpact
from desktop.risk.minute_hours import FROM_MINUTES, values_by_hour
from desktop.risk.volatility import MinuteVolatility
from desktop.risk.windows import DAY_MS, HOUR_MS, MINUTE_MS

FIRST_MS = 1_790_000_000_000 // HOUR_MS * HOUR_MS + 7 * MINUTE_MS


def traded(minutes: int, *, holes: bool = True, flow: float = 4e-9) -> TradedMinutes:
    rng = np.random.default_rng(7)
    signed = rng.normal(0, 2e5, minutes)
    close = 80_000 * np.exp(np.cumsum(flow * signed + rng.normal(0, 4e-4, minutes)))
    wide = 1 + np.abs(rng.normal(0, 3e-4, minutes))
    turnover = rng.lognormal(13, 1, minutes)
    if holes:
        # Single minutes, an hour and a half, and minutes in which nothing was traded.
        gone = (rng.random(minutes) < 0.05) | (np.abs(np.arange(minutes) - minutes // 2) < 45)
        # A window that runs ends with the newest minute it knows: here that is the last of its hour.
        gone[52::60] = False
        close[gone] = np.nan
        turnover[rng.random(minutes) < 0.02] = 0.0
    return TradedMinutes(FIRST_MS, close * wide, close / wide, close, turnover, signed)


def lived(minutes: TradedMinutes) -> dict[str, list[float]]:
    """Return what the running measures say at the end of each hour."""
    moves, impact = MinuteVolatility(), MinuteImpact()
    found: dict[str, list[float]] = {name: [] for name in FROM_MINUTES}
    for place, close in enumerate(minutes.close.tolist()):
        open_ms = minutes.first_ms + place * MINUTE_MS
        if not math.isnan(close):
            moves.add(open_ms, float(minutes.high[place]), float(minutes.low[place]), close)
            impact.add(open_ms, close, float(minutes.turnover_usd[place]), float(minutes.signed_usd[place]))
        now_ms = open_ms + MINUTE_MS
        if now_ms % HOUR_MS == 0 and place >= 53 + 59:
            said = {
                "RV_1H": moves.realised(HOUR_MS, now_ms),
                "RV_24H": moves.realised(DAY_MS, now_ms),
                "PARK_1H": moves.parkinson(HOUR_MS, now_ms),
                "PARK_6H": moves.parkinson(6 * HOUR_MS, now_ms),
                "AMIHUD": impact.amihud(now_ms),
                "KYLE": impact.kyle(now_ms),
            }
            for name, one in said.items():
                found[name].append(math.nan if one.value is None else one.value)
    return found


def known(row: FloatArray) -> int:
    return int(np.isfinite(row).sum())


@pytest.mark.parametrize("holes", [False, True])
def test_hours_of_a_past_are_those_that_would_have_been_lived(holes: bool) -> None:
    minutes = traded(2 * 1440, holes=holes)
    found, expected = values_by_hour(minutes), lived(minutes)
    assert found.first_ms == FIRST_MS - 7 * MINUTE_MS + HOUR_MS
    for name in FROM_MINUTES:
        # Minutes before the first whole hour are not in it: windows that reach there may differ.
        settled = 24 if name == "RV_24H" else 6
        np.testing.assert_allclose(found.values[name][settled:], expected[name][settled:], rtol=1e-6, err_msg=name)
        assert known(found.values[name]) > 10, name
    assert np.isnan(found.values["RV_1H"]).any() == holes


def test_what_is_not_told_stays_unknown_and_less_than_an_hour_is_nothing() -> None:
    minutes = traded(300, holes=False)
    silent = np.full(300, np.nan)
    found = values_by_hour(TradedMinutes(FIRST_MS, minutes.high, minutes.low, minutes.close, silent, silent)).values
    assert known(found["RV_1H"]) > 0
    assert (known(found["AMIHUD"]), known(found["KYLE"]), known(found["RV_24H"])) == (0, 0, 0)
    assert values_by_hour(traded(70)).values == {}


def test_a_flow_that_explains_nothing_has_no_slope() -> None:
    assert known(values_by_hour(traded(1440, holes=False, flow=0.0)).values["KYLE"]) <= 2
    minutes = traded(1440, holes=False)
    still = TradedMinutes(
        FIRST_MS, minutes.high, minutes.low, minutes.close, minutes.turnover_usd, np.full(1440, 5e4)
    )
    assert known(values_by_hour(still).values["KYLE"]) == 0
