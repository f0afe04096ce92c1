"""A server on loopback that tells a made-up past in the documented forms of the four venues.

Price, open interest and funding of coin 1 are simple functions of time, so that a test can say what must come out.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, HttpServer, json_answer

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
STEPS = {
    "1m": MINUTE_MS, "1h": HOUR_MS, "1d": DAY_MS, "1": MINUTE_MS, "60": HOUR_MS, "D": DAY_MS, "1H": HOUR_MS,
    "1Dutc": DAY_MS, "5m": 5 * MINUTE_MS, "5min": 5 * MINUTE_MS,
}  # fmt: skip
Row = dict[str, float]


def price_at(at_ms: int) -> float:
    """Return the price at a time: it climbs by one a minute and starts anew each day."""
    return 1_000.0 + at_ms // MINUTE_MS % 1440


def coins_at(at_ms: int) -> float:
    """Return the open contracts at a time."""
    return 5_000.0 + at_ms // HOUR_MS % 100


def rate_at(at_ms: int) -> float:
    """Return the funding rate settled at a time."""
    return round(0.0001 + at_ms // HOUR_MS % 24 * 1e-6, 9)


def bar_at(at_ms: int, step_ms: int) -> tuple[str, str, str, str]:
    """Return open, high, low and close of a bar."""
    first, last = price_at(at_ms), price_at(at_ms + step_ms - MINUTE_MS)
    return str(first), str(last + 0.5), str(first - 0.5), str(last)


class VenuePastServer:
    """Answers for all four venues from the same past. `asked` keeps (path, parameters) of every request.

    `answers` are given first, one a request. `funding_every_ms` is the settlement interval of all but Hyperliquid.
    `listed_ms` is when the contract began. `most_rows` makes pages shorter than asked for.
    """

    def __init__(self, listed_ms: int = 0, most_rows: int = 10**9, funding_every_ms: int = 8 * HOUR_MS) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[HttpAnswer] = []
        self.listed_ms = listed_ms
        self.most_rows = most_rows
        self.funding_every_ms = funding_every_ms
        self.until_ms = 10**14
        self.doubled = False
        self.gaps: Callable[[int], bool] = lambda at_ms: False
        self.server = HttpServer(self._handle)

    def paths(self) -> list[str]:
        """Return the paths asked for."""
        return [path for path, _ in self.asked]

    def _handle(self, request: HttpRequest) -> HttpAnswer:
        params: dict[str, Any] = {name: values[0] for name, values in parse_qs(request.query).items()}
        if request.body:
            params = json.loads(request.body)
        self.asked.append((request.path, params))
        if self.answers:
            return self.answers.pop(0)
        return _TELLERS[request.path](self, params)

    def times(self, since_ms: int, until_ms: int, step_ms: int, limit: int, *, newest: bool) -> list[int]:
        """Return the times of a page within [since, until], in the order of the venue."""
        first = -(-max(since_ms, self.listed_ms) // step_ms) * step_ms
        found = [at for at in range(first, min(until_ms, self.until_ms) + 1, step_ms) if not self.gaps(at)]
        most = min(limit, self.most_rows)
        page = found[-most:][::-1] if newest else found[:most]
        return [at for at in page for _ in range(2 if self.doubled else 1)]


def _binance_klines(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    step = STEPS[asked["interval"]]
    times = past.times(int(asked["startTime"]), int(asked["endTime"]), step, int(asked["limit"]), newest=False)
    return json_answer(
        [[at, *bar_at(at, step), "12.5", at + step - 1, "12500.0", 300, "6.1", "6100.0", "0"] for at in times]
    )


def _binance_interest(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    step = STEPS[asked["period"]]
    times = past.times(int(asked["startTime"]), int(asked["endTime"]), step, int(asked["limit"]), newest=False)
    return json_answer(
        [
            {"symbol": asked["symbol"], "sumOpenInterest": str(coins_at(at)), "timestamp": at,
             "sumOpenInterestValue": str(coins_at(at) * price_at(at)), "CMCCirculatingSupply": "19900000.00"}
            for at in times
        ]
    )  # fmt: skip


def _binance_funding(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    limit = int(asked["limit"])
    every = past.funding_every_ms
    times = past.times(int(asked["startTime"]), int(asked["endTime"]), every, limit, newest=False)
    return json_answer(
        [
            {"symbol": asked["symbol"], "fundingTime": at + 3, "fundingRate": f"{rate_at(at):.8f}", "markPrice": "1"}
            for at in times
        ]
    )


def _bybit(rows: list[Any]) -> HttpAnswer:
    result = {"symbol": "BTCUSDT", "category": "linear", "list": rows, "nextPageCursor": ""}
    return json_answer({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": 1})


def _bybit_klines(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    step = STEPS[asked["interval"]]
    times = past.times(int(asked["start"]), int(asked["end"]), step, int(asked["limit"]), newest=True)
    return _bybit([[str(at), *bar_at(at, step), "12.5", "12500"] for at in times])


def _bybit_interest(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    step = STEPS[asked["intervalTime"]]
    times = past.times(int(asked["startTime"]), int(asked["endTime"]), step, int(asked["limit"]), newest=True)
    return _bybit([{"openInterest": str(2 * coins_at(at)), "timestamp": str(at)} for at in times])


def _bybit_funding(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    if "startTime" in asked and "endTime" not in asked:
        words = "params error: endTime is required when startTime is passed"
        return json_answer({"retCode": 10001, "retMsg": words, "result": {}, "time": 1})
    every, limit = past.funding_every_ms, int(asked["limit"])
    times = past.times(int(asked["startTime"]), int(asked["endTime"]), every, limit, newest=True)
    rows = [
        {"symbol": asked["symbol"], "fundingRate": f"{rate_at(at):.8f}", "fundingRateTimestamp": str(at)}
        for at in times
    ]
    return _bybit(rows)


def _okx(rows: list[Any]) -> HttpAnswer:
    return json_answer({"code": "0", "msg": "", "data": rows})


def _okx_candles(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    step = STEPS[asked["bar"]]
    limit = int(asked["limit"])
    times = past.times(int(asked["before"]) + 1, int(asked["after"]) - 1, step, limit, newest=True)
    return _okx([[str(at), *bar_at(at, step), "1250", "12.5", "12500", "1"] for at in times])


def _okx_interest(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    step = STEPS[asked["period"]]
    times = past.times(int(asked["begin"]), int(asked["end"]), step, int(asked["limit"]), newest=True)
    return _okx(
        [[str(at), str(100 * coins_at(at)), str(coins_at(at)), str(coins_at(at) * price_at(at))] for at in times]
    )


def _okx_funding(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    every, limit = past.funding_every_ms, int(asked["limit"])
    times = past.times(int(asked["before"]) + 1, int(asked["after"]) - 1, every, limit, newest=True)
    return _okx(
        [
            {"instType": "SWAP", "instId": asked["instId"], "fundingRate": "0.5", "fundingTime": str(at),
             "realizedRate": f"{rate_at(at):.8f}", "method": "current_period", "formulaType": "withRate"}
            for at in times
        ]
    )  # fmt: skip


def _hyperliquid(past: VenuePastServer, asked: dict[str, Any]) -> HttpAnswer:
    if asked["type"] == "candleSnapshot":
        req = asked["req"]
        step = STEPS[req["interval"]]
        rows = []
        for at in past.times(req["startTime"], req["endTime"], step, 5000, newest=False):
            opened, high, low, close = bar_at(at, step)
            rows.append({"t": at, "T": at + step - 1, "s": req["coin"], "i": req["interval"], "o": opened, "c": close,
                         "h": high, "l": low, "v": "12.5", "n": 300})  # fmt: skip
        return json_answer(rows)
    times = past.times(asked["startTime"], asked["endTime"], HOUR_MS, 500, newest=False)
    return json_answer(
        [
            {"coin": asked["coin"], "fundingRate": f"{rate_at(at) / 8:.10f}", "premium": "0.0", "time": at + 55}
            for at in times
        ]
    )


_TELLERS: dict[str, Callable[[VenuePastServer, dict[str, Any]], HttpAnswer]] = {
    "/fapi/v1/klines": _binance_klines,
    "/futures/data/openInterestHist": _binance_interest,
    "/fapi/v1/fundingRate": _binance_funding,
    "/v5/market/kline": _bybit_klines,
    "/v5/market/open-interest": _bybit_interest,
    "/v5/market/funding/history": _bybit_funding,
    "/api/v5/market/history-candles": _okx_candles,
    "/api/v5/rubik/stat/contracts/open-interest-history": _okx_interest,
    "/api/v5/public/funding-rate-history": _okx_funding,
    "/info": _hyperliquid,
}
