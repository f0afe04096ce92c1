"""What a withdrawal from a venue does, over all accounts that are known there."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from desktop.domain.position import Holdings
from desktop.domain.venue_names import venue_name
from desktop.risk.account.exposure import Surroundings
from desktop.risk.account.leaving import Leaving, leaving
from desktop.risk.account.wick import Shock

_GRAVEST: Final = ("margin", "beside", "unknown", "none")


def leaving_venue(
    accounts: Sequence[Holdings],
    silent: Sequence[str],
    around: Surroundings,
    shock: Shock,
    asked: Leaving,
    apart: Decimal | None,
) -> Leaving:
    """Return what happens on a venue: the account that the coins leave decides, the positions of all are listed.

    `accounts` were seen lately; `silent` says why others were not. An account that is silent makes it unknown, unless
    another one is known to lose what it needs, or to hold these coins beside its margin.
    """
    found = [leaving(one, around, shock, asked.coin, asked.amount, apart=apart) for one in accounts]
    why = "; ".join(dict.fromkeys(silent))
    if not found:
        nothing = f"no key for {venue_name(asked.venue)} is set up, and no position there is entered by hand"
        return replace(asked, reason=why or nothing, wick=shock.wick)
    chosen = min(found, key=lambda one: (not one.fails, _GRAVEST.index(one.effect)))
    verdicts = [one.survives for one in found if one.shifts]
    merged = replace(
        chosen,
        shifts=tuple(shift for one in found for shift in one.shifts),
        survives=False if False in verdicts else chosen.survives,
    )
    if why and merged.effect in ("none", "unknown"):
        return replace(merged, effect="unknown", reason=why)
    return replace(merged, reason=merged.reason or why)
