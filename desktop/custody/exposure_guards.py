"""Guards on what leaving does to open positions (G7): collateral stays while the wick test would fail without it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from desktop.domain.money import plain, rounded_down
from desktop.domain.venue_names import venue_name
from desktop.risk.account.leaving import Leaving

Trouble = tuple[str, str, str]

WALLET_APART: Final = frozenset({"binance"})
"""Venues that let coins out of a wallet which backs no position: margin has to be moved there first."""


def apart(venue: str, idle: Decimal | None) -> Decimal | None:
    """Return how much lies in a wallet that backs no position; None where the venue has none, or has not said."""
    return idle if venue in WALLET_APART else None


def safe_amount(amount: Decimal, step: Decimal, leaving: Leaving | None) -> Decimal:
    """Return the amount, or the most that keeps the wick test passed where that is known and less."""
    if leaving is None or leaving.most is None:
        return amount
    return min(amount, rounded_down(leaving.most, step))


def leaving_troubles(leaving: Leaving | None) -> Iterable[Trouble]:
    """Yield the objection to taking away what open positions need to live through the wick."""
    if leaving is None or not leaving.fails:
        return
    venue, wick = venue_name(leaving.venue), f"{leaving.wick * 100:.3g} %"
    most = leaving.most or Decimal(0)
    if leaving.survives is False:
        words = f"A {wick} wick would liquidate {_positions(leaving)} already: no collateral may leave {venue}."
        rest = f"Only {plain(most)} {leaving.coin} back nothing. " if most > 0 else ""
        yield "G7", words, f"{rest}Reduce the position or add margin on {venue} first."
        return
    words = f"Without {plain(leaving.amount)} {leaving.coin} a {wick} wick would liquidate {_positions(leaving)}."
    remedy = (
        f"Move {plain(most)} {leaving.coin} at most" if most > 0 else f"Move no {leaving.coin} that is collateral"
    )
    yield "G7", words, f"{remedy}, or reduce the position first."


def leaving_words(leaving: Leaving | None) -> Iterable[Trouble]:
    """Yield what a person should know of it, where nothing forbids it."""
    if leaving is None:
        words = "Positions are not read yet: taking collateral away brings their liquidation nearer."
        yield "exposure", words, "Move only what no position needs."
        return
    venue = venue_name(leaving.venue)
    if leaving.effect == "unknown":
        words = f"What it does to your positions on {venue} is unknown: {leaving.reason}."
        yield "exposure", words, f"Look at the margin page of {venue} first. Move only what no position needs."
    elif leaving.effect == "beside" and leaving.survives is False:
        words = (
            f"A {leaving.wick * 100:.3g} % wick would liquidate {_positions(leaving)}, with or without this transfer."
        )
        yield "exposure", words, f"Coins that stay on {venue} could still be added as margin."


def _positions(leaving: Leaving) -> str:
    """Return the positions in words: one by name, several by number."""
    positions = [shift.position for shift in leaving.shifts]
    if len(positions) != 1:
        return "a position of yours"
    return f"your {positions[0].coin} {'long' if positions[0].side > 0 else 'short'}"
