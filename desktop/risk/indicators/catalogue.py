"""Every indicator, declared once; the families stand in files of their own."""

from __future__ import annotations

from desktop.risk.indicators.catalogue_flow import FLOW
from desktop.risk.indicators.catalogue_fuel import FUEL
from desktop.risk.indicators.catalogue_liquidity import LIQUIDITY
from desktop.risk.indicators.catalogue_market import MARKET_WIDE
from desktop.risk.indicators.catalogue_price import PRICE
from desktop.risk.indicators.indicator import Indicator, Touch

_ALL = (*FLOW, *FUEL, *LIQUIDITY, *PRICE, *MARKET_WIDE)

CATALOGUE: dict[str, Indicator] = {indicator.id: indicator for indicator in _ALL}
COIN_INDICATORS: tuple[str, ...] = tuple(i.id for i in _ALL if i.where == "coin")
MARKET_INDICATORS: tuple[str, ...] = tuple(i.id for i in _ALL if i.where == "market")


def touched_by(touch: Touch) -> frozenset[str]:
    """Return the indicators that a message of this kind can move at once."""
    return frozenset(indicator.id for indicator in _ALL if touch in indicator.touched_by)
