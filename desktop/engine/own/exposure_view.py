"""Freezes the person's side for the window: positions, holdings, advice, the nearest liquidation."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from desktop.domain.money import plain
from desktop.engine.market.market_notes import MarketNotes
from desktop.engine.own.exposure_surroundings import mark_of
from desktop.engine.own.own_views import AdviceView, ExposureView, HoldingView, PositionView
from desktop.risk.account.advice import Advice
from desktop.risk.account.exposure import HoldingStanding, PositionStanding, Standing
from desktop.risk.reading import Reading, State, unknown

_URGENCY = ("reduce_on_venue", "reduce", "move_now", "move_only", "unknown", "routine", "nothing")


class AccountPicture(msgspec.Struct, frozen=True):
    """An account as it stands, what follows, and the words of its trouble (empty: none)."""

    standing: Standing
    advice: tuple[Advice, ...]
    trouble: str


def exposure_view(
    accounts: Sequence[AccountPicture], notes: MarketNotes, now_ms: int, *, wick: float, reason: str
) -> ExposureView:
    """Return the person's side, the most pressing advice first, nearest liquidation named."""
    positions = tuple(
        _position(one, account.trouble, notes, now_ms) for account in accounts for one in account.standing.positions
    )
    holdings = tuple(_holding(one, account.trouble) for account in accounts for one in account.standing.holdings)
    lines = sorted(
        (line for account in accounts for line in account.advice), key=lambda line: _URGENCY.index(line.kind)
    )
    near = [one for one in positions if one.distance.value is not None]
    verdicts = [account.standing.survives for account in accounts if account.standing.positions]
    return ExposureView(
        positions=positions,
        holdings=holdings,
        advice=tuple(_advice(line) for line in lines),
        wick=wick,
        survives=False if False in verdicts else None if None in verdicts or not verdicts else True,
        nearest=min(near, key=lambda one: one.distance.value or 0.0, default=None),
        reason=reason,
    )


def _position(one: PositionStanding, trouble: str, notes: MarketNotes, now_ms: int) -> PositionView:
    position = one.position
    mark = mark_of(position, notes, now_ms)
    worth, equity = one.worth_usd, one.equity_usd
    leverage = worth / equity if worth is not None and equity is not None and equity > 0 else None
    return PositionView(
        venue=position.venue,
        coin=position.coin,
        side="long" if position.side > 0 else "short",
        quantity=plain(position.quantity),
        entry=float(position.entry),
        mark=mark,
        liquidation=one.liquidation,
        liquidation_source=one.source,
        computed_liquidation=one.computed,
        distance=_distance(one, mark),
        notional_usd=worth,
        equity_usd=equity,
        survives=one.survives,
        slippage_bps=None if one.slippage is None else one.slippage * 1e4,
        leverage=leverage,
        shock=one.shock,
        note="; ".join(word for word in (trouble, one.reason, mark.reason) if word),
    )


def _distance(one: PositionStanding, mark: Reading) -> Reading:
    if one.distance is None:
        return unknown(one.reason or mark.reason or "no liquidation price", mark.as_of_ms)
    return Reading(one.distance, mark.state, mark.as_of_ms, reason=mark.reason)


def _holding(one: HoldingStanding, trouble: str) -> HoldingView:
    state = State.UNKNOWN if one.usd is None else State.STALE if trouble else State.LIVE
    return HoldingView(
        venue=one.holding.venue,
        coin=one.holding.coin,
        amount=plain(one.holding.amount),
        usd=one.usd,
        idle_usd=None if one.idle_usd is None else float(one.idle_usd),
        withdrawable_usd=None if one.withdrawable_usd is None else float(one.withdrawable_usd),
        state=state,
        reason="; ".join(word for word in (trouble, one.reason) if word),
    )


def _advice(line: Advice) -> AdviceView:
    return AdviceView(
        venue=line.venue,
        kind=line.kind,
        words=line.words,
        formula=line.formula,
        inputs=line.inputs,
        amount_usd=None if line.amount_usd is None else float(line.amount_usd),
    )
