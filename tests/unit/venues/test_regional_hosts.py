from __future__ import annotations

import pytest

from desktop.domain.errors import BadInput
from desktop.venues.catalogue import LIVE_HOSTS
from desktop.venues.regional_hosts import DOMAINS, chosen_hosts


def test_without_a_choice_the_shipped_hosts_hold() -> None:
    assert chosen_hosts({}) == dict(LIVE_HOSTS)


def test_a_choice_replaces_what_it_names_and_nothing_else() -> None:
    hosts = chosen_hosts({"bybit": {"ws": "wss://stream.bybit.eu"}})
    assert hosts["bybit"].ws == "wss://stream.bybit.eu"
    assert hosts["bybit"].rest == LIVE_HOSTS["bybit"].rest
    assert hosts["binance"] == LIVE_HOSTS["binance"]


@pytest.mark.parametrize(
    ("venue", "field", "url", "words"),
    [
        ("mtgox", "rest", "https://mtgox.com", "no venue"),
        ("bybit", "api", "https://api.bybit.eu", "none of its addresses"),
        ("bybit", "ws", "https://stream.bybit.eu", "'https"),
        ("bybit", "rest", "wss://api.bybit.eu", "'wss"),
        ("bybit", "rest", "https://api.evil-bybit.eu", "no host of bybit"),
        ("bybit", "rest", "https://bybit.eu.evil.test", "no host of bybit"),
        ("binance", "rest", "https://api.bybit.com", "no host of binance"),
        ("binance", "rest", "https://127.0.0.1", "no host of binance"),
    ],
)
def test_no_choice_leads_elsewhere(venue: str, field: str, url: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        chosen_hosts({venue: {field: url}})


def test_every_shipped_host_lies_under_its_venue() -> None:
    for venue, where in LIVE_HOSTS.items():
        fields = {name: getattr(where, name) for name in where.__struct_fields__ if name != "parts"}
        fields = {name: url for name, url in fields.items() if url}
        assert chosen_hosts({venue: fields})[venue] == where
        assert venue in DOMAINS
