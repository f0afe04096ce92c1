"""What an account holds on Binance USDⓈ-M futures, seen with a read-only key. It only ever asks.

Signed as `desktop.venues.binance.account`; forms by the venue's v3 documentation of 2026: `positionRisk` names the
liquidation price, `account` the wallet of each asset.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from desktop.domain.errors import NetworkTrouble
from desktop.domain.instrument import InstrumentTable
from desktop.domain.margin_tiers import MarginTiers
from desktop.domain.position import Holding, Holdings, Position
from desktop.engine.ports import Clock
from desktop.venues.binance.margin_tiers import signed_tiers
from desktop.venues.http import Question, RestDoor
from desktop.venues.wire import DECODE_FAILURES

VENUE = "binance"
LIVE_URL = "https://fapi.binance.com"
_WINDOW_MS = 10_000
_LONGEST_WINDOW_MS = 60_000
_RISK, _ACCOUNT, _BRACKETS = "/fapi/v3/positionRisk", "/fapi/v3/account", "/fapi/v1/leverageBracket"
_WEIGHTS = {_RISK: 5.0, _ACCOUNT: 5.0, _BRACKETS: 1.0}
_REMEDY = "It is asked again; the exchange's own page shows the same facts."
_ZERO = Decimal(0)

T = TypeVar("T")


class _Risk(msgspec.Struct, rename="camel"):
    symbol: str
    position_amt: Decimal
    entry_price: Decimal
    mark_price: Decimal = _ZERO
    liquidation_price: Decimal = _ZERO
    isolated_wallet: Decimal = _ZERO


class _Asset(msgspec.Struct, rename="camel"):
    asset: str
    cross_wallet_balance: Decimal
    max_withdraw_amount: Decimal


class _Account(msgspec.Struct, rename="camel"):
    assets: list[_Asset]


class BinancePositions:
    """Fills the ports `PositionSource` and `TierSource` for one read-only key. Engine thread.

    The secret is held in memory only and is in no message. Raise NetworkTrouble when Binance does not answer as
    documented or says no.
    """

    venue = VENUE
    account = "key"

    def __init__(self, secret: str, door: RestDoor, clock: Clock, instruments: InstrumentTable) -> None:
        """`door` sends the key, as `key_header` names it."""
        self._secret = secret.encode()
        self._door, self._clock, self._instruments = door, clock, instruments
        self._window_ms = min(_LONGEST_WINDOW_MS, int(_WINDOW_MS * max(1.0, clock.speed)))

    async def holdings(self) -> Holdings:
        """Return open positions and the cross wallet of each asset."""
        risks = await self._asked(_RISK, list[_Risk])
        account = await self._asked(_ACCOUNT, _Account)
        try:
            return holdings_of(risks, account, self._instruments, self._clock.now_ms())
        except ValueError as error:
            raise NetworkTrouble(f"Binance's answer is not as documented: {error}", _REMEDY) from error

    async def tiers(self, coins: Sequence[str]) -> list[MarginTiers]:
        """Return the tiers of every contract, as the account has them."""
        return signed_tiers(await self._body(_BRACKETS), self._clock.now_ms())

    async def close(self) -> None:
        """Close all connections."""
        await self._door.close()

    async def _asked(self, path: str, answer: type[T]) -> T:
        try:
            return msgspec.json.decode(await self._body(path), type=answer, strict=False)
        except DECODE_FAILURES as error:
            raise NetworkTrouble(f"Binance's answer to {path} is not as documented: {error}", _REMEDY) from error

    async def _body(self, path: str) -> bytes:
        asked = {"recvWindow": str(self._window_ms), "timestamp": str(self._clock.now_ms())}
        query = urlencode(asked, quote_via=quote, safe="")
        signature = hmac.new(self._secret, query.encode(), hashlib.sha256).hexdigest()
        params = (*asked.items(), ("signature", signature))
        return await self._door.ask(Question(path, params, weight=_WEIGHTS[path]))


def key_header(key: str) -> dict[str, str]:
    """Return the header that names the key."""
    return {"X-MBX-APIKEY": key}


def holdings_of(risks: list[_Risk], account: _Account, instruments: InstrumentTable, now_ms: int) -> Holdings:
    """Return both answers as one account. Raise ValueError for a number that is none.

    An isolated wallet above zero means isolated margin. What cannot be withdrawn of a cross wallet is locked.
    """
    positions = tuple(_position(risk, instruments, now_ms) for risk in risks if _finite(risk.position_amt))
    coins = tuple(_coins(asset, now_ms) for asset in account.assets if _finite(asset.cross_wallet_balance) > 0)
    return Holdings(VENUE, BinancePositions.account, positions, coins, "key", now_ms)


def _coins(asset: _Asset, now_ms: int) -> Holding:
    amount = asset.cross_wallet_balance
    free = min(amount, max(_ZERO, _finite(asset.max_withdraw_amount)))
    return Holding(VENUE, asset.asset, amount, True, "key", now_ms, amount - free)


def _position(risk: _Risk, instruments: InstrumentTable, now_ms: int) -> Position:
    instrument = instruments.find(VENUE, risk.symbol)
    many = instrument.multiplier
    isolated = _finite(risk.isolated_wallet) > 0
    liquidation, mark = _finite(risk.liquidation_price), _finite(risk.mark_price)
    return Position(
        venue=VENUE,
        symbol=risk.symbol,
        coin=instrument.coin,
        side=1 if risk.position_amt > 0 else -1,
        quantity=abs(risk.position_amt) * many,
        entry=_finite(risk.entry_price) / many,
        mode="isolated" if isolated else "cross",
        source="key",
        as_of_ms=now_ms,
        margin=risk.isolated_wallet if isolated else None,
        venue_liquidation=liquidation / many if liquidation > 0 else None,
        venue_mark=mark / many if mark > 0 else None,
    )


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"{value} is not a number")
    return value
