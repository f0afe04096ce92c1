"""The sources of context: where each is asked, how often, by which rules, and how its answer is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import ContextPoint, Message
from desktop.venues.context import dated_rows, facts_now
from desktop.venues.context.dated_rows import MOST_ROWS, Row
from desktop.venues.context.facts_now import Fact
from desktop.venues.host_rules import COINGLASS, GENERIC, MINUTE_S, SOSOVALUE, VENUE_RULES, Allowance, HostRules
from desktop.venues.http import Question
from desktop.venues.wire import DECODE_FAILURES, Origin, reading_trouble

_MINUTE, _HOUR = 60.0, 3600.0
_GAS_PRICE = b'{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice","params":[]}'
_SLOW = HostRules((Allowance(10, MINUTE_S, "requests"),))
# Cboe's documentation names the first; its files have moved before.
_CBOE = HostRules(_SLOW.allowances, follow=("cdn.cboe.com", "www.cboe.com"))


class ContextSource(msgspec.Struct, frozen=True):
    """One host with its questions. `key_header` is what its key is sent in, if it needs one."""

    base_url: str
    questions: tuple[Question, ...]
    every_s: float
    rules: HostRules = GENERIC
    key_header: str = ""


def _cboe_path(name: str) -> str:
    return f"/api/global/us_indices/daily_prices/{name}_History.csv"


STABLECOINS = Question("/stablecoins", (("includePrices", "true"),))
FEAR_GREED = Question("/fng/", (("limit", str(MOST_ROWS)),))
FEES, MEMPOOL = Question("/api/v1/fees/recommended"), Question("/api/mempool")
GAS_PRICE = Question("", body=_GAS_PRICE)
_METALS = {"GOLD": "XAUUSDT", "SILVER": "XAGUSDT"}
_SHARES = "xyz:SP500"
_CBOE_NAMES = ("VIX", "GVZ", "OVX")
_COINGLASS_PATHS = {"/api/etf/bitcoin/flow-history": "ETF_FLOW_BTC", "/api/etf/ethereum/flow-history": "ETF_FLOW_ETH"}
_SOSO_PATH = "/openapi/v2/etf/historicalInflowChart"
_SOSO_TYPES = {"us-btc-spot": "ETF_FLOW_BTC", "us-eth-spot": "ETF_FLOW_ETH"}


def _metal_question(symbol: str) -> Question:
    """Ask for the days of a perpetual on a metal; 400 rows weigh 2."""
    return Question("/fapi/v1/klines", (("symbol", symbol), ("interval", "1d"), ("limit", str(MOST_ROWS))), weight=2)


# All days there are: the venue keeps 5,000. The end lies in the year 2100, so that the question stays the same.
_SHARES_QUESTION = Question(
    "/info",
    body=msgspec.json.encode(
        {
            "type": "candleSnapshot",
            "req": {"coin": _SHARES, "interval": "1d", "startTime": 0, "endTime": 4_102_444_800_000},
        }
    ),
    weight=40,
)


def _soso_question(kind: str) -> Question:
    return Question(_SOSO_PATH, body=msgspec.json.encode({"type": kind}))


KEYLESS: Final[Mapping[str, ContextSource]] = {
    # The whole list is more than a megabyte, and a price older than ten minutes counts as stale.
    "stablecoins": ContextSource("https://stablecoins.llama.fi", (STABLECOINS,), 9 * _MINUTE, _SLOW),
    "cboe": ContextSource(
        "https://cdn.cboe.com", tuple(Question(_cboe_path(name)) for name in _CBOE_NAMES), 4 * _HOUR, _CBOE
    ),
    # Days of gold, silver and shares, to know what is a rare day of theirs. The venues' own budgets count them.
    "metals": ContextSource(
        "https://fapi.binance.com",
        tuple(_metal_question(symbol) for symbol in _METALS.values()),
        6 * _HOUR,
        VENUE_RULES["binance"],
    ),
    "shares": ContextSource(
        "https://api.hyperliquid.xyz", (_SHARES_QUESTION,), 6 * _HOUR, VENUE_RULES["hyperliquid"]
    ),
    "fear-greed": ContextSource("https://api.alternative.me", (FEAR_GREED,), _HOUR, _SLOW),
    "bitcoin": ContextSource("https://mempool.space", (FEES, MEMPOOL), _MINUTE, _SLOW),
}
"""Asked without a key."""

KEYED: Final[Mapping[str, ContextSource]] = {
    "coinglass": ContextSource(
        "https://open-api-v4.coinglass.com",
        tuple(Question(path) for path in _COINGLASS_PATHS),
        4 * _HOUR,
        COINGLASS,
        "CG-API-KEY",
    ),
    "sosovalue": ContextSource(
        "https://api.sosovalue.xyz",
        tuple(_soso_question(kind) for kind in _SOSO_TYPES),
        4 * _HOUR,
        SOSOVALUE,
        "x-soso-api-key",
    ),
}
"""Asked only with a key of the person's own; the first of these that has one tells the flows of funds."""

