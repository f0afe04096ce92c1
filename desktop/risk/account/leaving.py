"""What a withdrawal does to open positions: liquidation prices before and after, the wick test, the most that may go.

Coins that back nothing go first, then collateral. A venue's own liquidation price is taken as it is: our account is
set to it, the collateral is taken away, and the price is looked for again; with one cross position it moves by
w / (q (1 - m)) of a long, w / (q (1 + m)) of a short. Isolated positions keep their price. What cannot be worked out
is unknown, with the words why; nothing is called safe that fails the test. Coins Decimal, USD and prices float64.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec

from desktop.domain.money import rounded_down
from desktop.domain.position import Holdings, Position
from desktop.risk.account import liquidation_price
from desktop.risk.account.account_margin import MovingAccount
from desktop.risk.account.exposure import Surroundings, survives
from desktop.risk.account.exposure_pool import Pool, nearest, pools_of
from desktop.risk.account.wick import Shock
from desktop.risk.account.withdrawable import buffer_usd, safe_withdrawal

Effect = Literal["none", "beside", "margin", "unknown"]
STEP = Decimal("0.00000001")
_HALVINGS = 30
_ZERO = Decimal(0)


class Shift(msgspec.Struct, frozen=True):
    """A position with its liquidation price now and after the coins have left; None: unknown, or there is none.

    `told` says whether the price now is the venue's own. Prices in USD.
    """

    position: Position
    mark: float | None
    before: float | None
    after: float | None
    told: bool

    @property
    def distance_before(self) -> float | None:
        """How far the mark is from liquidation now, as a fraction of the mark."""
        return self._distance(self.before)

    @property
    def distance_after(self) -> float | None:
        """How far it would be after the coins have left."""
        return self._distance(self.after)

    def _distance(self, price: float | None) -> float | None:
        if self.mark is None or price is None:
            return None
        return liquidation_price.distance(self.mark, price, self.position.side)


class Leaving(msgspec.Struct, frozen=True):
    """What it does to the positions on `venue` when `amount` of `coin` leaves.

    `effect`: none (no position is open), beside (no position is backed by what leaves), margin (collateral leaves),
    or unknown, with `reason`. `most` is the most of the coin that may leave with the wick test passed; None: unknown,
    or no position limits it. `survives` and `survives_after` are the test before and after. `seen_ms` is when the
    account was seen (UTC), `by_hand` whether a person typed it in.
    """

    venue: str
    coin: str
    amount: Decimal
    effect: Effect
    reason: str = ""
    wick: float = 0.0
    survives: bool | None = None
    survives_after: bool | None = None
    most: Decimal | None = None
    shifts: tuple[Shift, ...] = ()
    seen_ms: int = 0
    by_hand: bool = False

    @property
    def fails(self) -> bool:
        """Whether collateral would leave of positions that do not live through the wick without it."""
        return self.effect == "margin" and self.amount > 0 and self.survives_after is False


class _Stock(NamedTuple):
    """Coins of one account: those that back nothing, collateral, and how much of that the venue lets go."""

    beside: Decimal
    margin: Decimal
    free: Decimal


def leaving(
    holdings: Holdings,
    around: Surroundings,
    shock: Shock,
    coin: str,
    amount: Decimal,
    *,
    apart: Decimal | None = None,
) -> Leaving:
    """Return what happens to an account when so much leaves; 0 asks only what may.

    `apart` is how much lies in the wallet that the venue lets out, where that wallet never backs a position; what a
    person typed in of this coin counts before it.
    """
    pools = pools_of(holdings, around.of_position, around.of_holding)
    found = Leaving(
        holdings.venue,
        coin,
        amount,
        "none",
        wick=shock.wick,
        shifts=_unmoved(pools),
        seen_ms=holdings.as_of_ms,
        by_hand=holdings.source == "hand",
    )
    if not holdings.positions:
        return found
    verdicts = [survives(pool, shock) for pool in pools if pool.positions]
    now = False if False in verdicts else None if None in verdicts else True
    found = msgspec.structs.replace(found, survives=now, survives_after=now)
    stock = _stock(holdings, coin, apart)
    if not stock.beside and not stock.margin:
        return _unknown(found, f"{coin} is not among the coins that are known there")
    if amount > stock.beside + stock.margin:
        return _unknown(found, f"more than the {coin} that is known there")
    if not pools[0].positions or not stock.margin:
        return msgspec.structs.replace(found, effect="beside")
    return _of_margin(found, pools[0], around, holdings, shock, stock)


# --- collateral -------------------------------------------------------------------------------------------------


def _of_margin(
    found: Leaving, pool: Pool, around: Surroundings, holdings: Holdings, shock: Shock, stock: _Stock
) -> Leaving:
    """Return what happens when collateral may leave: the cross margin of the account is weighed without it."""
    collateral = next(one for one in holdings.holdings if one.collateral and one.coin == found.coin)
    price, touched = around.of_holding(collateral).price, found.amount > stock.beside
    effect: Effect = "margin" if touched else "beside"
    if found.survives is False:
        # A margin that does not live through the wick is short of collateral already, wherever that lies.
        held = msgspec.structs.replace(found, effect=effect, most=stock.beside)
        return held if pool.account is None or price is None else _shifted(held, pool, price, stock)
    if pool.account is None or price is None:
        why = "; ".join(pool.missing) or f"no price of {found.coin}"
        return _unknown(found, why) if touched else msgspec.structs.replace(found, effect=effect)
    moved = _shifted(msgspec.structs.replace(found, effect=effect), pool, price, stock)
    fine = survives(_without(pool, found.coin, max(_ZERO, found.amount - stock.beside), price), shock)
    verdict = found.survives if fine else fine
    return msgspec.structs.replace(
        moved, survives_after=verdict, most=stock.beside + _most(pool, shock, found.coin, price, stock)
    )


def _shifted(found: Leaving, pool: Pool, price: float, stock: _Stock) -> Leaving:
    after = _without(pool, found.coin, max(_ZERO, found.amount - stock.beside), price)
    isolated = tuple(shift for shift in found.shifts if shift.position.mode == "isolated")
    return msgspec.structs.replace(found, shifts=(*_moved(pool, after), *isolated))


def _most(pool: Pool, shock: Shock, coin: str, price: float, stock: _Stock) -> Decimal:
    """Return the most collateral that may leave, rounded down: by our account, and then by every price told."""
    assert pool.account is not None
    free, buffer = float(stock.free) * price, buffer_usd(pool.account, pool.costs)
    usd = safe_withdrawal(pool.account, shock, buffer=buffer, free_usd=free, kind=pool.stake(coin))
    most = min(stock.free, rounded_down(usd / Decimal(price), STEP))
    if most <= 0 or survives(_without(pool, coin, most, price), shock):
        return max(_ZERO, most)
    passing, failing = _ZERO, most
    for _ in range(_HALVINGS):
        middle = (passing + failing) / 2
        if survives(_without(pool, coin, middle, price), shock):
            passing = middle
        else:
            failing = middle
    return rounded_down(passing, STEP)


def _without(pool: Pool, coin: str, gone: Decimal, price: float) -> Pool:
    """Return the cross margin after so many coins have left it, with the liquidation prices that follow."""
    stake = pool.stake(coin)
    if not gone or stake is None:
        return pool
    prices = [_price_after(pool, at, coin, float(gone), price) for at in range(len(pool.positions))]
    left = pool.without(float(gone) * price, stake)
    positions = tuple(
        msgspec.structs.replace(one, venue_liquidation=None if after is None else Decimal(after))
        for one, after in zip(pool.positions, prices, strict=True)
    )
    return msgspec.structs.replace(left, positions=positions, computed=tuple(prices))


def _price_after(pool: Pool, at: int, coin: str, gone: float, price: float) -> float | None:
    position, stake, mark = pool.positions[at], pool.stake(coin), pool.facts[at].mark
    if stake is None or mark is None:
        return pool.computed[at]
    as_told = _as_told(pool.along[at], position)
    if coin == position.coin:
        left = msgspec.structs.replace(as_told, coins=as_told.coins - gone)
    else:
        left = msgspec.structs.replace(as_told, usd=as_told.usd - gone * price * (1 - stake.haircut))
    return nearest(left, position, mark)


def _as_told(account: MovingAccount, position: Position) -> MovingAccount:
    """Return the account set to the venue's own liquidation price: there equity is what must remain."""
    if position.venue_liquidation is None:
        return account
    told = float(position.venue_liquidation)
    return msgspec.structs.replace(account, usd=account.usd - account.equity(told) + account.maintenance(told))


