"""What rules may know of the person's own side: distance by coin, what is left after the wick and idle by venue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from desktop.domain.money import plain
from desktop.domain.venue_names import venue_name
from desktop.risk.account.exposure import PositionStanding, Standing
from desktop.risk.reading import Reading, State, unknown


class ExposureFact(NamedTuple):
    """A fact of `desktop.alerts.facts` about a coin or a venue."""

    name: str
    subject: str
    reading: Reading


def exposure_facts(standings: Sequence[Standing], now_ms: int) -> list[ExposureFact]:
    """Return the facts of all accounts; the nearest position of a coin and the tightest account of a venue count."""
    facts = [*_distances(standings, now_ms)]
    for venue in dict.fromkeys(one.venue for one in standings):
        own = [one for one in standings if one.venue == venue]
        facts += [_left(venue, own, now_ms), _idle(venue, own, now_ms)]
    return facts


def _distances(standings: Sequence[Standing], now_ms: int) -> list[ExposureFact]:
    found: dict[str, PositionStanding] = {}
    for one in (position for standing in standings for position in standing.positions):
        coin, kept = one.position.coin, found.get(one.position.coin)
        # A position whose distance is not known must not hide behind one that is: unknown is not far away.
        if kept is None or one.distance is None or (kept.distance is not None and one.distance < kept.distance):
            found[coin] = one
    return [ExposureFact("ME_DISTANCE", coin, _distance(one, now_ms)) for coin, one in found.items()]


def _distance(one: PositionStanding, now_ms: int) -> Reading:
    position = one.position
    side = "long" if position.side > 0 else "short"
    words = f"{venue_name(position.venue)} {side} {plain(position.quantity)} {position.coin}"
    if one.distance is None:
        return unknown(one.reason or "no liquidation price", now_ms)
    return Reading(one.distance, State.LIVE, now_ms, reason=words)


def _left(venue: str, standings: Sequence[Standing], now_ms: int) -> ExposureFact:
    exposed = [one for one in standings if one.positions]
    known = [left for one in exposed if (left := one.left_after_wick) is not None and one.survives is not None]
    if not exposed:
        reading = unknown("no position", now_ms)
    elif len(known) < len(exposed):
        missing = dict.fromkeys(word for one in exposed for word in one.missing)
        reading = unknown("; ".join(missing) or "a figure is missing", now_ms)
    else:
        reading = Reading(min(known), State.LIVE, now_ms)
    return ExposureFact("ME_WICK_MARGIN", venue, reading)


def _idle(venue: str, standings: Sequence[Standing], now_ms: int) -> ExposureFact:
    sums = [one.apart_idle for one in standings] + [one.margin_idle for one in standings]
    known = [float(amount) for amount in sums if amount is not None]
    if len(known) < len(sums):
        return ExposureFact("ME_IDLE_USD", venue, unknown("what is idle is not known", now_ms))
    return ExposureFact("ME_IDLE_USD", venue, Reading(sum(known), State.LIVE, now_ms))
