"""The operators that the live world asks about each chain: two for each, so that one alone is never believed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from desktop.chain import bitcoin, ethereum, solana, tron
from desktop.chain.bitcoin import EsploraSource
from desktop.chain.ethereum import EvmSource
from desktop.chain.solana import SolanaSource
from desktop.chain.tron import TronSource

LIVE_URLS: Final[tuple[str, ...]] = tuple(
    url
    for sources in (bitcoin.LIVE_SOURCES, ethereum.LIVE_SOURCES, tron.LIVE_SOURCES, solana.LIVE_SOURCES)
    for _, url in sources
)
"""Every public address that is asked about payments."""

_OWN_NODE = "your Ethereum node"
# Without a key public nodes take some ten questions a second, TRON's far fewer.
_GAP, _SLOW_GAP = 0.1, 0.5


LiveSource = EsploraSource | EvmSource | TronSource | SolanaSource


def live_sources(proxy_for: Callable[[str], str], eth_node: str = "") -> list[tuple[LiveSource, str]]:
    """Return a reader for every operator, with its address; nothing is asked yet.

    The person's own node takes the second one's place. `proxy_for` gives the proxy on the way to an address, "" for
    none.
    """
    nodes = [*ethereum.LIVE_SOURCES[:1], (_OWN_NODE, eth_node)] if eth_node else ethereum.LIVE_SOURCES
    return [
        *((EsploraSource(name, url, proxy=proxy_for(url)), url) for name, url in bitcoin.LIVE_SOURCES),
        *((EvmSource(name, url, proxy=proxy_for(url), gap_seconds=_GAP), url) for name, url in nodes),
        *((_tron(name, url, proxy_for(url)), url) for name, url in tron.LIVE_SOURCES),
        *((_solana(name, url, proxy_for(url)), url) for name, url in solana.LIVE_SOURCES),
    ]


def _tron(name: str, url: str, proxy: str) -> TronSource:
    return TronSource(name, url, proxy=proxy, gap_seconds=_SLOW_GAP)


def _solana(name: str, url: str, proxy: str) -> SolanaSource:
    return SolanaSource(name, url, proxy=proxy, gap_seconds=_SLOW_GAP)
