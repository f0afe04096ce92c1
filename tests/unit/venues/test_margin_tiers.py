import asyncio
import json
from decimal import Decimal

import httpx
import pytest

from desktop.domain.errors import Unreadable
from desktop.domain.margin_tiers import MarginTier
from desktop.venues.binance.margin_tiers import keyless_tiers, signed_tiers
from desktop.venues.bybit import instruments
from desktop.venues.bybit import margin_tiers as bybit
from desktop.venues.http import RestDoor
from tests.fakes.manual_clock import ManualClock

AS_OF_MS = 1_790_000_000_000


def risk_limit(*rows: dict[str, object], cursor: str = "") -> bytes:
    return json.dumps({"retCode": 0, "result": {"list": rows, "nextPageCursor": cursor}}).encode()


def row(value: str, rate: str, deduction: str, leverage: str = "100.00") -> dict[str, object]:
    amounts = {"riskLimitValue": value, "maintenanceMargin": rate, "mmDeduction": deduction}
    return {"id": 1, "symbol": "BTCUSDT", **amounts, "maxLeverage": leverage, "isLowestRisk": 0}


def test_bybits_tiers_are_put_in_order_and_joined() -> None:
    (found,) = bybit.tiers(
        risk_limit(row("2600000", "0.0056", "1200", "90.00"), row("2000000", "0.005", "")), AS_OF_MS
    )
    assert (found.venue, found.symbol, found.as_of_ms, found.unit) == ("bybit", "BTCUSDT", AS_OF_MS, "usd")
    assert found.tiers == (
        MarginTier(Decimal(0), Decimal(2_000_000), Decimal("0.005"), Decimal(0), Decimal(100)),
        MarginTier(Decimal(2_000_000), Decimal(2_600_000), Decimal("0.0056"), Decimal(1200), Decimal(90)),
    )


def test_bybits_next_page_is_asked_for_until_the_last() -> None:
    more = bybit.next_page(risk_limit(cursor="a=1&b"))
    assert more is not None
    assert more.channel == "GET /v5/market/risk-limit?category=linear&cursor=a%3D1%26b"
    assert bybit.next_page(risk_limit()) is None
    assert bybit.next_page(b"<html>") is None


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'{"retCode":10001,"result":{}}',
        risk_limit(row("2000000", "0.005", ""), row("2000000", "0.006", "")),
        risk_limit(row("2000000", "1.5", "")),
        risk_limit(row("2000000", "0.005", "NaN")),
        risk_limit(row("-1", "0.005", "")),
    ],
)
def test_what_cannot_be_bybits_tiers_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        bybit.tiers(body, AS_OF_MS)


def brackets(*steps: tuple[float, float, float, float]) -> list[dict[str, object]]:
    names = ("bracketNotionalFloor", "bracketNotionalCap", "bracketMaintenanceMarginRate", "cumFastMaintenanceAmount")
    return [{**dict(zip(names, step, strict=True)), "maxOpenPosLeverage": 125} for step in steps]


def keyless(*steps: tuple[float, float, float, float]) -> bytes:
    row = {"symbol": "BTCUSDT", "riskBrackets": brackets(*steps), "updateTime": 1}
    return json.dumps({"code": "000000", "data": {"brackets": [row]}, "success": True}).encode()


def test_binances_keyless_brackets_are_exact_decimals() -> None:
    (found,) = keyless_tiers(keyless((50_000, 600_000, 0.005, 50.0), (0, 50_000, 0.004, 0)), AS_OF_MS)
    assert [(one.lower, one.upper, one.maintenance_rate, one.deduction) for one in found.tiers] == [
        (Decimal(0), Decimal(50_000), Decimal("0.004"), Decimal(0)),
        (Decimal(50_000), Decimal(600_000), Decimal("0.005"), Decimal("50.0")),
    ]


def test_binances_signed_brackets_give_the_same() -> None:
    step = {"bracket": 1, "initialLeverage": 125, "notionalCap": 50000, "notionalFloor": 0, "maintMarginRatio": 0.004}
    body = json.dumps([{"symbol": "BTCUSDT", "brackets": [{**step, "cum": 0.0}]}]).encode()
    (signed,) = signed_tiers(body, AS_OF_MS)
    (without_key,) = keyless_tiers(keyless((0, 50_000, 0.004, 0)), AS_OF_MS)
    assert signed.tiers == without_key.tiers
    assert signed.source != without_key.source


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"{}", keyless(), keyless((0, 50_000, 0.004, 0), (60_000, 70_000, 0.005, 1)), keyless((0, 1, 1, 0))],
)
def test_what_cannot_be_binances_brackets_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        keyless_tiers(body, AS_OF_MS)


def test_a_cursor_that_is_escaped_already_goes_back_as_it_is() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.query.decode())
        cursor = "" if "cursor" in asked[-1] else "first%3DAUSDT%26last%3DZUSDT"
        return httpx.Response(200, json={"retCode": 0, "result": {"list": [], "nextPageCursor": cursor}})

    async def whole() -> None:
        transport = httpx.MockTransport(answer)
        async with RestDoor("http://x.test", ManualClock(), transport=transport) as door:
            for first, next_page in (
                (bybit.FIRST_PAGE, bybit.next_page), (instruments.FIRST_PAGE, instruments.next_page),
            ):  # fmt: skip
                page = next_page(await door.ask(first))
                assert page is not None
                assert page.channel.startswith(first.channel), "by it the pages of a list are known"
                assert next_page(await door.ask(page)) is None

    asyncio.run(whole())
    assert asked == [
        "category=linear",
        "category=linear&cursor=first%3DAUSDT%26last%3DZUSDT",
        "category=linear&limit=1000",
        "category=linear&limit=1000&cursor=first%3DAUSDT%26last%3DZUSDT",
    ]
