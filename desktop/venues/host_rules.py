"""What each host allows: how much may be asked in which time, and how it says that something is wrong.

Sources: the venues' own documentation of their REST limits, as of late 2026.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Envelope = Literal["none", "bybit", "okx", "coinglass", "sosovalue"]

MINUTE_S = 60.0


class Allowance(msgspec.Struct, frozen=True):
    """At most `limit` within any `window_s` seconds of the world's clock.

    `counts` is the weight a caller names, or one a request. `paths` are beginnings of the paths it speaks of (empty:
    all that no other allowance names); with `each_path` every path has the whole limit for itself.
    """

    limit: float
    window_s: float
    counts: Literal["weight", "requests"] = "weight"
    paths: tuple[str, ...] = ()
    each_path: bool = False


class HostRules(msgspec.Struct, frozen=True):
    """The rules of one kind of host.

    `envelope` is the form in which it puts errors into answers with status 200. `used_header` says how much of the
    first allowance is used, `limit_header` how great it is. `follow` are the only hosts a redirect may lead to.
    """

    allowances: tuple[Allowance, ...]
    envelope: Envelope = "none"
    used_header: str = ""
    limit_header: str = ""
    follow: tuple[str, ...] = ()


GENERIC = HostRules((Allowance(30, MINUTE_S, "requests"),))
"""For hosts that publish no limit."""

BINANCE_FUTURES = HostRules(
    (
        Allowance(2400, MINUTE_S),
        Allowance(1000, 5 * MINUTE_S, "requests", ("/futures/data/",)),
        Allowance(500, 5 * MINUTE_S, "requests", ("/fapi/v1/fundingRate", "/fapi/v1/fundingInfo")),
    ),
    used_header="x-mbx-used-weight-1m",
)
BINANCE_SPOT = HostRules((Allowance(6000, MINUTE_S),), used_header="x-mbx-used-weight-1m")
BYBIT = HostRules((Allowance(600, 5.0, "requests"),), envelope="bybit")
OKX = HostRules(
    (
        Allowance(20, 2.0, "requests", each_path=True),
        Allowance(40, 2.0, "requests", ("/api/v5/market/candles", "/api/v5/market/books"), each_path=True),
        Allowance(
            10,
            2.0,
            "requests",
            (
                "/api/v5/public/funding-rate-history",
                "/api/v5/public/position-tiers",
                "/api/v5/public/insurance-fund",
                "/api/v5/rubik/stat/contracts/open-interest-history",
            ),
            each_path=True,
        ),
        Allowance(
            5,
            2.0,
            "requests",
            ("/api/v5/rubik/stat/contracts/long-short", "/api/v5/rubik/stat/taker-volume"),
            each_path=True,
        ),
        Allowance(1, 5.0, "requests", ("/api/v5/system/status",)),
    ),
    envelope="okx",
)
HYPERLIQUID = HostRules((Allowance(1200, MINUTE_S),))
COINGLASS = HostRules((Allowance(30, MINUTE_S, "requests"),), envelope="coinglass", limit_header="api-key-max-limit")
"""The smallest plan's 30 a minute; a greater plan says so with its first answer."""
SOSOVALUE = HostRules((Allowance(20, MINUTE_S, "requests"),), envelope="sosovalue")

VENUE_RULES = {"binance": BINANCE_FUTURES, "bybit": BYBIT, "okx": OKX, "hyperliquid": HYPERLIQUID}
"""The rules of each venue's host for perpetuals; regional hosts of the venue keep them."""
