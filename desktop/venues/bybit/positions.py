"""What an account holds on Bybit, seen with a read-only key. It only ever asks.

Forms by Bybit's v5 documentation of 2026: one unified account whose coins all back its positions, a funding account
beside it. `liqPrice` is Bybit's own estimate of a cross position's liquidation, and empty where there is none.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from desktop.domain.errors import NetworkTrouble
from desktop.domain.instrument import InstrumentTable
from desktop.domain.position import Holding, Holdings, Position
from desktop.engine.ports import Clock
from desktop.risk.account.collateral import is_stable
from desktop.venues.bybit.account_door import NO_PERMISSION, REMEDY, BybitAccountDoor
from desktop.venues.bybit.account_wire import (
    VENUE,
    AccountInfo,
    CoinRow,
    Fund,
    KeyInfo,
    PositionPage,
    PositionRow,
    Wallet,
    Withdrawable,
    expiry_ms,
    fund_coin,
    margin_coin,
    number,
    position_of,
)
from desktop.venues.errors import SaysNo

LIVE_URL = "https://api.bybit.com"
_CONTRACTS = (
    {"category": "linear", "settleCoin": "USDT"},
    {"category": "linear", "settleCoin": "USDC"},
    {"category": "inverse"},
)
_PAGE = "200"
_MOST_PAGES = 20
_MOST_COINS = 20
_ZERO = Decimal(0)


class BybitPositions:
    """Fills the ports `PositionSource` and `KeySource` for one read-only key. Engine thread.

    Raise NetworkTrouble when Bybit does not answer as documented, says no, or margins the account in a way that
    cannot be worked out here (portfolio margin, borrowed coins): then the positions stay unknown.
    """

    venue = VENUE
    account = "key"

    def __init__(self, door: BybitAccountDoor, clock: Clock, instruments: InstrumentTable) -> None:
        self._door, self._clock, self._instruments = door, clock, instruments

    async def holdings(self) -> Holdings:
        """Return open positions, the coins of the unified account and those of the funding account."""
        info = await self._door.ask("/v5/account/info", AccountInfo, {})
        mode = _mode(info.margin_mode)
        rows = [row for asked in _CONTRACTS for row in await self._rows(asked)]
        wallet = await self._door.ask("/v5/account/wallet-balance", Wallet, {"accountType": "UNIFIED"})
        coins = [row for account in wallet.accounts for row in account.coin]
        available = await self._available(coins)
        fund = await self._fund()
        try:
            now_ms = self._clock.now_ms()
            positions = tuple(self._position(row, mode, now_ms) for row in rows if number(row.size) > 0)
            held = tuple(_held(coins, available, fund, now_ms))
        except ValueError as error:
            raise NetworkTrouble(f"Bybit's answer is not as documented: {error}", REMEDY) from error
        return Holdings(VENUE, self.account, positions, held, "key", now_ms)

    async def key_expires_ms(self) -> int | None:
        """Return when the key ends (UTC ms); None where Bybit tells no end."""
        info = await self._door.ask("/v5/user/query-api", KeyInfo, {})
        try:
            return expiry_ms(info)
        except ValueError as error:
            raise NetworkTrouble(f"Bybit's answer about the key is not as documented: {error}", REMEDY) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._door.close()

    def _position(self, row: PositionRow, mode: Literal["isolated", "cross"], now_ms: int) -> Position:
        return position_of(row, "isolated" if row.trade_mode == 1 else mode, self._instruments, now_ms)

    async def _rows(self, asked: dict[str, str]) -> list[PositionRow]:
        rows: list[PositionRow] = []
        cursor = ""
        for _ in range(_MOST_PAGES):
            more = {"cursor": cursor} if cursor else {}
            page = await self._door.ask("/v5/position/list", PositionPage, {**asked, "limit": _PAGE, **more})
            rows += page.rows
            if not page.next_page_cursor or page.next_page_cursor == cursor:
                return rows
            cursor = page.next_page_cursor
        raise NetworkTrouble("Bybit's list of positions does not end", REMEDY)

    async def _available(self, coins: list[CoinRow]) -> dict[str, str]:
        """Return what Bybit lets go of each coin it was asked about; empty where the key may not ask."""
        names = [row.coin for row in coins][:_MOST_COINS]
        if not names:
            return {}
        try:
            told = await self._door.ask("/v5/account/withdrawal", Withdrawable, {"coinName": ",".join(names)})
        except SaysNo:
            return {}
        return told.available_withdrawal_map

    async def _fund(self) -> Fund:
        """Return the funding account; an empty one where the key may not see it."""
        path = "/v5/asset/transfer/query-account-coins-balance"
        try:
            return await self._door.ask(path, Fund, {"accountType": "FUND"})
        except SaysNo as error:
            if error.code != NO_PERMISSION:
                raise
            return Fund()


def _mode(told: str) -> Literal["isolated", "cross"]:
    if told == "ISOLATED_MARGIN":
        return "isolated"
    if told == "REGULAR_MARGIN":
        return "cross"
    words = f"Bybit's account is on {told.replace('_', ' ').lower()[:40]}, which is not worked out here"
    raise NetworkTrouble(words, "Look at Bybit's own margin page.")


def _held(coins: list[CoinRow], available: dict[str, str], fund: Fund, now_ms: int) -> list[Holding]:
    held = []
    for row in coins:
        told = available.get(row.coin)
        holding = margin_coin(row, None if told is None else number(told), now_ms)
        if holding.amount < 0 and not is_stable(row.coin):
            # A debt in a coin that moves is no collateral with a haircut: the wick test would be too kind.
            words = f"on Bybit {-holding.amount:f} {row.coin} is borrowed, which is not worked out here"
            raise NetworkTrouble(words, "Look at Bybit's own margin page.")
        held.append(holding)
    held += [fund_coin(row, now_ms) for row in fund.balance]
    return [holding for holding in held if holding.amount != 0]
