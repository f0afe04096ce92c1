"""Liquidation prices in closed form, venue by venue: the mark price at which equity equals maintenance margin.

Sizes are in coins and above zero, `side` is +1 long or -1 short, prices and margins in USD, rates fractions. All is
float64: these are estimates of a price, never an amount to move. A price at or below zero is None: it cannot happen.
Each venue triggers on its own mark price. Funding and fees paid since lower an isolated margin: pass today's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from desktop.risk.account.maintenance import Schedule


def possible(price: float) -> float | None:
    """Return a price that can occur, or None for one at or below zero."""
    return price if price > 0 else None


def distance(mark: float, price: float, side: int) -> float:
    """Return how far the mark is from this price as a fraction of the mark; negative when it is already passed."""
    return side * (mark - price) / mark


# --- Binance, linear ------------------------------------------------------------------------------------------------


class Leg(msgspec.Struct, frozen=True):
    """One position in one contract, with the maintenance rate and amount of its tier."""

    side: int
    quantity: float
    entry: float
    rate: float
    deduction: float = 0.0


def binance_raw(
    wallet: float, legs: Sequence[Leg], other_maintenance: float = 0.0, other_pnl: float = 0.0
) -> float | None:
    """Return the root of wallet + PnL = maintenance as it comes out, also below zero; None where there is none.

    Isolated: `wallet` is the isolated wallet and nothing else counts. Cross: the wallet balance, the maintenance and
    the unrealised PnL of all other contracts. Hedge mode gives the long and the short leg of the contract.
    LP = (WB - TMM + UPNL + sum c - sum s q E) / sum (q m - s q).
    """
    slope = sum(leg.quantity * leg.rate - leg.side * leg.quantity for leg in legs)
    fixed = sum(leg.deduction - leg.side * leg.quantity * leg.entry for leg in legs)
    return None if slope == 0 else (wallet - other_maintenance + other_pnl + fixed) / slope


def binance(
    wallet: float, legs: Sequence[Leg], other_maintenance: float = 0.0, other_pnl: float = 0.0
) -> float | None:
    """Return the liquidation price of `binance_raw`, None if it cannot happen."""
    raw = binance_raw(wallet, legs, other_maintenance, other_pnl)
    return None if raw is None else possible(raw)


class Tiered(NamedTuple):
    """A liquidation price with the step (from 1) of the worth at that price.

    `at_entry_step` is what the step of the worth at entry would give, None where it is the same step.
    """

    price: float | None
    step: int
    at_entry_step: float | None


def binance_tiers(
    wallet: float,
    side: int,
    quantity: float,
    entry: float,
    tiers: Schedule,
    *,
    other_maintenance: float = 0.0,
    other_pnl: float = 0.0,
) -> Tiered:
    """Return the liquidation price by the tier of the worth AT that price: a fixed point over the steps.

    Where a table with holes has no fixed point, the nearer of the two prices between which it jumps is returned.
    """
    available = wallet - other_maintenance + other_pnl

    def at(step: int) -> float:
        rate, deduction = tiers.rates[step], tiers.deductions[step]
        return (available + deduction - side * quantity * entry) / (quantity * rate - side * quantity)

    first = step = tiers.step(quantity * entry, quantity)
    seen: list[int] = []
    while step not in seen:
        seen.append(step)
        step = tiers.step(quantity * max(0.0, at(step)), quantity)
    # In a cycle the nearer price is the one met first: the highest of a long, the lowest of a short.
    step = max(seen[seen.index(step) :], key=lambda one: side * at(one))
    return Tiered(possible(at(step)), step + 1, None if step == first else possible(at(first)))


# --- Bybit, linear, isolated ----------------------------------------------------------------------------------------


class BybitIsolated(msgspec.Struct, frozen=True):
    """An isolated position: maintenance rate and deduction of its tier, margin added by hand, fee rate to close."""

    side: int
    quantity: float
    entry: float
    leverage: float
    rate: float
    deduction: float = 0.0
    extra: float = 0.0
    fee_rate: float = 0.0

    @property
    def initial(self) -> float:
        """Initial margin in USD: entry value over leverage."""
        return self.quantity * self.entry / self.leverage


def bybit_isolated_entry_value(position: BybitIsolated) -> float | None:
    """Return the price by the venue's older text, maintenance on the ENTRY value.

    LP = E - s [(IM - MM) + extra] / q with MM = q E (m + fee) - deduction.
    """
    p = position
    maintenance = p.quantity * p.entry * (p.rate + p.fee_rate) - p.deduction
    return possible(p.entry - p.side * (p.initial - maintenance + p.extra) / p.quantity)


def bybit_isolated_mark_value(position: BybitIsolated) -> float | None:
    """Return the price by the venue's text of 2026-05, maintenance on the MARK value.

    Long (E - (IM + extra + ded) / q) / (1 - m - fee); short (E + (IM + extra + ded) / q) / (1 + m + fee).
    """
    p = position
    margin = p.initial + p.extra + p.deduction
    return possible((p.entry - p.side * margin / p.quantity) / (1 - p.side * (p.rate + p.fee_rate)))


class AccountMargin(NamedTuple):
    """An account by its margin rate: `rate` is None when nothing is left to divide by."""

    balance: float
    rate: float | None
    liquidated: bool


def bybit_account_margin(wallet: float, pnl: float, maintenance: Sequence[float]) -> AccountMargin:
    """Return the account's maintenance rate, sum(MM) / margin balance; at 100 % and above it is liquidated."""
    balance, needed = wallet + pnl, sum(maintenance)
    return AccountMargin(balance, needed / balance if balance > 0 else None, needed > 0 and needed >= balance)


# --- OKX, Hyperliquid -----------------------------------------------------------------------------------------------


def okx_isolated(
    side: int, quantity: float, entry: float, margin: float, rate: float, fee_rate: float
) -> float | None:
    """Return the price at which (margin + PnL) / (P q (m + fee)) is 1: (E - s M / q) / (1 - s (m + fee))."""
    return possible((entry - side * margin / quantity) / (1 - side * (rate + fee_rate)))


def hyperliquid(
    side: int, quantity: float, price: float, account_value: float, other_maintenance: float, tiers: Schedule
) -> float | None:
    """Return P - s x margin_available / q / (1 - l s), by the tier of the worth at the liquidation price.

    `account_value` is the isolated margin, or the account value in cross, both with unrealised PnL at `price`;
    `other_maintenance` is what the account's other positions hold (0 when isolated). With l the step's rate,
    margin_available = account value - others - (q P l - deduction).
    """
    return binance_tiers(account_value, side, quantity, price, tiers, other_maintenance=other_maintenance).price


# --- coin margined, and coins as collateral -------------------------------------------------------------------------


def inverse(side: int, contracts_usd: float, entry: float, margin_coins: float, rate: float) -> float | None:
    """Return the price of a contract counted in USD with its margin in coins; None for a short that never ends.

    Q (1 + s m) / (Q / E + s M): the loss in coins grows as 1 / P.
    """
    coins = contracts_usd / entry + side * margin_coins
    return possible(contracts_usd * (1 + side * rate) / coins) if coins > 0 else None


def coin_collateral(
    usd: float, coins: float, haircut: float, quantity: float, entry: float, rate: float, side: int = 1
) -> float | None:
    """Return the price at which USD + coins P (1 - h) + s q (P - E) = m q P: collateral falls with the position.

    The collateral is the same coin as the position. None where it cannot happen; a short that is covered by its own
    coins has none.
    """
    slope = side * quantity + coins * (1 - haircut) - rate * quantity
    return None if slope * side <= 0 else possible((side * quantity * entry - usd) / slope)
