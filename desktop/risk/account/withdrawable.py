"""What can leave a venue, and what must not: the most that keeps the wick test passed, idle collateral, a safer size.

Amounts that a person would move come out as Decimal, rounded against the person's risk (withdrawals and sizes down,
margin to add up), and are put to the wick test once more after rounding. The hard rule: nothing is ever offered for
withdrawal that makes the test fail. USD, fractions; pure.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Final, NamedTuple

import msgspec

from desktop.domain.money import rounded_down
from desktop.risk.account.wick import Shock, Stake, StressAccount, joint_wick, worst_wick

CENT: Final = Decimal("0.01")
NEED_WICK: Final = 0.20
"""Collateral beyond what a wick of twenty per cent needs is idle."""
SETTLEMENTS: Final = 2
_HALVINGS = 60
_WAYS = (-1, 0, 1)


class Costs(msgspec.Struct, frozen=True):
    """What closing the positions would cost, as fractions of their worth: the buffer that must stay."""

    slippage: float = 0.0
    funding: float = 0.0
    fee: float = 0.0

    @property
    def share(self) -> float:
        """Slippage, two settlements of funding (whoever pays: the dearer case), and the taker fee."""
        return self.slippage + SETTLEMENTS * abs(self.funding) + self.fee


def buffer_usd(account: StressAccount, costs: Costs) -> float:
    """Return slippage + 2 funding settlements + fee of all positions, in USD."""
    return costs.share * sum(position.worth_usd for position in account.positions)


class Withdrawable(NamedTuple):
    """A single position with cash and coins of its own kind, at the wick's price: `usd` is W*."""

    price: float
    usd: float


def single_withdrawable(
    account: tuple[float, float, float],
    position: tuple[float, float, float, float],
    wick: float,
    *,
    buffer: float,
    free_margin: float,
) -> Withdrawable:
    """Return W* = equity(P_X) - m q P_X - buffer with P_X = mark (1 - X), within [0, free margin]; a long.

    `account` is (usd, coins, haircut), `position` (quantity, entry, mark, maintenance rate).
    """
    (usd, coins, haircut), (quantity, entry, mark, rate) = account, position
    price = mark * (1 - wick)
    equity = usd + coins * price * (1 - haircut) + quantity * (price - entry)
    return Withdrawable(price, max(0.0, min(free_margin, equity - rate * quantity * price - buffer)))


def without(account: StressAccount, usd: float, kind: Stake | None = None) -> StressAccount:
    """Return the account after so much has left it: cash, or of the kind of collateral given (worth now, in USD)."""
    if kind is None:
        return msgspec.structs.replace(account, usd=account.usd - usd)
    gone = msgspec.structs.replace(kind, value_usd=-usd)
    return msgspec.structs.replace(account, stakes=(*account.stakes, gone))


def safe_withdrawal(
    account: StressAccount, shock: Shock, *, buffer: float, free_usd: float, kind: Stake | None = None
) -> Decimal:
    """Return the most that can leave with the wick test still passed, in USD of today to the cent; 0 if it fails now.

    `free_usd` is what the venue lets go. `kind` is the collateral that leaves (None: cash): it is weighed as it would
    count after the wick either way, and as it counts now.
    """
    most = free_usd
    if account.positions:
        for way in _WAYS:
            weight = 1.0 if kind is None else msgspec.structs.replace(kind, value_usd=1.0).counted(shock, way)
            if weight > 0:
                most = min(most, (joint_wick(account, shock, way).slack - buffer) / weight)
    amount = max(Decimal(0), _cents(most, ROUND_DOWN))
    while amount > 0 and not worst_wick(without(account, float(amount), kind), shock).survives:
        amount = max(Decimal(0), amount - CENT)
    return amount


def needed_usd(account: StressAccount, shock: Shock, *, buffer: float) -> float:
    """Return how much of today's equity the wick test and the buffer need, in USD; 0 without positions."""
    if not account.positions:
        return 0.0
    outcome = worst_wick(account, shock)
    return max(0.0, outcome.equity_before - (outcome.slack - buffer))


class Idle(NamedTuple):
    """Collateral that nothing needs: USD, and as a share (0..1) of the balance; None of nothing."""

    usd: float
    share: float | None


def idle_collateral(balance: float, required: float, planned: float = 0.0) -> Idle:
    """Return balance - what the wick test needs - what is planned, at least 0, in USD."""
    idle = max(0.0, balance - required - planned)
    return Idle(idle, idle / balance if balance > 0 else None)


class TimeBudget(NamedTuple):
    """Whether a transfer is through before the low is expected, minutes."""

    total_min: float
    feasible: bool


def time_budget(processing_min: float, network_min: float, safety_min: float, lead_min: float) -> TimeBudget:
    """Return processing + network + safety against the time left; just in time is too late."""
    total = processing_min + network_min + safety_min
    return TimeBudget(total, total < lead_min)


# --- when the test fails -----------------------------------------------------------------------------------------


def scaled(account: StressAccount, share: float, cost_share: float) -> StressAccount:
    """Return the account with every position cut to this share, the cost of closing the rest paid from cash."""
    closed = sum(position.worth_usd for position in account.positions) * (1 - share)
    positions = tuple(
        msgspec.structs.replace(one, worth_usd=one.worth_usd * share, coins=one.coins * share)
        for one in account.positions
        if share > 0
    )
    return msgspec.structs.replace(account, usd=account.usd - closed * cost_share, positions=positions)


def passing_share(account: StressAccount, shock: Shock, costs: Costs) -> float | None:
    """Return the largest share (0..1) of all positions with which the wick test passes; 1 when it passes now.

    None when even closing everything would not do: only margin helps. Equity above maintenance bends down along the
    share, so the shares that pass are all those up to one edge; the edge is found by halving, from below.
    """
    if worst_wick(account, shock).survives:
        return 1.0
    if worst_wick(scaled(account, 0.0, costs.share), shock).equity_after <= 0:
        return None
    passing, failing = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (passing + failing) / 2
        if worst_wick(scaled(account, middle, costs.share), shock).survives:
            passing = middle
        else:
            failing = middle
    return passing


def margin_to_add(account: StressAccount, shock: Shock) -> Decimal:
    """Return the least cash in whole cents, held in USD itself, with which the wick test passes; 0 when it passes."""
    outcome = worst_wick(account, shock)
    if outcome.survives:
        return Decimal(0)
    amount = _cents(-outcome.slack, ROUND_UP)
    while not worst_wick(without(account, -float(amount)), shock).survives:
        amount += CENT
    return amount


def reduced(quantity: Decimal, share: float, step: Decimal) -> Decimal:
    """Return the size that is left of a position at this share, rounded down to the step; never more than it was."""
    return min(quantity, rounded_down(quantity * Decimal(share), step))


def _cents(usd: float, rounding: str) -> Decimal:
    return Decimal(usd).quantize(CENT, rounding=rounding)
