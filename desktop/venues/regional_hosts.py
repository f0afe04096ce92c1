"""A venue's other hosts: people in some countries must, or would rather, use those of their region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import msgspec

from desktop.domain.errors import BadInput
from desktop.venues.catalogue import LIVE_HOSTS, VenueHosts

DOMAINS: Final[Mapping[str, tuple[str, ...]]] = {
    "binance": ("binance.com", "binance.vision"),
    "bybit": ("bybit.com", "bybit.eu", "bybit.kz", "bybit.tr", "bybit.id", "bybitgeorgia.ge", "manepa.jp"),
    "okx": ("okx.com",),
    "hyperliquid": ("hyperliquid.xyz",),
}
"""The domains under which each venue answers; no setting can lead Seawall to another."""


def chosen_hosts(
    chosen: Mapping[str, Mapping[str, str]], shipped: Mapping[str, VenueHosts] = LIVE_HOSTS
) -> dict[str, VenueHosts]:
    """Return every venue's hosts, with base addresses replaced as a person chose them (`Settings.hosts`).

    Raise BadInput for a venue or field that is not there, and for a host under none of the venue's own domains.
    """
    hosts = dict(shipped)
    for venue, fields in chosen.items():
        if venue not in hosts:
            raise BadInput(f"{venue!r} is no venue", f"Venues are {', '.join(hosts)}.", where="settings, hosts")
        for field, url in fields.items():
            _check(venue, field, url)
        hosts[venue] = msgspec.structs.replace(hosts[venue], **fields)
    return hosts


def moved_bases(
    chosen: Mapping[str, Mapping[str, str]], shipped: Mapping[str, VenueHosts] = LIVE_HOSTS
) -> dict[str, str]:
    """Return which base address a person would rather use in place of each shipped one, where that is another.

    Raise BadInput as `chosen_hosts` does.
    """
    hosts = chosen_hosts(chosen, shipped)
    return {
        before: now
        for venue, fields in chosen.items()
        for field in fields
        if (before := getattr(shipped[venue], field)) != (now := getattr(hosts[venue], field))
    }


def _check(venue: str, field: str, url: str) -> None:
    where = f"settings, hosts, {venue}"
    known = [name for name in VenueHosts.__struct_fields__ if name != "parts"]
    if field not in known:
        raise BadInput(f"{field!r} is none of its addresses", f"These are {', '.join(known)}.", where=where)
    scheme = "wss" if "ws" in field else "https"
    if not url.startswith(f"{scheme}://"):
        raise BadInput(f"{field} is {url!r}", f"It begins with {scheme}://.", where=where)
    host = urlsplit(url).hostname or ""
    domains = DOMAINS.get(venue, ())
    if not any(host == domain or host.endswith(f".{domain}") for domain in domains):
        raise BadInput(f"{host} is no host of {venue}", f"Its hosts end in {', '.join(domains)}.", where=where)
