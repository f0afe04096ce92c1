"""Names of facts from outside the venues, each with its unit; what is not listed here is not shown."""

from __future__ import annotations

from typing import Final

CONTEXT_UNITS: Final[dict[str, str]] = {
    "PEG_USDT": "USD",
    "PEG_USDC": "USD",
    "PEG_USDE": "USD",
    "PEG_DAI": "USD",
    "SUPPLY_USDT": "USD",
    "SUPPLY_USDC": "USD",
    "VIX": "index",
    "GVZ": "index",
    "OVX": "index",
    "GOLD": "USD",
    "SILVER": "USD",
    "EQUITIES": "USD",
    "ETF_FLOW_BTC": "USD",
    "ETF_FLOW_ETH": "USD",
    "FEAR_GREED": "0-100",
    "BTC_FEE": "sat/vB",
    "BTC_MEMPOOL": "vB",
    "ETH_FEE": "gwei",
    "BTC_RESERVE": "BTC",
}
"""`PEG_*` is the price of one coin; `BTC_FEE` buys one of the next blocks; `ETF_FLOW_*` is one day's net flow."""
