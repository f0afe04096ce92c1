"""What an address holds on Hyperliquid: anybody may ask, no key is needed, nothing can be moved by it.

Forms by the venue's documentation of its info endpoint, 2026. In an account of one margin for everything
(`unifiedAccount`) the balances lie with the spot wallet; a portfolio margin follows rules of its own and is refused
rather than computed wrongly.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from desktop.domain.errors import BadInput, NetworkTrouble, Refused
from desktop.domain.instrument import InstrumentTable
from desktop.domain.position import Holding, Holdings, Position
from desktop.venues.http import Question, RestDoor
from desktop.venues.wire import DECODE_FAILURES

VENUE = "hyperliquid"
ADDRESS = re.compile(r"^0x[0-9a-fA-F]{40}\Z")
_PATH = "/info"
_MODE_WEIGHT, _STATE_WEIGHT = 20.0, 2.0
_TOGETHER = frozenset({"unifiedAccount", "dexAbstraction"})
_REMEDY = "It is asked again; the venue's own page shows the same account."
_ZERO = Decimal(0)


class _Leverage(msgspec.Struct):
    type: str
    value: Decimal


class _Position(msgspec.Struct, rename="camel"):
    coin: str
    szi: Decimal
    leverage: _Leverage
    entry_px: Decimal | None = None
    liquidation_px: Decimal | None = None
    margin_used: Decimal = _ZERO
    position_value: Decimal | None = None
    unrealized_pnl: Decimal = _ZERO


class _Entry(msgspec.Struct):
    position: _Position


class _Summary(msgspec.Struct, rename="camel"):
    account_value: Decimal


class _State(msgspec.Struct, rename="camel"):
    asset_positions: list[_Entry]
    cross_margin_summary: _Summary
    withdrawable: Decimal
    time: int


class _Balance(msgspec.Struct):
    coin: str
    total: Decimal
    hold: Decimal = _ZERO


class _Spot(msgspec.Struct):
    balances: list[_Balance]


_mode = msgspec.json.Decoder(str).decode
_state = msgspec.json.Decoder(_State, strict=False).decode
_spot = msgspec.json.Decoder(_Spot, strict=False).decode


class HyperliquidAddress:
    """Fills the port `PositionSource` for one address. Engine thread."""

    venue = VENUE

    def __init__(self, address: str, door: RestDoor, instruments: InstrumentTable) -> None:
        if not ADDRESS.match(address):
            remedy = "It is 0x and 40 hex digits: copy it from your wallet."
            raise BadInput(f"{address[:60]!r} is no Hyperliquid address", remedy, where="address")
        self.account = address.lower()
        self._door, self._instruments = door, instruments
        self._account_mode = ""

    async def holdings(self) -> Holdings:
        """Return positions and balances. Raise NetworkTrouble, or Refused for a portfolio margin."""
        if not self._account_mode:
            self._account_mode = await self._mode()
        if self._account_mode == "portfolioMargin":
            raise Refused(
                "Hyperliquid: this address uses portfolio margin, which is not computed here",
                "Look at its liquidation prices on the venue's own page.",
                rule="portfolio margin",
            )
        body = await self._asked("clearinghouseState", _STATE_WEIGHT)
        spot = await self._asked("spotClearinghouseState", _STATE_WEIGHT)
        try:
            together = self._account_mode in _TOGETHER
            return holdings_of(body, spot, self.account, self._instruments, together=together)
        except DECODE_FAILURES as error:
            raise NetworkTrouble(f"Hyperliquid's answer is not as documented: {error}", _REMEDY) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._door.close()

    async def _mode(self) -> str:
        try:
            return _mode(await self._asked("userAbstraction", _MODE_WEIGHT))
        except DECODE_FAILURES as error:
            raise NetworkTrouble(f"Hyperliquid's answer is not as documented: {error}", _REMEDY) from error

    async def _asked(self, kind: str, weight: float) -> bytes:
        body = msgspec.json.encode({"type": kind, "user": self.account})
        return await self._door.ask(Question(_PATH, body=body, weight=weight))


def holdings_of(perps: bytes, spot: bytes, account: str, instruments: InstrumentTable, *, together: bool) -> Holdings:
    """Return what both answers say. `together`: spot balances are the margin. Raise ValueError for other answers.

    Cross margin is the account value without the unrealised PnL of its positions, in USDC; what the venue does not
    let go is locked. An isolated margin comes with its PnL and is given here without.
    """
    state, balances = _state(perps), _spot(spot).balances
    positions = tuple(
        position for entry in state.asset_positions if (position := _position(entry.position, state, instruments))
    )
    coins: list[Holding] = []
    if not together:
        profit = sum((e.position.unrealized_pnl for e in state.asset_positions if _is_cross(e.position)), _ZERO)
        cash = _finite(state.cross_margin_summary.account_value - profit)
        if cash > 0:
            locked = min(cash, max(_ZERO, cash - _finite(state.withdrawable)))
            coins.append(Holding(VENUE, "USDC", cash, True, "address", state.time, locked))
    coins += [_coins(one, state.time, together=together) for one in balances if _finite(one.total) > 0]
    return Holdings(VENUE, account, positions, tuple(coins), "address", state.time)


def _coins(balance: _Balance, at_ms: int, *, together: bool) -> Holding:
    coin = balance.coin.upper()
    locked = min(balance.total, max(_ZERO, _finite(balance.hold)))
    return Holding(VENUE, coin, balance.total, together and coin == "USDC", "address", at_ms, locked)


def _position(said: _Position, state: _State, instruments: InstrumentTable) -> Position | None:
    if not said.szi or said.entry_px is None:
        return None
    instrument = instruments.find(VENUE, said.coin)
    many = instrument.multiplier
    cross = _is_cross(said)
    return Position(
        venue=VENUE,
        symbol=said.coin,
        coin=instrument.coin,
        side=1 if _finite(said.szi) > 0 else -1,
        quantity=abs(said.szi) * many,
        entry=_finite(said.entry_px) / many,
        mode="cross" if cross else "isolated",
        source="address",
        as_of_ms=state.time,
        leverage=_finite(said.leverage.value),
        margin=None if cross else _finite(said.margin_used - said.unrealized_pnl),
        venue_liquidation=None if said.liquidation_px is None else _finite(said.liquidation_px) / many,
        venue_mark=None if said.position_value is None else _finite(said.position_value) / abs(said.szi) / many,
    )


def _is_cross(said: _Position) -> bool:
    return said.leverage.type == "cross"


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"{value} is not a number")
    return value
