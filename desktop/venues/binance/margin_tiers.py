"""Binance USD-M's margin tiers, in the two forms they come in. Pure.

The documented `GET /fapi/v1/leverageBracket` wants a signature. The web site's own list of brackets needs no key, is
documented nowhere and lags behind for new contracts; it is read here, and asked for only where a person wants it.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.margin_tiers import MarginTier, MarginTiers
from desktop.venues.wire import DECODE_FAILURES

_KEYLESS = "www.binance.com, brackets"
_SIGNED = "fapi.binance.com/fapi/v1/leverageBracket"


class _KeylessStep(msgspec.Struct, rename="camel"):
    bracket_notional_floor: Decimal
    bracket_notional_cap: Decimal
    bracket_maintenance_margin_rate: Decimal
    cum_fast_maintenance_amount: Decimal
    max_open_pos_leverage: Decimal | None = None


class _KeylessRow(msgspec.Struct, rename="camel"):
    symbol: str
    risk_brackets: list[_KeylessStep]


class _KeylessData(msgspec.Struct):
    brackets: list[_KeylessRow]


class _Keyless(msgspec.Struct):
    data: _KeylessData


class _SignedStep(msgspec.Struct, rename="camel"):
    notional_floor: Decimal
    notional_cap: Decimal
    maint_margin_ratio: Decimal
    cum: Decimal
    initial_leverage: Decimal | None = None


class _SignedRow(msgspec.Struct):
    symbol: str
    brackets: list[_SignedStep]


_keyless = msgspec.json.Decoder(_Keyless).decode
_signed = msgspec.json.Decoder(list[_SignedRow]).decode


def keyless_tiers(body: bytes, as_of_ms: int) -> list[MarginTiers]:
    """Return the tiers in the web site's list. Raise Unreadable for another answer."""
    try:
        rows = _keyless(body).data.brackets
    except DECODE_FAILURES as error:
        raise Unreadable(f"brackets: {error}", 0) from None
    return [
        _checked(
            row.symbol,
            [
                MarginTier(
                    step.bracket_notional_floor,
                    step.bracket_notional_cap,
                    step.bracket_maintenance_margin_rate,
                    step.cum_fast_maintenance_amount,
                    step.max_open_pos_leverage,
                )
                for step in row.risk_brackets
            ],
            as_of_ms,
            _KEYLESS,
        )
        for row in rows
    ]


def signed_tiers(body: bytes, as_of_ms: int) -> list[MarginTiers]:
    """Return the tiers in the documented answer, which wants a key. Raise Unreadable for another answer."""
    try:
        rows = _signed(body)
    except DECODE_FAILURES as error:
        raise Unreadable(f"leverageBracket: {error}", 0) from None
    return [
        _checked(
            row.symbol,
            [
                MarginTier(
                    step.notional_floor, step.notional_cap, step.maint_margin_ratio, step.cum, step.initial_leverage
                )
                for step in row.brackets
            ],
            as_of_ms,
            _SIGNED,
        )
        for row in rows
    ]


def _checked(symbol: str, steps: list[MarginTier], as_of_ms: int, source: str) -> MarginTiers:
    steps.sort(key=lambda step: step.lower)
    end = Decimal(0)
    for step in steps:
        upper = step.upper or Decimal(0)
        if step.lower != end or not step.lower < upper or not 0 < step.maintenance_rate < 1 or step.deduction < 0:
            words = f"{step.lower} to {upper} at {step.maintenance_rate}"
            raise Unreadable(f"brackets of {symbol}: a step from {words}", 0)
        end = upper
    if not steps:
        raise Unreadable(f"brackets of {symbol}: none", 0)
    return MarginTiers("binance", symbol, tuple(steps), as_of_ms, source)