ETHEREUM: Final = "ethereum"

_Read = Callable[[bytes], Sequence[Fact]]


_NOW: dict[str, tuple[str, _Read]] = {
    STABLECOINS.channel: ("stablecoins.llama.fi", facts_now.stablecoins),
    FEES.channel: ("mempool.space", facts_now.bitcoin_fee),
    MEMPOOL.channel: ("mempool.space", facts_now.bitcoin_queue),
    GAS_PRICE.channel: ("your Ethereum node", facts_now.ethereum_fee),
}
_DATED: dict[str, tuple[str, str, Callable[[bytes], list[Row]]]] = {
    FEAR_GREED.channel: ("alternative.me", "FEAR_GREED", dated_rows.feelings),
    **{f"GET {_cboe_path(name)}": ("cboe.com", name, dated_rows.csv_closes) for name in _CBOE_NAMES},
    **{
        _metal_question(symbol).channel: ("binance.com", name, dated_rows.binance_closes)
        for name, symbol in _METALS.items()
    },
    _SHARES_QUESTION.channel: ("hyperliquid.xyz", "EQUITIES", dated_rows.hyperliquid_closes),
    **{f"GET {path}": ("coinglass.com", name, dated_rows.coinglass_flows) for path, name in _COINGLASS_PATHS.items()},
    **{
        _soso_question(kind).channel: ("sosovalue.xyz", name, dated_rows.sosovalue_flows)
        for kind, name in _SOSO_TYPES.items()
    },
}
CHANNELS: Final[Mapping[str, frozenset[str]]] = {
    STABLECOINS.channel: frozenset({"PEG_USDT", "PEG_USDC", "PEG_USDE", "PEG_DAI", "SUPPLY_USDT", "SUPPLY_USDC"}),
    FEES.channel: frozenset({"BTC_FEE"}),
    MEMPOOL.channel: frozenset({"BTC_MEMPOOL"}),
    GAS_PRICE.channel: frozenset({"ETH_FEE"}),
    **{channel: frozenset({name}) for channel, (_, name, _) in _DATED.items()},
}
"""Which facts come by which channel of the feed `context`: a gap of a channel is a gap of these."""


def parse(frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable) -> tuple[Message, ...]:
    """Return the facts of an answer, dated ones oldest first, or a word: it tells none, or is none. Never raises."""
    origin = Origin("context", channel, received_ns)
    at_ms = received_ns // 1_000_000
    try:
        if channel in _NOW:
            source, read = _NOW[channel]
            told = tuple(ContextPoint(name, value, at_ms, source, at_ms) for name, value in read(frame))
            return told or (origin.alive("nothing in it"),)
        if channel in _DATED:
            source, name, read_rows = _DATED[channel]
            return tuple(ContextPoint(name, value, day_ms, source, at_ms) for day_ms, value in read_rows(frame))
    except (*DECODE_FAILURES, Unreadable) as error:
        reason, offset = reading_trouble(error, frame)
        return (origin.unparsed(reason, offset),)
    return (origin.unparsed("not a channel of context", 0),)
