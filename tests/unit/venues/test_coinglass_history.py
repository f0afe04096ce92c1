"""Forced closings of the past, with a person's own key: joined to the hours, never in place of unknown ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from desktop.domain.kept_values import DayValue
from desktop.domain.market import HourBar
from desktop.venues.context.coinglass_history import WithForcedClosings, read_hours
from desktop.venues.host_rules import COINGLASS
from desktop.venues.http import RestDoor
from tests.fakes.manual_clock import ManualClock

HOUR_MS = 3_600_000
FIRST_MS = 1_790_000_000_000 // HOUR_MS * HOUR_MS


class VenuePast:
    """Three hours that the venues told."""

    async def hours(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        return [HourBar(FIRST_MS + n * HOUR_MS, 1, 2, 0.5, 1.5, oi_usd=9.0) for n in range(3)]

    async def minutes(self, coin: str, since_ms: int, until_ms: int) -> list[HourBar]:
        return [HourBar(FIRST_MS, 1, 1, 1, 1)]

    async def days(self, coin: str, since_ms: int, until_ms: int) -> dict[str, list[DayValue]]:
        return {"PRICE": []}


def row(hour: int, long_usd: float | str, short_usd: float | str) -> dict[str, object]:
    sums = {"aggregated_long_liquidation_usd": long_usd, "aggregated_short_liquidation_usd": short_usd}
    return {"time": FIRST_MS + hour * HOUR_MS, **sums}


def told(answer: Callable[[httpx.Request], httpx.Response], times: int = 1) -> tuple[list[HourBar], str, int]:
    asked: list[httpx.Request] = []

    def heard(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer(request)

    async def whole() -> tuple[list[HourBar], str, int]:
        door = RestDoor("http://cg.test", ManualClock(), rules=COINGLASS, transport=httpx.MockTransport(heard))
        past = WithForcedClosings(VenuePast(), door)
        bars: list[HourBar] = []
        for _ in range(times):
            bars = await past.hours("BTC", FIRST_MS, FIRST_MS + 3 * HOUR_MS)
        assert await past.minutes("BTC", 0, 1)
        assert await past.days("BTC", 0, 1) == {"PRICE": []}
        await past.close()
        return bars, past.trouble, len(asked)

    return asyncio.run(whole())


def test_hours_learn_their_forced_closings_and_what_is_not_told_stays_unknown() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/api/futures/liquidation/aggregated-history"
        assert (request.url.params["symbol"], request.url.params["interval"]) == ("BTC", "1h")
        assert request.url.params["start_time"] == str(FIRST_MS)
        return httpx.Response(200, text=json.dumps({"code": "0", "data": [row(0, "25.5", 3), row(1, 0, 0)]}))

    bars, trouble, _ = told(answer)
    assert [(bar.long_usd, bar.short_usd) for bar in bars] == [(25.5, 3.0), (None, None), (None, None)]
    assert [bar.oi_usd for bar in bars] == [9.0] * 3
    assert trouble == ""


@pytest.mark.parametrize("code", ["400", "401", "403"])
def test_a_plan_that_is_too_small_is_said_once_and_not_asked_again(code: str) -> None:
    bars, trouble, asked = told(
        lambda request: httpx.Response(200, text=json.dumps({"code": code, "msg": "Upgrade plan"})), times=3
    )
    assert [bar.long_usd for bar in bars] == [None] * 3
    assert f"code {code}: Upgrade plan" in trouble
    assert asked == 1


def test_a_host_that_does_not_answer_is_asked_again_and_the_hours_come_all_the_same() -> None:
    bars, trouble, asked = told(lambda request: httpx.Response(500), times=2)
    assert len(bars) == 3
    assert "answered 500" in trouble
    assert asked == 2


@pytest.mark.parametrize("data", [{"data": [{"time": 1}]}, {"data": [row(0, -5, 1)]}, {"data": [row(0, "nan", 1)]}])
def test_another_form_than_documented_tells_nothing(data: object) -> None:
    bars, trouble, _ = told(lambda request: httpx.Response(200, text=json.dumps(data)))
    assert [bar.long_usd for bar in bars] == [None] * 3
    assert "not as documented" in trouble


def test_rows_between_hours_are_left_out() -> None:
    odd = {**row(0, 1, 1), "time": FIRST_MS + 60_000}
    assert read_hours(json.dumps({"data": [odd, row(2, 1, 2)]}).encode()) == {FIRST_MS + 2 * HOUR_MS: (1.0, 2.0)}
