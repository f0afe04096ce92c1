"""Facts a rule may use beside the indicators: my own exposure, the venues' health, the wallet, the keys.

They are declared here once, as the catalogue declares the indicators; the engine tells their values. A fact nobody
has told is unknown, and a rule on it is not judged.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from desktop.risk.indicators.catalogue import CATALOGUE

Place = Literal["coin", "market", "venue", "desk"]
PLACES: tuple[Place, ...] = ("coin", "market", "venue", "desk")


class Fact(msgspec.Struct, frozen=True):
    """What a rule can compare: an indicator of the catalogue, or a fact told by the engine.

    `where` says of what it speaks: a coin, the market, a venue, or this desk (program, wallet, machine). `scale` is a
    difference that counts as one step when reasons are weighed.
    """

    id: str
    name: str
    words: str
    unit: str
    scale: float
    where: Place


_TOLD = (
    Fact(
        "ME_DISTANCE",
        "My distance to liquidation",
        "How far the price may move, as a fraction of the mark, until my nearest position in the coin is liquidated.",
        "fraction",
        0.02,
        "coin",
    ),
    Fact(
        "ME_WICK_MARGIN",
        "What is left after the wick",
        "Equity less maintenance after the wick test, as a fraction of the positions; at or under zero: liquidated.",
        "fraction",
        0.05,
        "venue",
    ),
    Fact("ME_IDLE_USD", "Idle on the venue", "USD lying on a venue that no position needs.", "USD", 1e4, "venue"),
    Fact(
        "WITHDRAWALS_SUSPENDED",
        "Withdrawals suspended",
        "How many of the followed coins this venue lets out over no network at all.",
        "count",
        1.0,
        "venue",
    ),
    Fact(
        "VENUES_SUSPENDED",
        "Venues that suspend withdrawals",
        "How many venues do not let at least one of the followed coins out.",
        "count",
        1.0,
        "market",
    ),
    Fact(
        "FEED_SILENCE",
        "Silence of the feed",
        "Seconds since this venue's stream was heard, or since it was first expected.",
        "s",
        30.0,
        "venue",
    ),
    Fact("FEEDS_SILENT", "Feeds silent", "Share of the venues that have been silent for 30 s.", "share", 0.5, "desk"),
    Fact("DEVICE_GONE", "Wallet away", "Seconds since a wallet that was connected left.", "s", 60.0, "desk"),
    Fact(
        "KEY_DAYS_LEFT",
        "Days left of the key",
        "Days until this venue's key ends; on Binance its right to trade alone.",
        "days",
        7.0,
        "venue",
    ),
)

FACTS: dict[str, Fact] = {fact.id: fact for fact in _TOLD}
CHANNEL_NAMES = ("window", "desktop", "sound", "ntfy", "telegram", "webhook", "email", "command")
"""Where an alert can go. Rules name channels; what a channel does is set in the local settings alone."""


def known_fact(name: str) -> Fact:
    """Return what is known of this id. Raise KeyError for an id that neither catalogue nor facts know."""
    found = FACTS.get(name)
    if found is not None:
        return found
    indicator = CATALOGUE[name]
    return Fact(indicator.id, indicator.name, indicator.words, indicator.unit, indicator.scale, indicator.where)


def known_names() -> tuple[str, ...]:
    """Return every id a rule may use: indicators first, in the catalogue's order."""
    return (*CATALOGUE, *FACTS)
