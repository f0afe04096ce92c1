"""What follows from a person's own side: one line each, with its numbers and the formula behind it.

The hard rule: an amount to withdraw is only ever named where the wick test stays passed after it. What is not known
makes the advice 'unknown', with what is missing. Not financial advice: inputs may be late or typed in by hand, and
nothing here says where prices go. Words in English; amounts Decimal in USD of today.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Literal

import msgspec

from desktop.domain.money import plain
from desktop.risk.account.exposure import Standing
from desktop.risk.account.withdrawable import TimeBudget
from desktop.risk.reading import Level

AdviceKind = Literal["routine", "move_now", "move_only", "reduce", "reduce_on_venue", "nothing", "unknown"]

IDLE_LIMIT: Final = Decimal(100)
"""Less than this many USD is not worth a fee and an evening."""

_KEEPS_PASSED = "W* = min(free on the venue, equity(P_X) - maintenance(P_X) - buffer), put to the wick test once more"
_IDLE = "idle = balance - need(20 % wick) - buffer"
_SIZE = "largest q' with equity(P_X) > maintenance(P_X) after the cost of closing q - q'"
_TIME = "processing + network + safety < expected time to the low"


class Advice(msgspec.Struct, frozen=True):
    """One line: what to do and why. `inputs` are (name, value) in words; `amount_usd` only where money may leave."""

    venue: str
    kind: AdviceKind
    words: str
    formula: str
    inputs: tuple[tuple[str, str], ...]
    amount_usd: Decimal | None = None


class Circumstances(msgspec.Struct, frozen=True):
    """What the market and the venue are like. `level` None: not known.

    `impaired` True when the venue does not let coins out or in. `tested` whether an address was used before.
    """

    level: Level | None = None
    impaired: bool | None = None
    venue_critical: bool = False
    budget: TimeBudget | None = None
    tested: bool | None = None

    @property
    def serious(self) -> bool:
        """Whether it is warning or worse."""
        return self.level is not None and self.level >= Level.WARNING


def advise(standing: Standing, now: Circumstances) -> tuple[Advice, ...]:
    """Return the lines for one account, the most pressing first: its margin, then the coins beside it."""
    if not standing.positions and not standing.holdings:
        return ()
    if not standing.positions:
        return (_of_free_coins(standing, now, _total(standing)),)
    lines = [_of_margin(standing, now)]
    if standing.apart_idle is not None and standing.apart_idle >= IDLE_LIMIT:
        lines.append(_of_free_coins(standing, now, standing.apart_idle))
    return tuple(lines)


def _total(standing: Standing) -> Decimal | None:
    if standing.margin_idle is None or standing.apart_idle is None:
        return None
    return standing.margin_idle + standing.apart_idle


# --- coins that no position needs ----------------------------------------------------------------------------


def _of_free_coins(standing: Standing, now: Circumstances, idle: Decimal | None) -> Advice:
    inputs = (
        ("idle", usd_words(idle)),
        *((f"idle {one.holding.coin}", usd_words(one.idle_usd)) for one in standing.holdings),
        ("risk level", _level_words(now)),
        ("withdrawals", _withdrawal_words(now)),
    )
    if idle is None:
        return _unknown(standing, "what is idle", inputs)
    if idle < IDLE_LIMIT:
        words = f"Do nothing: {usd_words(idle)} idle is under {usd_words(IDLE_LIMIT)}."
        return Advice(standing.venue, "nothing", words, _IDLE, inputs)
    if not (now.serious or now.venue_critical or now.impaired):
        words = f"When it suits you, move {usd_words(idle)} that no position needs to your wallet."
        return Advice(standing.venue, "routine", words, _IDLE, inputs, idle)
    words = f"Move {usd_words(idle)} to your wallet now. Verify the address on the device"
    words += "." if now.tested else "; if it was never used, send a test amount first."
    if now.impaired:
        words += " The venue has paused withdrawals: have the address ready and send as soon as it opens."
    elif now.budget is not None and not now.budget.feasible:
        words += (
            f" It takes about {now.budget.total_min:.0f} min and may arrive after the low: that harms no position."
        )
    return Advice(standing.venue, "move_now", words, _IDLE, inputs, idle)


# --- an account with positions -------------------------------------------------------------------------------


def _of_margin(standing: Standing, now: Circumstances) -> Advice:
    inputs = _margin_inputs(standing, now)
    if standing.survives is None:
        return _unknown(standing, "whether you would survive the wick", inputs)
    if not standing.survives:
        return _failing(standing, now, inputs)
    out, idle = standing.margin_withdrawable, standing.margin_idle
    if out is None or idle is None:
        return _unknown(standing, "how much may leave", inputs)
    x = _percent(standing.wick)
    if now.serious and out >= IDLE_LIMIT and idle > 0:
        if now.budget is not None and not now.budget.feasible:
            words = (
                f"A transfer takes about {now.budget.total_min:.0f} min, longer than the low is expected to wait: "
                "reduce leverage on the venue rather than taking margin away."
            )
            return Advice(standing.venue, "reduce_on_venue", words, _TIME, inputs)
        words = f"Move only {usd_words(out)} and keep the rest: with it you still survive a {x} wick."
        words += " Withdrawals are paused: send it when they open." if now.impaired else ""
        return Advice(standing.venue, "move_only", words, _KEEPS_PASSED, inputs, out)
    spare = min(out, idle)
    if not now.serious and spare >= IDLE_LIMIT:
        words = f"When it suits you, move {usd_words(spare)}: your positions survive a {x} wick without it."
        return Advice(standing.venue, "routine", words, _KEEPS_PASSED, inputs, spare)
    words = f"Do nothing: your positions survive a {x} wick, and nothing beside what they need is idle."
    return Advice(standing.venue, "nothing", words, _IDLE, inputs)


def _failing(standing: Standing, now: Circumstances, inputs: tuple[tuple[str, str], ...]) -> Advice:
    x, cuts = _percent(standing.wick), _cut_words(standing)
    slip = standing.slippage
    if now.impaired:
        cost = "unknown: no book" if slip is None else f"{slip * 1e4:.1f} bp"
        words = f"A {x} wick would liquidate you, and the venue lets nothing in or out: {cuts or 'reduce'} there, "
        words += f"with limit orders. Expected slippage {cost}."
        return Advice(standing.venue, "reduce_on_venue", words, _SIZE, inputs)
    added = standing.margin_to_add
    ways = [way for way in (cuts, "" if added is None else f"add {usd_words(added)} of margin") if way]
    if not ways:
        words = f"A {x} wick would liquidate you. Reduce the position; by how much is unknown: {_lacking(standing)}. "
    else:
        words = f"A {x} wick would liquidate you: {' or '.join(ways)} to survive it. "
    return Advice(standing.venue, "reduce", words + "Do not withdraw margin.", _SIZE, inputs)


def _cut_words(standing: Standing) -> str:
    cuts = [f"the {cut.position.coin} {_side(cut.position.side)} to {plain(cut.keep)}" for cut in standing.cuts]
    return f"cut {', '.join(cuts)}" if cuts else ""


def _unknown(standing: Standing, what: str, inputs: tuple[tuple[str, str], ...]) -> Advice:
    words = f"Unknown {what}: {_lacking(standing)}. Until it is known, withdraw no margin."
    return Advice(standing.venue, "unknown", words, _KEEPS_PASSED, inputs)


def _lacking(standing: Standing) -> str:
    held = [one.reason for one in standing.holdings if one.usd is None and one.reason]
    return "; ".join(dict.fromkeys((*standing.missing, *held))) or "a figure of the account is missing"


# --- words ---------------------------------------------------------------------------------------------------


def _margin_inputs(standing: Standing, now: Circumstances) -> tuple[tuple[str, str], ...]:
    return (
        ("wick X", _percent(standing.wick)),
        *((f"move of {one.position.coin}", _percent(one.shock)) for one in standing.positions),
        ("equity after X", _float_words(standing.equity_after)),
        ("maintenance after X", _float_words(standing.maintenance_after)),
        ("buffer: slippage + 2 funding + fee", _float_words(standing.buffer)),
        ("W*", usd_words(standing.margin_withdrawable)),
        ("idle", usd_words(standing.margin_idle)),
        ("risk level", _level_words(now)),
        ("withdrawals", _withdrawal_words(now)),
        *((f"size of {one.position.coin}", plain(one.position.quantity)) for one in standing.positions),
    )


def usd_words(amount: Decimal | None) -> str:
    """Return an amount of USD to the cent, or 'unknown'."""
    return "unknown" if amount is None else f"${amount:,.2f}"


def _float_words(usd: float | None) -> str:
    return "unknown" if usd is None else f"${usd:,.2f}" if usd >= 0 else f"-${-usd:,.2f}"


def _percent(share: float) -> str:
    return f"{share * 100:.3g} %"


def _side(side: int) -> str:
    return "long" if side > 0 else "short"


def _level_words(now: Circumstances) -> str:
    return "unknown" if now.level is None else now.level.name.lower()


def _withdrawal_words(now: Circumstances) -> str:
    return "unknown" if now.impaired is None else "paused" if now.impaired else "open"
