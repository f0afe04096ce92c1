"""The practice exchange over HTTP in Binance's form: signed requests, JSON answers, its error codes."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import parse_qsl

from desktop.domain.money import plain
from desktop.engine.ports import Clock
from desktop.worlds.practice.exchange import COMPLETED, NETWORKS, NetworkTerms, PracticeExchange
from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, json_answer
from desktop.worlds.practice.practice_store import KeptWithdrawal

_ENCODED = re.compile(r"[A-Za-z0-9\-._~%+&=]*")
_LONGEST_WINDOW_MS = 60_000
_NINETY_DAYS_MS = 90 * 86_400_000
_AHEAD_MS = 1_000
_NUMBERS = ("timestamp", "recvWindow", "startTime", "endTime", "offset", "limit")


class Confirms(Protocol):
    """A chain that counts how deep a withdrawal's transaction lies."""

    def confirmations(self, kept: KeptWithdrawal, now_ms: int) -> int:
        """Return its confirmations, 0 while it is in no block."""


class ExchangeDoor:
    """Checks every request as Binance does (key, window, signature over the encoded text), then answers it.

    `chains` counts confirmations by the network's id.
    `speed` is the clock's: a request takes as long as ever, so in a faster world it may be so much older.
    """

    def __init__(
        self,
        exchange: PracticeExchange,
        chains: Mapping[str, Confirms],
        clock: Clock,
        key: str,
        secret: str,
        *,
        speed: float = 1.0,
    ) -> None:
        self._exchange, self._chains, self._clock = exchange, chains, clock
        self._key, self._secret = key, secret
        self._speed = max(1.0, speed)
        self._pages: dict[str, Callable[[dict[str, str]], HttpAnswer]] = {
            "/api/v3/account": self._account,
            "/sapi/v1/account/apiRestrictions": self._restrictions,
            "/sapi/v1/capital/config/getall": self._coins,
            "/sapi/v1/capital/withdraw/address/list": self._addresses,
            "/sapi/v1/capital/withdraw/history": self._history,
        }

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a request; nothing here changes anything."""
        page = self._pages.get(request.path)
        if page is None or request.method != "GET":
            return _error(404, -5000, f"Path {request.path}, Method {request.method} is invalid")
        values = dict(parse_qsl(request.query, keep_blank_values=True))
        return self._objection(request, values) or page(values)

    def _objection(self, request: HttpRequest, values: dict[str, str]) -> HttpAnswer | None:
        if not hmac.compare_digest(request.headers.get("x-mbx-apikey", "").encode(), self._key.encode()):
            return _error(401, -2015, "Invalid API-key, IP, or permissions for action.")
        for name in ("timestamp", "signature"):
            if not values.get(name):
                return _error(400, -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
        if not all(values.get(name, "0").isdigit() for name in _NUMBERS):
            return _error(400, -1100, "Illegal characters found in a parameter.")
        if int(values.get("recvWindow", "5000")) > _LONGEST_WINDOW_MS:
            return _error(400, -1131, "recvWindow must be less than 60000.")
        payload, _, signature = request.query.rpartition("&signature=")
        expected = hmac.new(self._secret.encode(), payload.encode(), hashlib.sha256).hexdigest()
        if not _ENCODED.fullmatch(payload) or not hmac.compare_digest(signature.encode(), expected.encode()):
            return _error(400, -1022, "Signature for this request is not valid.")
        late_ms = self._clock.now_ms() - int(values["timestamp"])
        if late_ms < -_AHEAD_MS or late_ms > self._speed * int(values.get("recvWindow", "5000")):
            return _error(400, -1021, "Timestamp for this request is outside of the recvWindow.")
        return None

    def _account(self, values: dict[str, str]) -> HttpAnswer:
        balances = [
            {"asset": coin, "free": plain(free), "locked": "0"} for coin, free in self._exchange.balances().items()
        ]
        facts = {"canTrade": False, "canWithdraw": False, "accountType": "SPOT", "permissions": ["SPOT"]}
        return json_answer({**facts, "updateTime": self._clock.now_ms(), "balances": balances})

    def _restrictions(self, values: dict[str, str]) -> HttpAnswer:
        no = (
            "enableWithdrawals", "enableInternalTransfer", "permitsUniversalTransfer", "enableVanillaOptions",
            "enableFutures", "enableMargin", "enableSpotAndMarginTrading", "enablePortfolioMarginTrading",
        )  # fmt: skip
        return json_answer({"ipRestrict": False, "enableReading": True, **dict.fromkeys(no, False)})

    def _coins(self, values: dict[str, str]) -> HttpAnswer:
        return json_answer([self._coin(coin) for coin in self._exchange.balances()])

    def _coin(self, coin: str) -> dict[str, object]:
        networks = [terms for terms in NETWORKS if terms.coin == coin]
        underway = sum(
            kept.amount + kept.fee
            for kept in self._exchange.withdrawals()
            if kept.coin == coin and self._exchange.status(kept) != COMPLETED
        )
        return {
            "coin": coin, "name": coin, "free": plain(self._exchange.balances()[coin]), "locked": "0", "freeze": "0",
            "withdrawing": str(underway), "storage": "0", "depositAllEnable": True, "trading": True,
            "isLegalMoney": False, "withdrawAllEnable": any(self._exchange.is_open(terms) for terms in networks),
            "networkList": [self._network(terms) for terms in networks],
        }  # fmt: skip

    def _network(self, terms: NetworkTerms) -> dict[str, object]:
        is_open = self._exchange.is_open(terms)
        return {
            "coin": terms.coin, "network": terms.network, "name": terms.name, "isDefault": terms.default,
            "depositEnable": True, "withdrawEnable": is_open,
            "withdrawDesc": "" if is_open else terms.note or "Paused.",
            "specialTips": "", "specialWithdrawTips": "", "addressRegex": "", "memoRegex": "", "withdrawTag": False,
            "withdrawFee": plain(terms.fee), "withdrawMin": plain(terms.minimum), "withdrawMax": plain(terms.maximum),
            "withdrawIntegerMultiple": plain(terms.step), "contractAddress": terms.contract,
            "minConfirm": 1, "unLockConfirm": 2, "sameAddress": False,
            "estimatedArrivalTime": terms.eta_minutes, "busy": False, "denomination": 1,
        }  # fmt: skip

    def _addresses(self, values: dict[str, str]) -> HttpAnswer:
        return json_answer(
            [
                {
                    "address": kept.address, "addressTag": "", "coin": kept.coin, "name": "my wallet",
                    "network": kept.network, "origin": "", "originType": "Others", "whiteStatus": True,
                }
                for kept in self._exchange.addresses()
            ]
        )  # fmt: skip

    def _history(self, values: dict[str, str]) -> HttpAnswer:
        now_ms = self._clock.now_ms()
        until_ms = int(values.get("endTime") or now_ms)
        since_ms = int(values.get("startTime") or until_ms - _NINETY_DAYS_MS)
        if until_ms - since_ms > _NINETY_DAYS_MS:
            return _error(400, -4047, "Time interval must be within 0-90 days.")
        found = [
            kept
            for kept in self._exchange.withdrawals()
            if values.get("coin", kept.coin) == kept.coin and since_ms <= kept.applied_ms <= until_ms
        ]
        offset, limit = int(values.get("offset") or 0), min(1000, int(values.get("limit") or 1000))
        return json_answer([self._row(kept, now_ms) for kept in found[offset : offset + limit]])

    def _row(self, kept: KeptWithdrawal, now_ms: int) -> dict[str, object]:
        public, status = kept.broadcast_ms <= now_ms, self._exchange.status(kept)
        row = {
            "id": kept.id, "amount": plain(kept.amount), "transactionFee": plain(kept.fee), "coin": kept.coin,
            "status": status, "address": kept.address, "txId": kept.txid if public else "",
            "applyTime": _utc(kept.applied_ms), "network": kept.network, "transferType": 0, "walletType": 0,
            "info": "", "txKey": "",
            "confirmNo": self._chains[kept.network].confirmations(kept, now_ms) if public else 0,
        }  # fmt: skip
        if status == COMPLETED:
            row["completeTime"] = _utc(self._exchange.completed_ms(kept))
        return row


def _utc(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _error(status: int, code: int, words: str) -> HttpAnswer:
    return json_answer({"code": code, "msg": words}, status)
