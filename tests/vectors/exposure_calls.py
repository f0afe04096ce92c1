"""Calls about the person's own exposure: liquidation prices, the wick test, what can leave."""

from __future__ import annotations

import msgspec

from desktop.risk.account import liquidation_price as closed_at
from desktop.risk.account import maintenance, withdrawable
from desktop.risk.account import wick as test
from tests.vectors.call_form import Number, Results, Side


class CollateralItem(msgspec.Struct, forbid_unknown_fields=True):
    """Collateral worth `value` USD, with the venue's haircut and its beta."""

    value: float
    haircut: float
    beta: float


class PositionItem(msgspec.Struct, forbid_unknown_fields=True):
    """A position worth `notional` USD at its mark, with beta and maintenance rate."""

    notional: float
    side: Side
    beta: float
    mmr: float


def _sign(side: Side) -> int:
    return 1 if side in ("BUY", 1) else -1


def liquidation_price_binance(
    wb: float,
    cum: float,
    side: Side,
    qty: float,
    entry: float,
    mmr: float,
    tmm_other: float = 0.0,
    upnl_other: float = 0.0,
) -> Results:
    legs = [closed_at.Leg(_sign(side), qty, entry, mmr, cum)]
    arguments = (wb, legs, tmm_other, upnl_other)
    return {"lp": closed_at.binance(*arguments), "raw": closed_at.binance_raw(*arguments)}


def liquidation_price_binance_tiers(
    wb: float, side: Side, qty: float, entry: float, tiers: list[tuple[float, Number, float, float]]
) -> Results:
    lower, _, rates, deductions = zip(*tiers, strict=True)
    table = maintenance.Schedule(lower, rates, deductions)
    found = closed_at.binance_tiers(wb, _sign(side), qty, entry, table)
    return {"tier": found.step, "lp": found.price, "lp_if_entry_tier_kept": found.at_entry_step}


def liquidation_price_bybit_isolated_entry_value(
    qty: float, entry: float, leverage: float, mmr: float, deduction: float, extra: float, side: Side
) -> Results:
    position = closed_at.BybitIsolated(_sign(side), qty, entry, leverage, mmr, deduction, extra)
    return {"lp": closed_at.bybit_isolated_entry_value(position)}


def liquidation_price_bybit_isolated_mark_value(
    qty: float, entry: float, leverage: float, mmr: float, deduction: float, extra: float, side: Side
) -> Results:
    position = closed_at.BybitIsolated(_sign(side), qty, entry, leverage, mmr, deduction, extra)
    return {"lp": closed_at.bybit_isolated_mark_value(position)}


def account_margin_rate_bybit(wallet: float, upnl: float, mm: list[float]) -> Results:
    found = closed_at.bybit_account_margin(wallet, upnl, mm)
    return {"margin_balance": found.balance, "account_mmr": found.rate, "liquidated": found.liquidated}


def liquidation_price_okx_isolated(
    qty: float, entry: float, margin: float, mmr: float, taker_fee: float, side: Side
) -> Results:
    return {"lp": closed_at.okx_isolated(_sign(side), qty, entry, margin, mmr, taker_fee)}


def liquidation_price_hyperliquid_isolated(
    price: float, size: float, isolated_margin: float, max_leverage: float, side: Side
) -> Results:
    tiers = maintenance.by_leverage([(0.0, max_leverage)])
    return {"lp": closed_at.hyperliquid(_sign(side), size, price, isolated_margin, 0.0, tiers)}


def maintenance_margin_hyperliquid(tiers: list[tuple[float, float]], notional: float) -> Results:
    found = maintenance.by_leverage(tiers)
    return {"rates": found.rates, "deductions": found.deductions, "maintenance": found.maintenance(notional)}


def liquidation_price_inverse_long(contracts_usd: float, entry: float, leverage: float, mmr: float) -> Results:
    margin_coins = contracts_usd / entry / leverage
    return {"lp": closed_at.inverse(1, contracts_usd, entry, margin_coins, mmr)}


def liquidation_price_coin_collateral(
    usd: float, coins: float, haircut: float, qty: float, entry: float, mark: float, mmr: float
) -> Results:
    lp = closed_at.coin_collateral(usd, coins, haircut, qty, entry, mmr)
    cash = usd + coins * mark * (1 - haircut)
    return {
        "lp": lp,
        "distance": None if lp is None else closed_at.distance(mark, lp, 1),
        "lp_if_cash_of_same_value": closed_at.coin_collateral(cash, 0.0, 0.0, qty, entry, mmr),
    }


def liquidation_distance(mark: float, lp: Number, side: Side) -> Results:
    return {"distance": None if lp is None else closed_at.distance(mark, lp, _sign(side))}


def wick_survival_isolated(mark: float, lp: float, wick: float) -> Results:
    return {
        "survives": test.isolated_survives(mark, lp, wick),
        "margin_of_safety": test.room_after_wick(mark, lp, wick),
    }


def joint_wick(wick: float, usd: float, collateral: list[CollateralItem], positions: list[PositionItem]) -> Results:
    account = test.StressAccount(
        usd,
        tuple(test.Stake(item.value, item.haircut, item.beta) for item in collateral),
        tuple(test.Exposed(_sign(p.side), p.notional, maintenance.flat(p.mmr), p.beta) for p in positions),
    )
    found = test.joint_wick(account, test.Shock(wick))
    return {
        "equity_before": found.equity_before,
        "equity_after": found.equity_after,
        "maintenance_after": found.maintenance_after,
        "survives": found.survives,
    }


def max_withdrawable(
    usd: float,
    coins: float,
    haircut: float,
    qty: float,
    entry: float,
    mark: float,
    mmr: float,
    wick: float,
    buffer: float,
    free_margin: float,
) -> Results:
    found = withdrawable.single_withdrawable(
        (usd, coins, haircut), (qty, entry, mark, mmr), wick, buffer=buffer, free_margin=free_margin
    )
    return {"px": found.price, "withdrawable": found.usd}


def idle_collateral(balance: float, required: float, planned: float) -> Results:
    found = withdrawable.idle_collateral(balance, required, planned)
    return {"idle": found.usd, "share": found.share}


def time_budget(processing_min: float, network_min: float, safety_min: float, lead_min: float) -> Results:
    found = withdrawable.time_budget(processing_min, network_min, safety_min, lead_min)
    return {"total_min": found.total_min, "feasible": found.feasible}
