"""The sentences about what leaving does to open positions."""

from __future__ import annotations

from desktop.risk.account.leaving import Leaving, Shift
from desktop.ui import wording
from desktop.ui.transfer.marks import Mark
from desktop.ui.transfer.seen import Seen
from desktop.ui.transfer_wording import coins, span, tr, venue_name

HEADS = ("Position", "Liquidation price", "Distance to it")


def verdict(seen: Seen) -> tuple[Mark, str, str]:
    """Return the mark, the sentence, and what to do about it or why it is so."""
    leaving, venue, coin = seen.view.leaving, venue_name(seen.transfer.venue), seen.transfer.coin
    look = tr("If this {coin} backs a position there, moving it brings the liquidation price closer.").format(
        coin=coin
    )
    first = tr("Look at the margin page of {venue} first. Move only what no position needs.").format(venue=venue)
    if leaving is None:
        return (
            "unknown",
            tr("Seawall does not know your positions on {venue} yet.").format(venue=venue),
            f"{look} {first}",
        )
    match leaving.effect:
        case "none":
            said = tr("No position is open on {venue}: nothing there rests on this {coin}.")
            return "tick", said.format(venue=venue, coin=coin), ""
        case "unknown":
            said = tr("What it does to your positions on {venue} is unknown: {why}.")
            return "unknown", said.format(venue=venue, why=leaving.reason), f"{look} {first}"
        case "beside":
            return _beside(leaving, venue)
        case _:
            return _margin(leaving)


def objected(seen: Seen) -> bool:
    """Return whether a guard forbids the next step because of what leaving does to open positions."""
    return bool(seen.view.leaving is not None and seen.view.leaving.fails and seen.view.objections)


def _beside(leaving: Leaving, venue: str) -> tuple[Mark, str, str]:
    said = tr("This {coin} backs no position on {venue}: no liquidation price moves.")
    text = said.format(coin=leaving.coin, venue=venue)
    if leaving.survives is not False:
        return "tick", text, ""
    wick = wording.percent(leaving.wick, 0)
    words = tr(
        "A {wick} wick would liquidate you with or without it. What stays could still be added as margin there."
    )
    return "warning", text, words.format(wick=wick)


def _margin(leaving: Leaving) -> tuple[Mark, str, str]:
    wick = wording.percent(leaving.wick, 0)
    if leaving.survives is False:
        text = tr("A {wick} wick would liquidate you already: no collateral may leave.").format(wick=wick)
        return "stop", text, tr("Reduce the position or add margin first.")
    if leaving.fails:
        text = tr("Without it a {wick} wick would liquidate you.").format(wick=wick)
        return "stop", text, tr("Move less, or reduce the position first.")
    text = tr("This {coin} is collateral: without it liquidation is nearer, and a {wick} wick is still survived.")
    return "warning", text.format(coin=leaving.coin, wick=wick), ""


def most_words(leaving: Leaving | None) -> str:
    """Return the most that may leave with the wick test passed; nothing where no position limits it."""
    if leaving is None or leaving.most is None:
        return ""
    wick = wording.percent(leaving.wick, 0)
    return tr("{amount} at most may leave with a {wick} wick survived.").format(
        amount=coins(leaving.most, leaving.coin), wick=wick
    )


def test_words(leaving: Leaving | None) -> str:
    """Return how the wick test goes now and afterwards; nothing where no position is known."""
    if leaving is None or not leaving.shifts:
        return ""
    outcome = _both(_passed(leaving.survives), _passed(leaving.survives_after))
    return tr("{wick} wick test: {outcome}").format(wick=wording.percent(leaving.wick, 0), outcome=outcome)


def age_words(leaving: Leaving | None, now_ms: int) -> str:
    """Return where the positions are known from, and how old that is."""
    if leaving is None or not leaving.seen_ms:
        return ""
    if leaving.by_hand:
        return tr("Positions as you entered them by hand.")
    return tr("Positions as {venue} said {age} ago.").format(
        venue=venue_name(leaving.venue), age=span(now_ms - leaving.seen_ms)
    )


def shift_cells(shift: Shift) -> tuple[str, str, str]:
    """Return one position's row: name, price now and after, distance now and after."""
    position = shift.position
    side = tr("long") if position.side > 0 else tr("short")
    prices = _both(_price(shift.before), _price(shift.after))
    distances = _both(_distance(shift.distance_before), _distance(shift.distance_after))
    return tr("{coin} {side}").format(coin=position.coin, side=side), prices, distances


def _both(now: str, after: str) -> str:
    return tr("{now}, unchanged").format(now=now) if now == after else f"{now} → {after}"


def _price(price: float | None) -> str:
    return tr("unknown") if price is None else wording.price(price)


def _distance(distance: float | None) -> str:
    return tr("unknown") if distance is None else wording.percent(distance, 1)


def _passed(verdict: bool | None) -> str:
    return tr("unknown") if verdict is None else tr("survived") if verdict else tr("liquidated")
