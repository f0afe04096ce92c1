"""A Binance account seen with a read-only key: balances, networks, address book, withdrawals. It only ever asks.

Signing as documented by Binance: hex HMAC-SHA256 of the percent-encoded query, key in `X-MBX-APIKEY`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import httpx
import msgspec

from desktop.domain.errors import NetworkTrouble, Refused, SeawallError
from desktop.engine.ports import Clock, SavedAddress, VenueNetwork, VenueWithdrawal
from desktop.venues.binance.account_wire import (
    Account,
    BookEntry,
    Coin,
    Failure,
    Restrictions,
    Withdrawal,
    exact,
    network_of,
    saved_address_of,
    withdrawal_of,
)
from desktop.venues.host_rules import BINANCE_SPOT
from desktop.venues.outbound import Outbound, Way
from desktop.venues.rest_line import RestLine

LIVE_URL = "https://api.binance.com"
_WINDOW_MS = 10_000
_LONGEST_WINDOW_MS = 60_000
_HISTORY_MS = 89 * 86_400_000
_HISTORY_PATH = "/sapi/v1/capital/withdraw/history"
_PAGE = 1000
# Binance's own weights lie between 1 and 20.
_WEIGHT = 20.0
_REMEDIES = {
    -1021: "Set this computer's clock by the network, then try again.",
    -1022: "Enter the API key's secret again: it does not belong to this key.",
    -2014: "Enter the API key again.",
    -2015: "Check on Binance that the key exists, may read, and allows this computer's address.",
}
_LATER = "Seawall asks again by itself; the exchange's own page shows the same facts."

T = TypeVar("T")


class BinanceAccount:
    """`ExchangeRecords` over HTTPS for one read-only key. Every request is a GET; redirects are not followed.

    Raise NetworkTrouble when Binance does not answer as documented and Refused (its code in `rule`) when it says no.
    Engine thread. The secret is held in memory only and is in no message. `outbound` is the way out and the budgets
    of its world: what asks the same host shares them.
    """

    venue = "binance"

    def __init__(
        self, key: str, secret: str, clock: Clock, *, base_url: str = LIVE_URL, outbound: Outbound | None = None
    ) -> None:
        self._secret, self._clock = secret.encode(), clock
        # A fast clock leaves less real time within the same window.
        self._window_ms = min(_LONGEST_WINDOW_MS, int(_WINDOW_MS * max(1.0, clock.speed)))
        self._outbound = outbound or Outbound(clock)
        self._base_url, self._headers = base_url, {"X-MBX-APIKEY": key}
        self._budget = self._outbound.budgets.of(urlsplit(base_url).netloc, BINANCE_SPOT)
        self._line = RestLine(self._way(), self._headers)
        self._leave = self._outbound.joined(self._take_new_way)

    async def close(self) -> None:
        """Let go of the connections."""
        self._leave()
        await self._line.close()

    def _way(self) -> Way:
        # A regional host of the market's data need not know accounts: only the proxy counts here.
        return Way(self._base_url, self._outbound.way_to(self._base_url).proxy)

    async def _take_new_way(self) -> None:
        if self._way() != self._line.way:
            before, self._line = self._line, RestLine(self._way(), self._headers)
            await before.end()

    async def restrictions(self) -> Restrictions:
        """Return what the key may do; a key for Seawall should only read."""
        return await self._get("/sapi/v1/account/apiRestrictions", Restrictions)

    async def key_expires_ms(self) -> int | None:
        """Return when the key loses a right by itself (UTC ms): Binance ends trading of keys bound to no address.

        None for a key that may only read, or is bound to an address: of those Binance tells no end.
        """
        rights = await self.restrictions()
        expires_ms = rights.trading_authority_expiration_time
        return expires_ms if expires_ms and not rights.ip_restrict else None

    async def balances(self) -> dict[str, Decimal]:
        """Return free balances of the spot wallet by coin."""
        path = "/api/v3/account"
        account = await self._get(path, Account, omitZeroBalances="true")
        with _documented(path):
            return {balance.asset: exact(balance.free) for balance in account.balances}

    async def networks(self, coin: str) -> list[VenueNetwork]:
        """Return every network of the coin, also the suspended ones."""
        path = "/sapi/v1/capital/config/getall"
        listed = [found for found in await self._get(path, list[Coin]) if found.coin == coin]
        with _documented(path):
            return [network_of(found, network) for found in listed for network in found.network_list]

    async def saved_addresses(self, coin: str) -> list[SavedAddress]:
        """Return the account's address book for the coin."""
        entries = await self._get("/sapi/v1/capital/withdraw/address/list", list[BookEntry])
        return [saved_address_of(entry) for entry in entries if entry.coin == coin]

    async def withdrawals(self, coin: str, since_ms: int) -> list[VenueWithdrawal]:
        """Return the withdrawals since then, newest first."""
        found: dict[str, VenueWithdrawal] = {}
        until_ms = self._clock.now_ms()
        start_ms = since_ms
        while start_ms <= until_ms:
            end_ms = min(start_ms + _HISTORY_MS, until_ms)
            rows = await self._rows(coin, start_ms, end_ms)
            with _documented(_HISTORY_PATH):
                found |= {row.id: withdrawal_of(row) for row in rows}
            start_ms = end_ms + 1
        return sorted(found.values(), key=lambda withdrawal: withdrawal.at_ms, reverse=True)

    async def _rows(self, coin: str, start_ms: int, end_ms: int) -> list[Withdrawal]:
        rows: list[Withdrawal] = []
        while True:
            page = await self._get(
                _HISTORY_PATH,
                list[Withdrawal],
                coin=coin,
                startTime=str(start_ms),
                endTime=str(end_ms),
                offset=str(len(rows)),
                limit=str(_PAGE),
            )
            rows += page
            if len(page) < _PAGE:
                return rows

    async def _get(self, path: str, answer: type[T], **values: str) -> T:
        response = await self._sent(path, values)
        if response.status_code != httpx.codes.OK:
            raise _trouble(response)
        with _documented(path):
            return msgspec.json.decode(response.content, type=answer, strict=False)

    async def _sent(self, path: str, values: dict[str, str]) -> httpx.Response:
        await self._budget.leave(path, _WEIGHT, "live")
        response = await self._signed(path, values)
        self._budget.answered(response.status_code, response.headers)
        return response

    async def _signed(self, path: str, values: dict[str, str]) -> httpx.Response:
        signed = {**values, "recvWindow": str(self._window_ms), "timestamp": str(self._clock.now_ms())}
        query = urlencode(signed, quote_via=quote, safe="")
        signature = hmac.new(self._secret, query.encode(), hashlib.sha256).hexdigest()
        try:
            async with self._line.held() as http:
                return await http.get(f"{path}?{query}&signature={signature}")
        except httpx.HTTPError as error:
            # The request's address holds the signature: only the path is named.
            raise NetworkTrouble(f"Binance did not answer {path}: {type(error).__name__}", _LATER) from None


@contextmanager
def _documented(path: str) -> Iterator[None]:
    """Turn whatever is not of the documented form into NetworkTrouble."""
    try:
        yield
    except (msgspec.MsgspecError, ValueError) as error:
        raise NetworkTrouble(f"Binance's answer to {path} is not as documented: {error}", _LATER) from error


def _trouble(response: httpx.Response) -> SeawallError:
    path, status = response.url.path, response.status_code
    if status in (418, 429):
        wait = response.headers.get("Retry-After", "some")
        return NetworkTrouble(f"Binance asks for a pause of {wait} s ({status})", _LATER)
    try:
        failure = msgspec.json.decode(response.content, type=Failure)
    except (msgspec.MsgspecError, ValueError):
        return NetworkTrouble(f"Binance answered {path} with status {status}", _LATER)
    if status >= 500:
        return NetworkTrouble(f"Binance has trouble with {path}: {failure.code} {failure.msg}", _LATER)
    remedy = _REMEDIES.get(failure.code, _LATER)
    return Refused(f"Binance refused {path}: {failure.code} {failure.msg}", remedy, rule=f"binance {failure.code}")
