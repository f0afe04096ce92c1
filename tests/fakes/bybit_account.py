"""Bybit's account on loopback: signed questions are checked as documented, and answered with documented shapes."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl

from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, json_answer

KEY, SECRET = "a-read-key", "a-read-secret"
POSITION = {
    "positionIdx": 0, "riskId": 1, "riskLimitValue": "150", "symbol": "BTCUSDT", "side": "Buy", "size": "0.5",
    "avgPrice": "80000", "positionValue": "40000", "tradeMode": 0, "autoAddMargin": 1, "positionStatus": "Normal",
    "leverage": "10", "markPrice": "81480.1", "liqPrice": "70123.4", "bustPrice": "", "positionIM": "4100",
    "positionMM": "210", "positionBalance": "0", "unrealisedPnl": "740.05", "createdTime": "1676538056258",
    "updatedTime": "1697673600012", "adlRankIndicator": 2, "seq": 5723621632, "isReduceOnly": False,
}  # fmt: skip
SHORT = {**POSITION, "symbol": "1000PEPEUSDT", "side": "Sell", "size": "2000", "avgPrice": "0.0125",
         "markPrice": "0.012", "liqPrice": "", "leverage": ""}  # fmt: skip
NONE = {**POSITION, "symbol": "ETHUSDT", "side": "", "size": "0", "avgPrice": "0", "liqPrice": ""}
INVERSE = {**POSITION, "symbol": "BTCUSD", "side": "Buy", "size": "16000", "avgPrice": "80000", "liqPrice": "61000"}
COIN = {
    "coin": "USDT", "equity": "12500", "usdValue": "12500", "walletBalance": "12000", "free": "", "locked": "100",
    "spotHedgingQty": "0", "borrowAmount": "0", "spotBorrow": "0", "availableToWithdraw": "", "accruedInterest": "0",
    "totalOrderIM": "0", "totalPositionIM": "4100", "totalPositionMM": "210", "unrealisedPnl": "740.05",
    "cumRealisedPnl": "-12", "bonus": "0", "marginCollateral": True, "collateralSwitch": True,
}  # fmt: skip
BTC = {**COIN, "coin": "BTC", "walletBalance": "0.4", "locked": "0", "collateralSwitch": False}


class BybitAccountServer:
    """Answers as Bybit does; a test changes what it says, and where it `says_no` (code and words by path)."""

    def __init__(self) -> None:
        self.margin_mode = "REGULAR_MARGIN"
        self.positions: dict[tuple[str, str], list[dict[str, Any]]] = {
            ("linear", "USDT"): [POSITION, NONE, SHORT],
            ("linear", "USDC"): [],
            ("inverse", ""): [INVERSE],
        }
        self.coins: list[dict[str, Any]] = [COIN, BTC]
        self.available = {"USDT": "7000", "BTC": "0.4"}
        self.fund: list[dict[str, Any]] = [
            {"coin": "ETH", "walletBalance": "2", "transferBalance": "1.5", "bonus": "0"}
        ]
        self.key: dict[str, Any] = {
            "readOnly": 1,
            "ips": ["*"],
            "expiredAt": "2026-12-24T10:00:00Z",
            "deadlineDay": 30,
        }
        self.says_no: dict[str, tuple[int, str]] = {}
        self.asked: list[str] = []
        self.now_ms = lambda: 0
        self.page_size = 2

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one question; a wrong signature is refused with Bybit's code."""
        self.asked.append(f"{request.method} {request.path}")
        if request.method != "GET":
            return _said(10001, "only questions are answered")
        if not self._signed(request):
            return _said(10004, "error sign! origin_string[...]")
        if request.path in self.says_no:
            return _said(*self.says_no[request.path])
        return self._result(request.path, dict(parse_qsl(request.query)))

    def _signed(self, request: HttpRequest) -> bool:
        head = request.headers
        stamp, window = head.get("x-bapi-timestamp", ""), head.get("x-bapi-recv-window", "")
        text = f"{stamp}{KEY}{window}{request.query}"
        wanted = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        fresh = stamp.isdigit() and abs(self.now_ms() - int(stamp)) <= int(window or 0)
        return fresh and head.get("x-bapi-api-key") == KEY and head.get("x-bapi-sign") == wanted

    def _result(self, path: str, asked: dict[str, str]) -> HttpAnswer:
        match path:
            case "/v5/account/info":
                return _good({"marginMode": self.margin_mode, "unifiedMarginStatus": 5, "dcpStatus": "OFF"})
            case "/v5/position/list":
                return self._page(asked)
            case "/v5/account/wallet-balance" if asked["accountType"] == "UNIFIED":
                return _good({"list": [{"accountType": "UNIFIED", "accountMMRate": "0.02", "coin": self.coins}]})
            case "/v5/account/withdrawal":
                names = asked["coinName"].split(",")
                told = {name: self.available[name] for name in names if name in self.available}
                return _good({"availableWithdrawal": "7000", "availableWithdrawalMap": told})
            case "/v5/asset/transfer/query-account-coins-balance" if asked["accountType"] == "FUND":
                return _good({"memberId": "1", "accountType": "FUND", "balance": self.fund})
            case "/v5/user/query-api":
                return _good(self.key)
            case _:
                return _said(10001, f"no such question: {path}")

    def _page(self, asked: dict[str, str]) -> HttpAnswer:
        rows = self.positions[asked["category"], asked.get("settleCoin", "")]
        start = int(asked.get("cursor", "page,0").split(",")[1])
        end = start + self.page_size
        # Bybit gives cursors in escaped form; they come back as they are.
        cursor = f"page%2C{end}" if end < len(rows) else ""
        return _good({"category": asked["category"], "list": rows[start:end], "nextPageCursor": cursor})


def _good(result: object) -> HttpAnswer:
    return json_answer({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": 1})


def _said(code: int, words: str) -> HttpAnswer:
    return json_answer({"retCode": code, "retMsg": words, "result": {}, "retExtInfo": {}, "time": 1})