# --- pieces -----------------------------------------------------------------------------------------------------


def _unmoved(pools: tuple[Pool, ...]) -> tuple[Shift, ...]:
    return tuple(_shift(pool, at, None, moved=False) for pool in pools for at in range(len(pool.positions)))


def _moved(before: Pool, after: Pool) -> tuple[Shift, ...]:
    return tuple(
        _shift(before, at, after.computed[at], moved=after is not before) for at in range(len(before.positions))
    )


def _shift(pool: Pool, at: int, after: float | None, *, moved: bool) -> Shift:
    position = pool.positions[at]
    told = position.venue_liquidation
    before = pool.computed[at] if told is None else float(told)
    return Shift(position, pool.facts[at].mark, before, after if moved else before, told is not None)


def _unknown(found: Leaving, why: str) -> Leaving:
    """Return that it is unknown: what the prices would be afterwards is not known either."""
    shifts = tuple(
        shift if shift.position.mode == "isolated" else msgspec.structs.replace(shift, after=None)
        for shift in found.shifts
    )
    return msgspec.structs.replace(found, effect="unknown", reason=why, survives_after=None, shifts=shifts)


def _stock(holdings: Holdings, coin: str, apart: Decimal | None) -> _Stock:
    own = [one for one in holdings.holdings if one.coin == coin]
    beside = sum((one.amount for one in own if not one.collateral), _ZERO)
    margin = sum((one.amount for one in own if one.collateral), _ZERO)
    free = sum((max(_ZERO, one.amount - one.locked) for one in own if one.collateral), _ZERO)
    if apart is None or (own and holdings.source == "hand"):
        return _Stock(beside, margin, free)
    # What the venue lets out lies in that wallet alone: collateral elsewhere does not leave with it.
    return _Stock(max(beside, apart), _ZERO, _ZERO)
