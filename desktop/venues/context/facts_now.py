"""What is so now: prices and supply of stablecoins, fees and queues of chains. Pure.

Forms: the documentation of DefiLlama, mempool.space and Ethereum's JSON-RPC, late 2026.
"""

from __future__ import annotations

import msgspec

from desktop.domain.errors import Unreadable

Fact = tuple[str, float]
"""(name of `desktop.domain.context_names`, value in its unit)."""

_COINS = ("USDT", "USDC", "USDE", "DAI")
_SUPPLIED = ("USDT", "USDC")
_HIGHEST_PRICE_USD = 10.0
_HIGHEST_FEE = 100_000.0
_GWEI = 1e9


class _Circulating(msgspec.Struct, frozen=True):
    usd: float | None = msgspec.field(default=None, name="peggedUSD")


class _Stablecoin(msgspec.Struct, frozen=True):
    symbol: str
    price: float | str | None = None
    circulating: _Circulating = _Circulating()


class _Stablecoins(msgspec.Struct, frozen=True):
    coins: list[_Stablecoin] = msgspec.field(name="peggedAssets")


class _Fees(msgspec.Struct, frozen=True):
    half_hour: float = msgspec.field(name="halfHourFee")


class _Mempool(msgspec.Struct, frozen=True):
    vsize: float


class _RpcError(msgspec.Struct, frozen=True):
    code: int
    message: str = ""


class _GasPrice(msgspec.Struct, frozen=True):
    result: str | None = None
    error: _RpcError | None = None


_stablecoins = msgspec.json.Decoder(_Stablecoins)
_fees = msgspec.json.Decoder(_Fees)
_mempool = msgspec.json.Decoder(_Mempool)
_gas = msgspec.json.Decoder(_GasPrice)


def stablecoins(body: bytes) -> list[Fact]:
    """Return the price of one coin and the supply in USD of the great ones; what is null is left out.

    Several assets may bear one symbol: the one with the greatest supply is meant.
    """
    greatest: dict[str, _Stablecoin] = {}
    for coin in _stablecoins.decode(body).coins:
        name = coin.symbol.upper()
        before = greatest.get(name)
        if name in _COINS and (before is None or _supply(coin) > _supply(before)):
            greatest[name] = coin
    if not greatest:
        raise Unreadable("none of the great stablecoins is told", 0)
    facts: list[Fact] = []
    for name, coin in greatest.items():
        if isinstance(coin.price, int | float) and 0 < coin.price < _HIGHEST_PRICE_USD:
            facts.append((f"PEG_{name}", float(coin.price)))
        if name in _SUPPLIED and _supply(coin) > 0:
            facts.append((f"SUPPLY_{name}", _supply(coin)))
    return facts


def bitcoin_fee(body: bytes) -> list[Fact]:
    """Return what one of the next three blocks or so costs, in sat/vB."""
    return [("BTC_FEE", _possible(_fees.decode(body).half_hour, "halfHourFee", _HIGHEST_FEE))]


def bitcoin_queue(body: bytes) -> list[Fact]:
    """Return how much waits for a block, in vB."""
    return [("BTC_MEMPOOL", _possible(_mempool.decode(body).vsize, "vsize", 1e12))]


def ethereum_fee(body: bytes) -> list[Fact]:
    """Return what gas costs, in gwei (`eth_gasPrice`: hexadecimal wei)."""
    answer = _gas.decode(body)
    if answer.error is not None:
        raise Unreadable(f"error {answer.error.code}: {answer.error.message[:100]}")
    try:
        wei = int(answer.result or "", 16)
    except ValueError:
        raise Unreadable(f"result is {str(answer.result)[:40]!r}, not a number") from None
    return [("ETH_FEE", _possible(wei / _GWEI, "result", _HIGHEST_FEE))]


def _supply(coin: _Stablecoin) -> float:
    return coin.circulating.usd or 0.0


def _possible(value: float, field: str, most: float) -> float:
    if 0 <= value <= most:
        return value
    raise Unreadable(f"{field} is {value:g}, which cannot be")
