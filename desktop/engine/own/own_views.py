"""What the window shows of the person's own side: positions, coins, the wick test and what follows from it."""

from __future__ import annotations

from typing import Literal

import msgspec

from desktop.domain.position import Holdings
from desktop.risk.reading import Reading, State


class PositionView(msgspec.Struct, frozen=True):
    """One position with what is computed of it; prices and USD float64 for display, amounts as text in the coin.

    `shock` is how far the wick test moves this coin (a fraction): beta times the wick.
    """

    venue: str
    coin: str
    side: Literal["long", "short"]
    quantity: str
    entry: float
    mark: Reading
    liquidation: float | None
    liquidation_source: Literal["venue", "computed", "none"]
    computed_liquidation: float | None
    distance: Reading
    notional_usd: float | None
    equity_usd: float | None
    survives: bool | None
    slippage_bps: float | None = None
    leverage: float | None = None
    shock: float | None = None
    note: str = ""


class HoldingView(msgspec.Struct, frozen=True):
    """Coins on a venue, what they are worth, what is idle and what could leave without failing the wick test."""

    venue: str
    coin: str
    amount: str
    usd: float | None
    idle_usd: float | None
    withdrawable_usd: float | None
    state: State = State.LIVE
    reason: str = ""


class AdviceView(msgspec.Struct, frozen=True):
    """One line of advice with the numbers and the formula behind it. `act` is what a button would do."""

    venue: str
    kind: Literal["routine", "move_now", "move_only", "reduce", "reduce_on_venue", "nothing", "unknown"]
    words: str
    formula: str
    inputs: tuple[tuple[str, str], ...] = ()
    amount_usd: float | None = None


class ExposureView(msgspec.Struct, frozen=True):
    """The person's own side: positions, holdings, the wick test and what follows from it; `by_hand` as entered."""

    positions: tuple[PositionView, ...] = ()
    holdings: tuple[HoldingView, ...] = ()
    advice: tuple[AdviceView, ...] = ()
    wick: float = 0.10
    survives: bool | None = None
    nearest: PositionView | None = None
    reason: str = ""
    by_hand: tuple[Holdings, ...] = ()
